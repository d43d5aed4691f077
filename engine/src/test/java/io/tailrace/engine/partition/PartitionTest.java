package io.tailrace.engine.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.Retention;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.TimestampType;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PartitionTest extends PartitionFixture {
    @Test
    void theFirstRecordOfAnEmptyLogHasOffsetZero() {
        located();
        send(plain("a", "b"));
        send(plain("c"));
        assertThat(stored()).isZero();
        assertThat(stored()).isEqualTo(2);
        assertThat(log()).hasSize(2).allSatisfy(batch -> assertThat(batch.checksumMatches())
                .isTrue());
    }

    @Test
    void aNewEpochBeginsWithABarrierAndGoesOnBehindIt() {
        int first = located().epoch();
        send(plain("a"));
        stored();
        restart();
        assertThat(located().epoch()).isGreaterThan(first);
        send(plain("b"));
        assertThat(stored()).isEqualTo(2);
        assertThat(log()).extracting(RecordBatch::isControl).containsExactly(false, true, false);
    }

    @Test
    void aBatchSentAgainIsStoredOnceEvenAcrossARestart() {
        located();
        send(batch(7, 0, "a", "b"));
        send(batch(7, 0, "a", "b"));
        assertThat(stored()).isZero();
        assertThat(stored()).isZero();
        restart();
        located();
        send(batch(7, 0, "a", "b"));
        send(batch(7, 2, "c"));
        assertThat(stored()).isZero();
        assertThat(stored()).isEqualTo(3);
    }

    @Test
    void whatArrivesDuringAPersistIsWrittenAsOne() {
        located();
        io.hold();
        send(plain("first"));
        for (int i = 0; i < 5; i++) {
            send(batch(7, i, "v" + i));
        }
        replies.expectNoMessage(Duration.ofMillis(1));
        io.release();
        for (int i = 0; i < 6; i++) {
            assertThat(stored()).isEqualTo(i);
        }
    }

    @Test
    void beyondItsBoundItIsBusyAndLosesNothingThatWaits() {
        located();
        io.hold();
        String big = "x".repeat(9_000);
        for (int i = 0; i < 8; i++) {
            send(plain(big));
        }
        int busy = 0;
        for (int i = 0; i < 8 - 1 - 4; i++) {
            assertThat(refused()).isEqualTo(ErrorCode.PARTITION_BUSY);
            busy++;
        }
        io.release();
        for (int i = 0; i < 8 - busy; i++) {
            assertThat(stored()).isEqualTo(i);
        }
    }

    @Test
    void whatIsTooLargeOrDamagedIsRefusedBeforeItIsWritten() {
        located();
        send(plain("x".repeat(MAX_MESSAGE_BYTES)));
        assertThat(refused()).isEqualTo(ErrorCode.RECORD_TOO_LARGE);
        RecordBatch good = plain("value");
        byte[] bytes = new byte[good.sizeInBytes()];
        good.bytes().get(bytes);
        bytes[bytes.length - 2] ^= 1;
        send(RecordBatch.at(ByteBuffer.wrap(bytes)));
        assertThat(refused()).isEqualTo(ErrorCode.CORRUPT_BATCH);
        send(good);
        assertThat(stored()).isZero();
    }

    @Test
    void belowTheFloorOfFreeSpaceItRefusesReadsOnAndResumes() {
        floorBytes = 1 << 20;
        restart();
        located();
        send(plain("before"));
        assertThat(stored()).isZero();
        disk.capacity(1 << 20);
        send(plain("refused"));
        assertThat(refused()).isEqualTo(ErrorCode.DISK_FULL);
        assertThat(log()).hasSize(1);
        disk.capacity(Long.MAX_VALUE);
        send(plain("after"));
        assertThat(stored()).isEqualTo(1);
    }

    @Test
    void aPersistForWhichThereIsNoRoomIsCertainlyNotStoredAndTheEpochGoesOn() {
        int first = located().epoch();
        send(batch(7, 0, "a"));
        stored();
        // The gate looks at the disk again only after a while: this time the disk fills up in between.
        nanosPerLook = 0;
        disk.capacity(disk.usedBytes());
        send(batch(7, 1, "b"));
        assertThat(refused()).isEqualTo(ErrorCode.DISK_FULL);
        // No room is needed to go on: neither a promise nor a barrier is written.
        assertThat(located().epoch()).isEqualTo(first);
        assertThat(log()).hasSize(1);
        disk.capacity(Long.MAX_VALUE);
        send(batch(7, 1, "b"));
        assertThat(stored()).isEqualTo(1);
    }

    @Test
    void aFailedPersistEndsAsUnknownAndAStoppedLogLeadsNoMore() {
        located();
        send(batch(7, 0, "a"));
        stored();
        disk.failWriteAfter(0);
        send(batch(7, 1, "b"));
        assertThat(refused()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(whoLeads()).isInstanceOfSatisfying(Partition.Unavailable.class, why -> assertThat(why.code())
                .isIn(ErrorCode.IO_FAILED, ErrorCode.PARTITION_UNAVAILABLE));
        assertThat(log()).hasSize(1);
    }

    @Test
    void logAppendTimeReplacesTheRecordsOwn() {
        settings = new PartitionSettings(
                MAX_MESSAGE_BYTES, TimestampType.LOG_APPEND_TIME, LogSettings.DEFAULTS, Retention.NONE, 1);
        restart();
        located();
        send(plain("a"));
        assertThat(replies.expectMessageClass(Partition.Appended.class).appendTimeMillis())
                .isEqualTo(NOW);
        RecordBatch stored = log().get(0);
        assertThat(stored.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(stored.maxTimestamp()).isEqualTo(NOW);
        assertThat(stored.checksumMatches()).isTrue();
    }

    @Test
    void aMessageForAnotherPartitionIsNotTakenForItsOwn() {
        located();
        PartitionId other = new PartitionId(new UUID(9, 9), 1);
        partition.tell(new Partition.Append(other, plain("a"), replies.ref()));
        assertThat(refused()).isEqualTo(ErrorCode.PARTITION_UNAVAILABLE);
    }

    @Test
    void replayBeginsAtTheNewestSnapshotAndADamagedOneIsPassedOver() {
        located();
        for (int i = 0; i < 12; i++) {
            send(batch(7, i, "x".repeat(5_000)));
            assertThat(stored()).isEqualTo(i);
        }
        restart();
        located();
        send(batch(7, 11, "x".repeat(5_000)));
        assertThat(stored()).isEqualTo(11);
        List<String> snapshots = files(".snapshot");
        assertThat(snapshots).hasSizeBetween(1, 2);
        snapshots.forEach(this::flipABit);
        restart();
        located();
        send(batch(7, 10, "x".repeat(5_000)));
        send(batch(7, 12, "new"));
        assertThat(stored()).isEqualTo(10);
        assertThat(stored()).isEqualTo(14);
    }
}
