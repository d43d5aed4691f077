package io.tailrace.engine.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.Retention;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.FlushMode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The start of a partition's log moves, and what lies below goes. */
class PartitionStartTest extends PartitionFixture {
    private static final long ALL = Partition.DeleteRecords.EVERYTHING;

    /** Batches of producer 7, a hundred bytes or so each, from that sequence on. */
    private void fill(int from, int batches) {
        for (int n = from; n < from + batches; n++) {
            send(batch(7, n, "v" + n));
            stored();
        }
    }

    private void smallSegments() {
        settings(segmentsOf(300), Retention.NONE);
        restart();
        located();
    }

    private static Partition.Deleted deleted(long start, long end) {
        return new Partition.Deleted(start, end);
    }

    private ErrorCode refusal(long beforeOffset) {
        return ((Partition.Refused) delete(beforeOffset)).code();
    }

    private void awaitFiles(int segments) {
        await().pollInterval(Duration.ofMillis(1))
                .untilAsserted(() -> assertThat(files(".log")).hasSize(segments));
    }

    @Test
    void theStartMovesByACommittedEntryAndTheNextBatchStandsBehindIt() {
        located();
        fill(0, 10);
        assertThat(delete(4)).isEqualTo(deleted(4, 11));
        assertThat(records()).first().isEqualTo("4:v4");
        fill(10, 1);
        assertThat(log().get(log().size() - 1).baseOffset()).isEqualTo(11);
        assertThat(records()).hasSize(7).last().isEqualTo("11:v10");
        assertThat(log()).filteredOn(RecordBatch::isControl).hasSize(1);
    }

    @Test
    void theStartMayLieInsideOfABatch() {
        located();
        send(plain("a", "b", "c", "d"));
        stored();
        assertThat(delete(2)).isEqualTo(deleted(2, 5));
        assertThat(records()).containsExactly("2:c", "3:d");
        restart();
        located();
        assertThat(records()).containsExactly("2:c", "3:d");
    }

    @Test
    void whatIsNotThereIsNotDeletedAndWhatIsGoneAlreadyIsAnsweredAtOnce() {
        located();
        fill(0, 5);
        assertThat(refusal(6)).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
        assertThat(refusal(-2)).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(delete(0)).isEqualTo(deleted(0, 5));
        assertThat(delete(3)).isEqualTo(deleted(3, 6));
        assertThat(delete(3)).isEqualTo(deleted(3, 6));
        assertThat(delete(1)).isEqualTo(deleted(3, 6));
    }

    @Test
    void everythingCanBeDeletedAndTheSecondTimeWritesNothing() {
        located();
        assertThat(delete(ALL)).isEqualTo(deleted(0, 0));
        fill(0, 5);
        assertThat(delete(ALL)).isEqualTo(deleted(5, 6));
        assertThat(delete(ALL)).isEqualTo(deleted(5, 6));
        assertThat(records()).isEmpty();
        fill(5, 1);
        assertThat(records()).containsExactly("6:v5");
    }

    @Test
    void aWishThatComesWhileNobodyLeadsIsRefused() {
        kit.stop(partition);
        io.awaitIdle();
        io.hold();
        respawn();
        TestProbe<Partition.DeleteReply> answer = deletion(1);
        assertThat(answer.expectMessageClass(Partition.Refused.class).code())
                .isEqualTo(ErrorCode.PARTITION_UNAVAILABLE);
        PartitionId other = new PartitionId(new java.util.UUID(3, 4), 0);
        io.release();
        located();
        partition.tell(new Partition.DeleteRecords(other, 0, answer.ref()));
        assertThat(answer.expectMessageClass(Partition.Refused.class).code())
                .isEqualTo(ErrorCode.PARTITION_UNAVAILABLE);
    }

    @Test
    void batchesThatArriveWhileTheStartMovesAreWrittenBehindIt() {
        located();
        fill(0, 5);
        io.hold();
        send(batch(7, 5, "v5"));
        TestProbe<Partition.DeleteReply> first = deletion(2);
        TestProbe<Partition.DeleteReply> second = deletion(4);
        for (int n = 6; n < 10; n++) {
            send(batch(7, n, "v" + n));
        }
        io.release();
        for (int n = 5; n < 10; n++) {
            assertThat(stored()).isGreaterThanOrEqualTo(n);
        }
        assertThat(((Partition.Deleted) first.receiveMessage(SOON)).startOffset())
                .isGreaterThanOrEqualTo(2);
        assertThat(((Partition.Deleted) second.receiveMessage(SOON)).startOffset())
                .isEqualTo(4);
        assertThat(records())
                .extracting(record -> record.replaceAll(".*:", ""))
                .containsExactly("v4", "v5", "v6", "v7", "v8", "v9");
    }

    @Test
    void waitingWishesHaveABound() {
        located();
        fill(0, 20);
        io.hold();
        TestProbe<Partition.DeleteReply> answers = kit.createTestProbe(Partition.DeleteReply.class);
        for (int n = 1; n <= 12; n++) {
            partition.tell(new Partition.DeleteRecords(id, n, answers.ref()));
        }
        assertThat(answers.expectMessageClass(Partition.Refused.class).code()).isEqualTo(ErrorCode.PARTITION_BUSY);
        io.release();
        for (int n = 0; n < 11; n++) {
            answers.expectMessageClass(Partition.Deleted.class, SOON);
        }
        assertThat(replica().startOffset()).isEqualTo(11);
    }

    @ParameterizedTest
    @EnumSource(FlushMode.class)
    void whatProducersWroteIsRememberedWhenAllSegmentsAreGone(FlushMode mode) {
        flush = mode;
        smallSegments();
        fill(0, 30);
        assertThat(files(".log")).hasSizeGreaterThan(5);
        assertThat(delete(ALL)).isInstanceOf(Partition.Deleted.class);
        awaitFiles(1);
        assertThat(files(".snapshot")).hasSize(2);
        send(batch(7, 29, "v29"));
        assertThat(stored()).isEqualTo(29);
        crash();
        located();
        send(batch(7, 28, "v28"));
        send(batch(7, 30, "v30"));
        assertThat(stored()).isEqualTo(28);
        long next = stored();
        assertThat(next).isGreaterThan(30);
        assertThat(records()).containsExactly(next + ":v30");
    }

    @Test
    void oneDamagedSnapshotCostsNothing() {
        for (int damaged = 0; damaged < 2; damaged++) {
            smallSegments();
            fill(20 * damaged, 20);
            delete(ALL);
            awaitFiles(1);
            flipABit(files(".snapshot").get(damaged));
            crash();
            located();
            send(batch(7, 20 * damaged + 19, "v" + (20 * damaged + 19)));
            assertThat(stored()).isBetween(0L, 100L);
        }
    }

    @Test
    void whenAllSnapshotsAreDamagedAndTheSegmentsGoneNothingIsForgottenInSilence() {
        smallSegments();
        fill(0, 20);
        delete(ALL);
        awaitFiles(1);
        fill(20, 1);
        List<String> snapshots = files(".snapshot");
        snapshots.forEach(this::flipABit);
        List<String> logs = files(".log");
        restart();
        assertThat(whoLeads()).isInstanceOfSatisfying(Partition.Unavailable.class, why -> {
            assertThat(why.code()).isEqualTo(ErrorCode.CORRUPT_LOG);
            assertThat(why.message())
                    .contains(snapshots)
                    .contains(directory.toString())
                    .doesNotContain("\n");
        });
        send(batch(7, 20, "v20"));
        assertThat(refused()).isEqualTo(ErrorCode.CORRUPT_LOG);
        assertThat(refusal(0)).isEqualTo(ErrorCode.CORRUPT_LOG);
        assertThat(files(".log")).isEqualTo(logs);
    }

    @Test
    void aSnapshotAheadOfItsLogIsNotThereAnyMoreWhenTheLogHasGrown() throws IOException {
        smallSegments();
        fill(0, 5);
        delete(ALL);
        awaitFiles(1);
        byte[] snapshot = disk.contents(directory.resolve(files(".snapshot").get(0)));
        disk.contents(directory.resolve("00000000000000000007.snapshot"), snapshot);
        disk.contents(directory.resolve("00000000000000000008.snapshot.tmp"), snapshot);
        restart();
        located();
        fill(5, 5);
        restart();
        located();
        fill(10, 1);
        assertThat(files("7.snapshot")).isEmpty();
        assertThat(files(".tmp")).isEmpty();
    }

    @Test
    void withoutDeletionDamagedSnapshotsOnlyCostTime() {
        smallSegments();
        fill(0, 20);
        delete(3);
        await().until(() -> files(".snapshot").size() == 2);
        fill(20, 1);
        assertThat(files(".log").get(0)).startsWith("00000000000000000000").as("the start lies in the first segment");
        files(".snapshot").forEach(this::flipABit);
        restart();
        located();
        send(batch(7, 20, "v20"));
        assertThat(stored()).isEqualTo(21);
    }

    @Test
    void theOldestSegmentsGoWhileTheRestIsLargeEnough() {
        retentionCheckInterval = Duration.ofMillis(20);
        settings(segmentsOf(300), new Retention(-1, 900));
        restart();
        located();
        fill(0, 50);
        await().pollInterval(Duration.ofMillis(1)).untilAsserted(() -> {
            assertThat(records()).last().asString().endsWith(":v49");
            assertThat(files(".log")).hasSizeBetween(4, 6);
        });
        assertThat(replica().startOffset()).isPositive();
        send(batch(7, 48, "v48"));
        assertThat(stored()).isPositive();
    }

    @Test
    void segmentsGoWhenTheirNewestRecordHasExpiredEvenTheLast() {
        retentionCheckInterval = Duration.ofMillis(20);
        settings(segmentsOf(300), new Retention(1000, -1));
        restart();
        located();
        for (int n = 0; n < 20; n++) {
            send(batchAt(NOW + 100L * n, 7, n, "v" + n));
            stored();
        }
        nowMillis.set(NOW + 1900);
        await().pollInterval(Duration.ofMillis(1))
                .untilAsserted(() -> assertThat(records()).hasSizeBetween(9, 13));
        assertThat(records()).last().asString().endsWith(":v19");
        nowMillis.set(NOW + 10_000);
        await().pollInterval(Duration.ofMillis(1)).until(() -> records().isEmpty());
        awaitFiles(1);
        long end = replica().highWatermark().offset();
        await().during(Duration.ofMillis(100))
                .until(() -> replica().highWatermark().offset() == end);
    }

    @Test
    void aShorterRetentionIsFollowedSoonAndSoAreTheOtherSettings() {
        settings(segmentsOf(300), Retention.NONE);
        restart();
        located();
        for (int n = 0; n < 10; n++) {
            send(batchAt(NOW, 7, n, "v" + n));
            stored();
        }
        nowMillis.set(NOW + 5000);
        settings =
                new PartitionSettings(200, settings.timestampType(), LogSettings.DEFAULTS, new Retention(1000, -1), 1);
        await().pollInterval(Duration.ofMillis(1)).until(() -> records().isEmpty());
        awaitFiles(1);
        send(plain("x".repeat(300)));
        assertThat(refused()).isEqualTo(ErrorCode.RECORD_TOO_LARGE);
        fill(10, 10);
        assertThat(files(".log")).hasSize(1);
    }

    @Test
    void aStartThatHasMovedIsThereAfterARestartAndAfterACrash() {
        located();
        fill(0, 10);
        delete(6);
        restart();
        located();
        assertThat(replica().startOffset()).isEqualTo(6);
        crash();
        located();
        assertThat(replica().startOffset()).isEqualTo(6);
        assertThat(records()).hasSize(4);
    }
}
