package io.tailrace.engine.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ControlRecordsTest {
    @Test
    void theBarrierHasItsPlaceAndIsWellFormed() {
        RecordBatch barrier = ControlRecords.barrier(42, 7, 1000);
        assertThat(barrier.isControl()).isTrue();
        assertThat(barrier.baseOffset()).isEqualTo(42);
        assertThat(barrier.nextOffset()).isEqualTo(43);
        assertThat(barrier.leaderEpoch()).isEqualTo(7);
        assertThat(barrier.maxTimestamp()).isEqualTo(1000);
        assertThat(barrier.hasProducerId()).isFalse();
        assertThat(ControlRecords.typeOf(barrier)).isEqualTo(ControlType.LEADER_CHANGE);
        barrier.ensureWellFormed(0);
    }

    @Test
    void aKindOfTheFutureIsUnknown() {
        RecordBatch strange = control(new byte[] {0, 0, 0, 99});
        assertThat(ControlRecords.typeOf(strange)).isEqualTo(ControlType.UNKNOWN);
        assertThat(ControlRecords.typeOf(control(new byte[] {0, 0, -1, -1}))).isEqualTo(ControlType.UNKNOWN);
    }

    @Test
    void theMoveOfTheStartSaysWhereTo() {
        RecordBatch move = ControlRecords.logStart(1L << 40, 7, 1000, 1L << 36);
        assertThat(move.isControl()).isTrue();
        assertThat(move.baseOffset()).isEqualTo(1L << 40);
        assertThat(move.nextOffset()).isEqualTo((1L << 40) + 1);
        assertThat(move.leaderEpoch()).isEqualTo(7);
        assertThat(ControlRecords.typeOf(move)).isEqualTo(ControlType.LOG_START);
        assertThat(ControlRecords.logStartOf(move)).isEqualTo(1L << 36);
        assertThat(ControlRecords.isLogStart(move)).isTrue();
        assertThat(ControlRecords.isLogStart(ControlRecords.barrier(1, 1, 1))).isFalse();
        assertThat(ControlRecords.isLogStart(control(null))).isFalse();
        move.ensureWellFormed(0);
    }

    @Test
    void theStartDoesNotMoveBeyondTheBatchThatMovesIt() {
        assertThat(ControlRecords.logStartOf(ControlRecords.logStart(5, 0, 0, 5)))
                .isEqualTo(5);
        assertCode(ErrorCode.INVALID_ARGUMENT, () -> ControlRecords.logStart(5, 0, 0, 6));
        assertCode(ErrorCode.INVALID_ARGUMENT, () -> ControlRecords.logStart(5, 0, 0, -1));
    }

    @Test
    void aMoveThatCannotBeReadIsNotGuessed() {
        byte[] key = {0, 0, 3, (byte) 232};
        assertCode(ErrorCode.DATA_DIR_VERSION, () -> ControlRecords.logStartOf(control(key, new byte[] {0, 1, 0})));
        assertCode(ErrorCode.CORRUPT_BATCH, () -> ControlRecords.logStartOf(control(key, new byte[1])));
        assertCode(ErrorCode.CORRUPT_BATCH, () -> ControlRecords.logStartOf(control(key, new byte[9])));
        byte[] negative = new byte[10];
        negative[2] = -1;
        assertCode(ErrorCode.CORRUPT_BATCH, () -> ControlRecords.logStartOf(control(key, negative)));
        RecordBatch barrier = ControlRecords.barrier(0, 0, 0);
        assertCode(ErrorCode.INVALID_ARGUMENT, () -> ControlRecords.logStartOf(barrier));
    }

    @Test
    void aKeyTooShortIsCorrupt() {
        assertCode(ErrorCode.CORRUPT_BATCH, () -> ControlRecords.typeOf(control(new byte[] {0, 0, 0})));
        assertCode(ErrorCode.CORRUPT_BATCH, () -> ControlRecords.typeOf(control(null)));
    }

    @Test
    void aBatchOfDataHasNoControlType() {
        RecordBatch data = RecordFixture.batch(Compression.NONE, RecordFixture.random(1, 1));
        assertCode(ErrorCode.INVALID_ARGUMENT, () -> ControlRecords.typeOf(data));
    }

    private static RecordBatch control(byte[] key) {
        return control(key, new byte[0]);
    }

    private static RecordBatch control(byte[] key, byte[] value) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1000).controlAt(0, 0);
        builder.append(0, key, value);
        return builder.build();
    }

    private static void assertCode(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                .isEqualTo(code));
    }
}
