package io.tailrace.cluster.journal;

import static io.tailrace.cluster.journal.JournalBench.failure;
import static io.tailrace.cluster.journal.JournalBench.rejected;
import static io.tailrace.cluster.journal.JournalBench.sizedWrite;
import static io.tailrace.cluster.journal.JournalBench.store;
import static io.tailrace.cluster.journal.JournalBench.write;
import static io.tailrace.cluster.journal.PersistentApplication.join;
import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.Header;
import io.tailrace.engine.record.Headers;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ReplayTest extends SharedNode {
    private static final long ALL = Long.MAX_VALUE;

    @Test
    void anyPartOfTheLogIsFoundWhateverLiesBetweenTheEvents() {
        Random random = new Random(7);
        for (int log = 0; log < 4; log++) {
            JournalBench bench = new JournalBench(node, "parts-" + log);
            TreeSet<Long> model = new TreeSet<>();
            EventLog writer = bench.log();
            long next = 1;
            for (int step = 0; step < 40; step++) {
                int kind = random.nextInt(6);
                if (kind == 0) {
                    assertThat(join(writer.recover())).isEqualTo(model.isEmpty() ? 0 : model.last());
                    next = model.isEmpty() ? 1 : model.last() + 1;
                } else if (kind == 1) {
                    store(writer, rejected("w" + step, next), write("w" + step, next + 1));
                    model.add(next + 1);
                    next += 2;
                    join(writer.recover());
                } else {
                    long[] numbers =
                            LongStream.range(next, next + 1 + random.nextInt(4)).toArray();
                    store(writer, sizedWrite("w" + step, 8 + random.nextInt(3000), numbers));
                    LongStream.of(numbers).forEach(model::add);
                    next = model.last() + 1;
                    join(writer.recover());
                }
            }
            for (int probe = 0; probe < 60; probe++) {
                long from = random.nextLong(1, model.last() + 1);
                long to = random.nextLong(from, model.last() + 1);
                long max = random.nextBoolean() ? ALL : random.nextInt(10);
                assertThat(bench.replay(from, to, max))
                        .as("%d to %d, at most %d", from, to, max)
                        .containsExactlyElementsOf(model.subSet(from, true, to, true).stream()
                                .limit(max)
                                .toList());
            }
        }
    }

    @Test
    void aThousandEventsAcrossSegmentsAreReplayedFromAnywhere() {
        JournalBench bench = new JournalBench(node, "segments");
        EventLog log = bench.log();
        // Segments of internal partitions have 128 MiB.
        for (long number = 1; number <= 1000; number += 5) {
            store(
                    log,
                    sizedWrite(
                            "w", 140_000, LongStream.range(number, number + 5).toArray()));
        }
        assertThat(join(log.recover())).isEqualTo(1000);
        assertThat(bench.replay(1, 1000, ALL)).hasSize(1000).isSorted();
        assertThat(bench.replay(999, 1000, ALL)).containsExactly(999L, 1000L);
        assertThat(bench.replay(940, 1000, 3)).containsExactly(940L, 941L, 942L);
        assertThat(bench.replay(1001, 1000, ALL)).isEmpty();
    }

    @Test
    void anAtomicWriteOfManyMegabytesIsOneBatch() {
        JournalBench bench = new JournalBench(node, "large");
        EventLog log = bench.log();
        store(log, write("w", 1), sizedWrite("w", 10 << 20, 2, 3, 4), write("w", 5));
        assertThat(bench.replay(1, 5, ALL)).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(join(log.recover())).isEqualTo(5);
    }

    @Test
    void aGapIsAnError() {
        JournalBench bench = new JournalBench(node, "gap");
        store(bench.log(), write("w", 1));
        bench.appendRaw(event("gap", 3, 2));
        assertThat(failure(bench.replaying(1, 3, ALL)))
                .hasMessageContaining("gap")
                .extracting(TailraceException::code)
                .isEqualTo(ErrorCode.CORRUPT_LOG);
        assertThat(failure(bench.replaying(2, 3, ALL)).code()).isEqualTo(ErrorCode.CORRUPT_LOG);
        assertThat(bench.replay(3, 3, ALL)).containsExactly(3L);
    }

    @Test
    void aMissingBeginningAndAMissingEndAreErrors() {
        JournalBench bench = new JournalBench(node, "ends");
        bench.appendRaw(event("ends", 2, 1));
        assertThat(failure(bench.replaying(1, 2, ALL)).code()).isEqualTo(ErrorCode.CORRUPT_LOG);
        JournalBench other = new JournalBench(node, "ends-2");
        store(other.log(), write("w", 1, 2));
        assertThat(failure(other.replaying(1, 3, ALL)).code()).isEqualTo(ErrorCode.CORRUPT_LOG);
    }

    private static RecordBatch event(String persistenceId, long sequenceNr, long previous) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1 << 20);
        write("w", sequenceNr)
                .events()
                .get(0)
                .after(previous)
                .appendTo(builder, persistenceId.getBytes(StandardCharsets.UTF_8), 0);
        return builder.build();
    }

    @Test
    void aDamagedEventIsAnError() {
        JournalBench bench = new JournalBench(node, "damaged");
        store(bench.log(), write("w", 1, 2));
        bench.partitions.damage();
        assertThat(failure(bench.replaying(1, 2, ALL)).code()).isEqualTo(ErrorCode.CORRUPT_BATCH);
        assertThat(failure(bench.log().recover()).code()).isEqualTo(ErrorCode.CORRUPT_BATCH);
    }

    @Test
    void aForeignRecordIsAnError() {
        JournalBench bench = new JournalBench(node, "mine");
        bench.appendRaw(event("yours", 1, 0));
        assertThat(failure(bench.replaying(1, 1, ALL)).code()).isEqualTo(ErrorCode.CORRUPT_LOG);
        assertThat(failure(bench.log().recover()).code()).isEqualTo(ErrorCode.CORRUPT_LOG);
        JournalBench other = new JournalBench(node, "no-kind");
        other.appendRaw("no-kind", Headers.of(Header.of("something", "else")));
        assertThat(failure(other.log().recover()).code()).isEqualTo(ErrorCode.CORRUPT_LOG);
    }

    @Test
    void aVersionThatIsNotKnownIsNamedAndNothingIsGuessed() {
        for (String kind : List.of("tailrace.event", "tailrace.claim", "tailrace.deletion")) {
            JournalBench bench = new JournalBench(node, "version-" + kind);
            bench.appendRaw(bench.persistenceId, Headers.of(Header.of(kind, new byte[] {2, 0, 0})));
            assertThat(failure(bench.log().recover()))
                    .hasMessageContaining("version 2")
                    .extracting(TailraceException::code)
                    .isEqualTo(ErrorCode.DATA_DIR_VERSION);
            assertThat(failure(bench.replaying(1, 1, ALL)).code()).isEqualTo(ErrorCode.DATA_DIR_VERSION);
        }
    }

    @Test
    void fieldsThatDoNotFitAreAnErrorAtEveryLength() {
        RecordBatch good = event("cut", 1, 0);
        byte[] fields = JournalRecord.records(good).get(0).headers().get(0).valueBytes();
        assertThat(fields).isNotNull();
        for (int length = 1; length <= fields.length + 1; length++) {
            if (length != fields.length) {
                RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1 << 20);
                byte[] key = "cut".getBytes(StandardCharsets.UTF_8);
                builder.append(
                        1, key, key, Headers.of(Header.of("tailrace.event", java.util.Arrays.copyOf(fields, length))));
                assertThat(failure(() -> JournalRecord.of(
                                        JournalRecord.records(builder.build()).get(0), "cut"))
                                .code())
                        .isEqualTo(ErrorCode.CORRUPT_LOG);
            }
        }
    }

    @Test
    void deletedEventsAreGoneAndTheHighestSequenceNumberStays() {
        JournalBench bench = new JournalBench(node, "deleted");
        EventLog log = bench.log();
        store(log, write("w", 1, 2, 3), write("w", 4, 5));
        join(log.deleteTo(2));
        assertThat(bench.replay(1, 5, ALL)).containsExactly(3L, 4L, 5L);
        assertThat(bench.replay(4, 5, ALL)).containsExactly(4L, 5L);
        join(log.deleteTo(1));
        store(log, write("w", 6));
        join(log.deleteTo(ALL));
        assertThat(bench.replay(1, 6, ALL)).isEmpty();
        for (int i = 0; i < 3; i++) {
            assertThat(join(bench.log().recover())).isEqualTo(6);
        }
        assertThat(failure(log.deleteTo(6)).code()).isEqualTo(ErrorCode.FENCED);
        EventLog next = bench.log();
        assertThat(join(next.recover())).isEqualTo(6);
        store(next, write("w2", 7, 8), write("w2", 9));
        assertThat(bench.replay(1, 9, ALL)).containsExactly(7L, 8L, 9L);
        join(next.deleteTo(8));
        assertThat(bench.replay(1, 9, ALL)).containsExactly(9L);
        assertThat(join(bench.log().recover())).isEqualTo(9);
    }

    @Test
    void aSnapshotWhoseEventsAreDeletedIsNoPlaceToBegin() {
        JournalBench bench = new JournalBench(node, "deleted-after-snapshot");
        EventLog log = bench.log();
        store(log, write("w", 1, 2, 3, 4));
        join(log.deleteTo(3));
        assertThat(failure(bench.replaying(2, 4, ALL)).code()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
        assertThat(bench.replay(4, 4, ALL)).containsExactly(4L);
        join(log.deleteTo(4));
        assertThat(failure(bench.replaying(3, 4, ALL)).code()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
    }

    @Test
    void deletionKeepsEverythingAboveAtEverySequenceNumber() {
        Random random = new Random(11);
        for (int log = 0; log < 5; log++) {
            JournalBench bench = new JournalBench(node, "deleting-" + log);
            EventLog writer = bench.log();
            List<Long> left = new ArrayList<>();
            long next = 1;
            for (int step = 0; step < 10; step++) {
                long[] numbers =
                        LongStream.range(next, next + 1 + random.nextInt(4)).toArray();
                store(writer, write("w" + step, numbers));
                LongStream.of(numbers).forEach(left::add);
                next += numbers.length;
                if (random.nextInt(3) == 0) {
                    long upTo = random.nextInt((int) next);
                    join(writer.deleteTo(upTo));
                    left.removeIf(number -> number <= upTo);
                }
                assertThat(bench.replay(1, next - 1, ALL)).containsExactlyElementsOf(left);
                assertThat(join(writer.recover())).isEqualTo(next - 1);
            }
        }
    }
}
