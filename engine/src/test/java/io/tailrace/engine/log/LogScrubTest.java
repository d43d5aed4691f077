package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.log.LogDamage.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a scrub of an open log finds, and how it is mended while the log is open. */
class LogScrubTest {
    private static final Path ONE = Path.of("/one");
    private static final Path OTHER = Path.of("/other");
    private static final LogSettings SETTINGS = new LogSettings(2000, Long.MAX_VALUE, 300);

    private final SimulatedFileStore files = new SimulatedFileStore(1);
    private final Log log = filled(ONE, 7);
    private final Log peer = filled(OTHER, 7);

    private Log filled(Path directory, long seed) {
        Log filled = Log.open(files, directory, SETTINGS, () -> Instant.ofEpochMilli(1));
        Random random = new Random(seed);
        for (int i = 0; i < 60; i++) {
            filled.append(
                    List.of(new PlacedBatch(Batches.random(random, 5, 60, 1000), filled.endOffset(), i / 20, -1)));
        }
        filled.flush();
        filled.checkpoint();
        return filled;
    }

    private List<LogDamage> scrub() {
        List<LogDamage> found = new ArrayList<>();
        try (LogScrub scrub = log.newScrub()) {
            while (scrub.step(500, found::add) > 0) {
                // To the end of the round.
            }
        }
        return found;
    }

    private List<Segment> closed() {
        List<Segment> closed = new ArrayList<>();
        log.chain().segments().forEach(closed::add);
        return closed.subList(0, closed.size() - 1);
    }

    private ByteBuffer ofPeer(LogDamage damage) {
        try (LogReader reader = peer.newReader()) {
            ByteBuffer batches = ByteBuffer.allocate((int) (damage.endPosition() - damage.position()));
            long next = damage.offset();
            while (next < damage.endOffset()) {
                batches.put(reader.read(next, 1, damage.endOffset()));
                next = reader.nextOffset();
            }
            return batches.flip();
        }
    }

    @Test
    void aSoundLogHasNothingToTell() {
        assertThat(closed()).hasSizeGreaterThan(3);
        assertThat(scrub()).isEmpty();
    }

    @Test
    void eachBitOfASegmentIsFoundAndMendedByAPeersRecords() throws IOException {
        Segment segment = closed().get(1);
        for (int position = 0; position < segment.size(); position++) {
            files.damage(segment.path(), position, 1 << position % 8);
            List<LogDamage> found = scrub();
            assertThat(found).as("byte %s", position).hasSize(1);
            LogDamage damage = found.get(0);
            assertThat(damage.kind()).isEqualTo(Kind.RECORDS);
            assertThat(damage.position()).isLessThanOrEqualTo(position);
            assertThat(damage.endPosition()).isGreaterThan(position);
            ByteBuffer good = ofPeer(damage);
            if (position % 40 == 0) {
                // The way to the disk keeps a copy each time, which is bounded.
                assertThat(log.mending().putRecords(damage, good)).isTrue();
                assertThat(scrub()).isEmpty();
            } else {
                files.damage(segment.path(), position, 1 << position % 8);
            }
        }
        assertThat(files.list(ONE)).anyMatch(name -> name.startsWith("quarantine-1-"));
    }

    @Test
    void damageInSeveralPlacesIsToldRangeByRange() throws IOException {
        for (Segment segment : closed()) {
            files.damage(segment.path(), 20, 4);
            files.damage(segment.path(), segment.size() - 1, 4);
        }
        List<LogDamage> found = scrub();
        assertThat(found).hasSize(2 * closed().size());
        for (LogDamage damage : found) {
            assertThat(log.mending().putRecords(damage, ofPeer(damage))).isTrue();
        }
        assertThat(scrub()).isEmpty();
        log.close();
        List<LogProblem> problems = new ArrayList<>();
        LogCheck.check(files, ONE, problems::add);
        assertThat(problems).allMatch(problem -> problem.severity() == LogProblem.Severity.NOTE);
    }

    @Test
    void anIndexIsFoundAtEachBitAndMadeAgain() throws IOException {
        Segment segment = closed().get(0);
        Path index = segment.indexFile().path();
        int size = files.durableSize(index);
        for (int position = 0; position < size; position++) {
            files.damage(index, position, 1 << position % 8);
            List<LogDamage> found = scrub();
            assertThat(found).as("byte %s", position).singleElement().satisfies(damage -> {
                assertThat(damage.kind()).isEqualTo(Kind.INDEX);
                assertThat(log.mending().makeAgain(damage)).isTrue();
            });
            assertThat(scrub()).isEmpty();
        }
    }

    @Test
    void smallFilesAreWrittenAgain() throws IOException {
        for (String name : List.of(EpochIndex.NAME, LogStart.NAME, RecoveryPoint.NAME)) {
            files.damage(ONE.resolve(name), 9, 16);
            assertThat(scrub()).as(name).singleElement().satisfies(damage -> {
                assertThat(damage.kind()).isEqualTo(Kind.SMALL_FILE);
                assertThat(log.mending().makeAgain(damage)).isTrue();
            });
            assertThat(scrub()).isEmpty();
        }
        long end = log.endOffset();
        log.close();
        assertThat(Log.open(files, ONE, SETTINGS, () -> Instant.ofEpochMilli(1)).endOffset())
                .isEqualTo(end);
    }

    @Test
    void otherRecordsAreNotTaken() throws IOException {
        files.damage(closed().get(2).path(), 100, 1);
        LogDamage damage = scrub().get(0);
        ByteBuffer good = ofPeer(damage);
        byte[] turned = new byte[good.remaining()];
        good.duplicate().get(turned);
        turned[turned.length - 1] ^= 1;
        assertThat(log.mending().putRecords(damage, ByteBuffer.wrap(turned))).isFalse();
        assertThat(log.mending().putRecords(damage, good.slice(0, good.remaining() - 1)))
                .isFalse();
        assertThat(log.mending().putRecords(damage, ByteBuffer.allocate(good.remaining())))
                .isFalse();
        assertThat(scrub()).containsExactly(damage);
    }

    @Test
    void whatHasChangedMeanwhileIsNotWrittenOver() throws IOException {
        files.damage(closed().get(2).path(), 100, 1);
        LogDamage damage = scrub().get(0);
        ByteBuffer good = ofPeer(damage);
        log.truncateTo(log.endOffset() - 1);
        assertThat(log.mending().putRecords(damage, good)).isFalse();
        LogDamage again = scrub().get(0);
        assertThat(log.mending().putRecords(again, good)).isTrue();
    }

    /** Found by the replication simulation: seeds 2046 and 104020. */
    @Test
    void aSegmentThatIsDeletedWhenItHasJustBeenReadIsNoFailure() {
        List<LogDamage> found = new ArrayList<>();
        Segment first = closed().get(0);
        try (LogScrub scrub = log.newScrub()) {
            while (scrub.offset() < first.nextOffset()) {
                scrub.step(1, found::add);
            }
            log.advanceStartTo(first.nextOffset());
            assertThat(log.deleteSegmentsBelow(log.endOffset())).isPositive();
            while (scrub.step(1, found::add) > 0) {
                // To the end of the round.
            }
        }
        assertThat(found).isEmpty();
    }

    @Test
    void whatLiesBelowTheLogsStartIsNotTold() throws IOException {
        Segment second = closed().get(1);
        files.damage(second.path(), 100, 1);
        log.advanceStartTo(second.nextOffset() + 1);
        assertThat(scrub()).isEmpty();
    }
}
