package io.tailrace.cluster.journal;

import static io.tailrace.cluster.journal.JournalBench.failure;
import static io.tailrace.cluster.journal.PersistentApplication.join;
import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Header;
import io.tailrace.engine.record.Headers;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SnapshotLogTest extends SharedNode {
    private static final long ANY = Long.MAX_VALUE;

    private static SnapshotLog log(JournalBench bench) {
        return new SnapshotLog(bench.persistenceId, bench.partition(), Clock.systemUTC());
    }

    /** A snapshot whose timestamp is a thousand times its sequence number. */
    private static void save(SnapshotLog log, long... sequenceNrs) {
        for (long number : sequenceNrs) {
            join(log.save(new SnapshotRecord.Snapshot(
                    number,
                    number * 1000,
                    new Payload(7, "m", ByteBuffer.allocate(8).putLong(0, number)),
                    null)));
        }
    }

    /** Sequence number of the snapshot that a recovery begins with; 0 if there is none. */
    private static long load(SnapshotLog log, long maxSequenceNr, long maxTimestamp) {
        SnapshotRecord.Deletion criteria = new SnapshotRecord.Deletion(0, maxSequenceNr, 0, maxTimestamp);
        return join(log.load(criteria::matches))
                .map(found -> {
                    assertThat(found.payload().bytes().getLong(0)).isEqualTo(found.sequenceNr());
                    return found.sequenceNr();
                })
                .orElse(0L);
    }

    private static void delete(SnapshotLog log, long min, long max) {
        join(log.delete(new SnapshotRecord.Deletion(min, max, 0, ANY)));
    }

    private static OffsetRange range(JournalBench bench) {
        return join(bench.partition().reading(JournalPartition.View::offsets));
    }

    @Test
    void theLastOneThatMatchesIsLoaded() {
        JournalBench bench = new JournalBench(node, "snapshots");
        SnapshotLog log = log(bench);
        assertThat(load(log, ANY, ANY)).isZero();
        save(log, 3, 5, 8);
        assertThat(load(log, ANY, ANY)).isEqualTo(8);
        assertThat(load(log, 7, ANY)).isEqualTo(5);
        assertThat(load(log, ANY, 4999)).isEqualTo(3);
        assertThat(load(log, 2, ANY)).isZero();
        assertThat(load(log(bench), ANY, ANY)).isEqualTo(8);
    }

    @Test
    void deletedOnesAreNotLoadedAndTheLogStartFollows() {
        JournalBench bench = new JournalBench(node, "snapshots-deleted");
        SnapshotLog log = log(bench);
        save(log, 1, 2, 3, 4);
        long start = range(bench).startOffset();
        delete(log, 3, 3);
        assertThat(load(log, 3, ANY)).isEqualTo(2);
        assertThat(range(bench).startOffset()).as("1 is still there").isLessThanOrEqualTo(start + 1);
        delete(log, 0, 2);
        assertThat(range(bench).startOffset()).isGreaterThan(start + 1);
        assertThat(load(log(bench), 3, ANY)).isZero();
        assertThat(load(log(bench), ANY, ANY)).isEqualTo(4);
        save(log, 3);
        assertThat(load(log(bench), 3, ANY)).as("saved again").isEqualTo(3);
        delete(log, 0, ANY);
        assertThat(load(log(bench), ANY, ANY)).isZero();
        save(log(bench), 9);
        assertThat(load(log, ANY, ANY)).isEqualTo(9);
    }

    @Test
    void whatKeepsTwoSnapshotsHoldsTwoInTheLog() {
        JournalBench bench = new JournalBench(node, "snapshots-kept");
        SnapshotLog log = log(bench);
        for (long number : LongStream.rangeClosed(1, 30).toArray()) {
            save(log, number);
            delete(log, 0, number - 2);
        }
        assertThat(load(log, 29, ANY)).isEqualTo(29);
        OffsetRange range = range(bench);
        // Two snapshots, the deletions after them, and what the partition notes of its own.
        assertThat(range.endOffset() - range.startOffset()).isLessThan(12);
    }

    @Test
    void anUnknownOutcomeIsStoredOnceAndAFailedSaveHoldsNobodyUp() {
        JournalBench bench = new JournalBench(node, "snapshots-unknown");
        SnapshotLog log =
                new SnapshotLog(bench.persistenceId, bench.partition(Duration.ofMillis(30)), Clock.systemUTC());
        AtomicInteger left = new AtomicInteger(1);
        bench.partitions.hook((real, id, batch) -> real.append(id, batch).thenApply(appended -> {
            if (left.getAndDecrement() > 0) {
                throw new TailraceException(ErrorCode.OUTCOME_UNKNOWN, "The answer was lost.");
            }
            return appended;
        }));
        save(log, 1);
        long end = range(bench).endOffset();
        save(log, 2);
        assertThat(range(bench).endOffset()).isEqualTo(end + 1);
        bench.partitions.hook((real, id, batch) -> {
            throw new TailraceException(ErrorCode.PARTITION_UNAVAILABLE, "Nobody leads.");
        });
        assertThat(failure(() -> save(log, 3)).code()).isEqualTo(ErrorCode.PARTITION_UNAVAILABLE);
        bench.partitions.unhook();
        save(log, 4);
        assertThat(load(log, ANY, ANY)).isEqualTo(4);
    }

    @Test
    void aDamagedSnapshotIsNotPassedOverForAnOlderOne() {
        JournalBench bench = new JournalBench(node, "snapshots-damaged");
        save(log(bench), 1, 2);
        bench.partitions.damage();
        assertThat(failure(() -> load(log(bench), ANY, ANY)).code()).isEqualTo(ErrorCode.CORRUPT_BATCH);
    }

    @Test
    void aVersionThatIsNotKnownIsNamedAndNotPassedOver() {
        for (String kind : List.of("tailrace.snapshot", "tailrace.snapshot-deletion")) {
            JournalBench bench = new JournalBench(node, "version-" + kind);
            SnapshotLog log = log(bench);
            save(log, 1);
            bench.appendRaw(bench.persistenceId, Headers.of(Header.of(kind, new byte[] {9, 0})));
            assertThat(failure(() -> load(log, ANY, ANY)))
                    .hasMessageContaining("version 9")
                    .extracting(TailraceException::code)
                    .isEqualTo(ErrorCode.DATA_DIR_VERSION);
        }
        JournalBench foreign = new JournalBench(node, "snapshots-mine");
        foreign.appendRaw("snapshots-yours", Headers.of(Header.of("tailrace.snapshot", new byte[] {1})));
        assertThat(failure(() -> load(log(foreign), ANY, ANY)).code()).isEqualTo(ErrorCode.CORRUPT_LOG);
    }
}
