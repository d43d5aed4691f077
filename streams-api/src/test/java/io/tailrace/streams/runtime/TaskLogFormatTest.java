package io.tailrace.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import io.tailrace.engine.record.RecordCursor;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TaskLogFormatTest {
    private static final UUID TOPIC = new UUID(1, 2);
    private static final PartitionId PARTITION = new PartitionId(TOPIC, 3);

    private static RecordCursor stored(byte[] key, byte[] value) {
        RecordBatchBuilder batch = new RecordBatchBuilder(Compression.NONE, 1 << 20);
        batch.append(5, key, value);
        RecordCursor records = batch.build().cursor(1 << 20);
        assertThat(records.next()).isTrue();
        return records;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void layoutsAreWhatTheyHaveAlwaysBeen() {
        String partition = "0000000000000001" + "0000000000000002" + "00000003";
        assertThat(hex(TaskLogFormat.claimKey())).isEqualTo("0100");
        assertThat(hex(TaskLogFormat.markKey())).isEqualTo("0101");
        assertThat(hex(TaskLogFormat.inputKey(PARTITION))).isEqualTo("0102" + partition);
        assertThat(hex(TaskLogFormat.outputKey(PARTITION))).isEqualTo("0103" + partition);
        assertThat(hex(TaskLogFormat.slotKey(7, 1))).isEqualTo("0104" + "02" + "00000001");
        assertThat(hex(TaskLogFormat.stateKey(TaskLogFormat.statePrefix("ab"), new byte[] {9})))
                .isEqualTo("0105" + "0002" + "6162" + "09");
        assertThat(hex(TaskLogFormat.input(new TaskLogFormat.Input(4, -1))))
                .isEqualTo("0000000000000004" + "ffffffffffffffff");
        assertThat(hex(TaskLogFormat.output(new TaskLogFormat.Output((short) 2, 5))))
                .isEqualTo("0002" + "00000005");
        assertThat(hex(TaskLogFormat.mark(new TaskMark(TOPIC, 1, 2, 3, 4, 5, List.of(1, 0, 0, 0, 2)))))
                .isEqualTo("0000000000000001" + "0000000000000002" + "0000000000000001" + "0000000000000002"
                        + "0000000000000003" + "0000000000000004" + "0000000000000005" + "00000001" + "00000000"
                        + "00000000" + "00000000" + "00000002");
    }

    @Test
    void whatIsWrittenIsReadBack() {
        UUID id = UUID.randomUUID();
        RecordCursor claim = stored(TaskLogFormat.claimKey(), TaskLogFormat.claim(id));
        assertThat(TaskLogFormat.kind(claim)).isEqualTo(TaskLogFormat.CLAIM);
        assertThat(TaskLogFormat.readClaim(claim)).isEqualTo(id);

        TaskMark mark = new TaskMark(TOPIC, 9, 7, TaskMark.HERE, 100, 200, List.of(0, 1, 2, 3, 4));
        assertThat(TaskLogFormat.readMark(stored(TaskLogFormat.markKey(), TaskLogFormat.mark(mark))))
                .isEqualTo(mark);
        assertThat(mark.at(50).undeliveredFrom()).isEqualTo(50);

        assertThat(TaskLogFormat.readPartition(TaskLogFormat.inputKey(PARTITION)))
                .isEqualTo(PARTITION);
        TaskLogFormat.Input input = new TaskLogFormat.Input(17, 18);
        assertThat(TaskLogFormat.readInput(ByteBuffer.wrap(TaskLogFormat.input(input))))
                .isEqualTo(input);
        TaskLogFormat.Output output = new TaskLogFormat.Output((short) 3, Integer.MAX_VALUE);
        assertThat(TaskLogFormat.readOutput(ByteBuffer.wrap(TaskLogFormat.output(output))))
                .isEqualTo(output);

        RecordCursor state =
                stored(TaskLogFormat.stateKey(TaskLogFormat.statePrefix("störe"), new byte[] {1, 2}), new byte[0]);
        assertThat(TaskLogFormat.readStore(state)).isEqualTo("störe");
        assertThat(TaskLogFormat.readStateKey(state)).containsExactly(1, 2);
        assertThat(TaskLogFormat.copyValue(state)).isEmpty();
    }

    @Test
    void aSlotHoldsItsBatchByteForByte() {
        RecordBatchBuilder outputs = new RecordBatchBuilder(Compression.NONE, 1 << 20);
        outputs.append(7, new byte[] {1}, new byte[] {2});
        RecordBatch batch = outputs.producer(5, (short) 0, 0).build();
        TaskLogFormat.Slot slot = new TaskLogFormat.Slot(8, 6, PARTITION, batch);
        TaskLogFormat.Slot read = TaskLogFormat.readSlot(stored(slot.key(), TaskLogFormat.slot(slot)));
        assertThat(read.commit()).isEqualTo(8);
        assertThat(read.number()).isEqualTo(6);
        assertThat(read.partition()).isEqualTo(PARTITION);
        assertThat(read.batch().bytes()).isEqualTo(batch.bytes());
        assertThat(TaskLogFormat.readSlot(stored(slot.key(), null))).isNull();
    }

    @Test
    void anotherVersionIsNotGuessedAt() {
        fails(ErrorCode.DATA_DIR_VERSION, new byte[] {2, 0}, new byte[16]);
    }

    @Test
    void whatSomethingElseHasWrittenIsRefused() {
        fails(ErrorCode.CORRUPT_LOG, new byte[] {1}, new byte[16]);
        fails(ErrorCode.CORRUPT_LOG, new byte[] {1, 99}, new byte[16]);
        assertThatThrownBy(() -> TaskLogFormat.readStore(stored(new byte[] {1, 5, 0, 9}, null)))
                .isInstanceOf(TailraceException.class);
        assertThatThrownBy(() -> TaskLogFormat.readMark(stored(TaskLogFormat.markKey(), new byte[3])))
                .isInstanceOf(TailraceException.class);
    }

    private static void fails(ErrorCode code, byte[] key, byte[] value) {
        assertThatThrownBy(() -> TaskLogFormat.kind(stored(key, value)))
                .isInstanceOfSatisfying(TailraceException.class, error -> assertThat(error.code())
                        .isEqualTo(code));
    }
}
