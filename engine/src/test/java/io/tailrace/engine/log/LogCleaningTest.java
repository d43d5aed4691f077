package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random logs of keyed records are compacted, and compared with a map. */
class LogCleaningTest {
    private static final Path DIRECTORY = Path.of("/simulated/log");
    private static final Compaction EAGER = new Compaction(true, 0, 0, Long.MAX_VALUE, 1_000);
    private static final int LARGE_MAP = 1 << 16;

    private final SimulatedFileStore disk = new SimulatedFileStore(1);

    private Log open(int segmentBytes, Compaction compaction) {
        return Log.open(
                disk,
                DIRECTORY,
                new LogSettings(segmentBytes, 1_000_000, 200).with(compaction),
                () -> Instant.ofEpochMilli(1));
    }

    /** Compacts until nothing is left to compact; returns how many passes that took. */
    static int compact(Log log, int mapBytes, long nowMillis, long limit) {
        OffsetMap map = new OffsetMap(mapBytes);
        int passes = 0;
        while (log.dirt(nowMillis, limit, () -> Long.MAX_VALUE).ratio() > 0) {
            pass(log, map, nowMillis, limit);
            passes++;
            assertThat(passes).as("passes").isLessThan(10_000);
        }
        return passes;
    }

    private static LogCleaning pass(Log log, OffsetMap map, long nowMillis, long limit) {
        LogCleaning cleaning =
                log.newCleaning(map, new LogCleaning.Bounds(nowMillis, limit, Long.MAX_VALUE, KeyedLog.MAX_PRODUCERS));
        while (cleaning.step(500)) {
            // Until it is done.
        }
        return cleaning;
    }

    @Test
    void ofEachKeyTheNewestRecordRemains() throws IOException {
        for (long seed = 0; seed < 80; seed++) {
            live(seed);
        }
    }

    private static void live(long seed) throws IOException {
        Random random = new Random(seed);
        LogCleaningTest test = new LogCleaningTest();
        KeyedLog model = new KeyedLog(random, 2 + random.nextInt(60));
        int segmentBytes = 600 + random.nextInt(3000);
        int mapBytes = random.nextInt(3) == 0 ? 24 * (2 + random.nextInt(12)) : LARGE_MAP;
        Log log = test.open(segmentBytes, EAGER);
        try {
            long cleaned = 0;
            for (int step = 0; step < 60; step++) {
                switch (random.nextInt(12)) {
                    case 0 -> log.roll();
                    case 1 -> {
                        log.close();
                        log = test.open(segmentBytes, EAGER);
                    }
                    case 2 -> {
                        long limit = random.nextLong(model.endOffset() + 1);
                        compact(log, mapBytes, 0, limit);
                        cleaned = Math.max(cleaned, closedBelow(log, limit));
                    }
                    default -> {
                        for (int i = random.nextInt(8); i >= 0; i--) {
                            model.append(log);
                        }
                    }
                }
            }
            log.roll();
            compact(log, mapBytes, 0, model.endOffset());
            assertThat(KeyedLog.read(log)).isEqualTo(model.compactedTo(model.endOffset()));
            model.assertReplays(log, 1);
            model.assertReplays(log, 1 + random.nextLong(model.dataBatches() + 1));
            assertTimesAreFound(log, model, random);
            log.close();
            test.assertSound();
            log = test.open(segmentBytes, EAGER);
            assertThat(KeyedLog.read(log)).isEqualTo(model.compactedTo(model.endOffset()));
            log.close();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("Seed " + seed + ": " + e.getMessage(), e);
        }
    }

    private static long closedBelow(Log log, long limit) {
        long end = 0;
        for (Segment segment : log.chain().segments()) {
            if (segment.nextOffset() <= limit && log.chain().segmentAfter(segment) != null) {
                end = segment.nextOffset();
            }
        }
        return end;
    }

    private static void assertTimesAreFound(Log log, KeyedLog model, Random random) {
        List<KeyedLog.Seen> visible = model.compactedTo(model.endOffset());
        for (int i = 0; i < 10 && !visible.isEmpty(); i++) {
            long time = visible.get(random.nextInt(visible.size())).timestamp();
            long first = visible.stream()
                    .filter(record -> record.timestamp() >= time)
                    .findFirst()
                    .orElseThrow()
                    .offset();
            assertThat(log.offsetForTimestamp(time, Long.MAX_VALUE)).hasValue(first);
        }
    }

    private void assertSound() {
        List<LogProblem> problems = new ArrayList<>();
        LogCheck.Summary summary = LogCheck.check(disk, DIRECTORY, problems::add);
        assertThat(problems).isEmpty();
        assertThat(summary.isSound()).isTrue();
    }

    @Test
    void whatIsNotClosedOrNotBelowTheLimitStaysAsItIs() {
        KeyedLog model = new KeyedLog(new Random(3), 3);
        Log log = open(800, EAGER);
        for (int i = 0; i < 60; i++) {
            model.append(log);
        }
        long limit = model.endOffset() / 2;
        compact(log, LARGE_MAP, 0, limit);
        assertThat(KeyedLog.read(log)).isEqualTo(model.compactedTo(closedBelow(log, limit)));
        compact(log, LARGE_MAP, 0, model.endOffset());
        assertThat(KeyedLog.read(log)).isEqualTo(model.compactedTo(closedBelow(log, model.endOffset())));
        log.close();
    }

    @Test
    void aMapOfTwoKeysNeedsManyPassesAndGetsThere() {
        KeyedLog model = new KeyedLog(new Random(4), 40);
        Log log = open(3000, EAGER);
        for (int i = 0; i < 60; i++) {
            model.append(log);
        }
        log.roll();
        assertThat(compact(log, 3 * 24, 0, model.endOffset())).isGreaterThan(10);
        assertThat(KeyedLog.read(log)).isEqualTo(model.compactedTo(model.endOffset()));
        log.close();
    }

    @Test
    void tombstonesGoWhenTheirTimeHasComeAndNotBefore() {
        KeyedLog model = new KeyedLog(new Random(5), 200);
        Log log = open(2000, EAGER);
        for (int i = 0; i < 50; i++) {
            model.append(log);
        }
        log.roll();
        compact(log, LARGE_MAP, 10_000, model.endOffset());
        List<KeyedLog.Seen> withTombstones = model.compactedTo(model.endOffset());
        assertThat(KeyedLog.read(log)).isEqualTo(withTombstones);
        assertThat(withTombstones).anyMatch(record -> record.key() != null && record.value() == null);
        pass(log, new OffsetMap(LARGE_MAP), 10_999, model.endOffset());
        assertThat(KeyedLog.read(log)).isEqualTo(withTombstones);
        LogCleaning last = pass(log, new OffsetMap(LARGE_MAP), 11_000, model.endOffset());
        assertThat(KeyedLog.read(log))
                .isEqualTo(withTombstones.stream()
                        .filter(record -> record.key() == null || record.value() != null)
                        .toList());
        assertThat(last.bytesFreed()).isPositive();
        log.close();
    }

    /** Else a cluster that is restored from logs of several moments could bring back what a tombstone has deleted. */
    @Test
    void aCopyOfALogKnowsWhichTombstonesAreGone() {
        KeyedLog model = new KeyedLog(new Random(6), 200);
        Log log = open(2000, EAGER);
        for (int i = 0; i < 50; i++) {
            model.append(log);
        }
        log.roll();
        long end = model.endOffset();
        compact(log, LARGE_MAP, 10_000, end);
        pass(log, new OffsetMap(LARGE_MAP), 11_000, end);
        assertThat(log.tombstones().goneBelow()).isPositive();
        Path target = Path.of("/simulated/copy");
        LogCopy copy = log.newCopy(target, () -> end);
        copy.prepare();
        copy.freeze();
        copy.capture();
        copy.thaw();
        assertThat(copy.complete()).isNotNull();
        Log restored = Log.open(
                disk, target, new LogSettings(2000, 1_000_000, 200).with(EAGER), () -> Instant.ofEpochMilli(1));
        assertThat(restored.tombstones()).isEqualTo(log.tombstones());
        assertThat(KeyedLog.read(restored)).isEqualTo(KeyedLog.read(log));
        assertThat(restored.dirt(11_000, end, () -> Long.MAX_VALUE).ratio()).isZero();
        restored.close();
        log.close();
    }

    @Test
    void whatIsKnownOfCompactionIsWrittenAgainWhenItsBytesHaveTurned() throws IOException {
        KeyedLog model = new KeyedLog(new Random(7), 200);
        Log log = open(2000, EAGER);
        for (int i = 0; i < 50; i++) {
            model.append(log);
        }
        log.roll();
        compact(log, LARGE_MAP, 10_000, model.endOffset());
        pass(log, new OffsetMap(LARGE_MAP), 11_000, model.endOffset());
        Tombstones known = log.tombstones();
        for (String name : List.of(CleanedTo.NAME, TombstoneMarks.NAME)) {
            disk.damage(DIRECTORY.resolve(name), 9, 16);
            assertThat(scrub(log)).as(name).singleElement().satisfies(damage -> assertThat(
                            log.mending().makeAgain(damage))
                    .isTrue());
            assertThat(scrub(log)).isEmpty();
        }
        log.close();
        Log opened = open(2000, EAGER);
        assertThat(opened.tombstones()).isEqualTo(known);
        opened.close();
    }

    private static List<LogDamage> scrub(Log log) {
        List<LogDamage> found = new ArrayList<>();
        try (LogScrub scrub = log.newScrub()) {
            while (scrub.step(500, found::add) > 0) {
                // To the end of the round.
            }
        }
        return found;
    }

    @Test
    void aLogOnWhichNothingNewComesIsCompactedOnceMoreWhenATombstonesTimeIsOver() {
        KeyedLog model = new KeyedLog(new Random(5), 200);
        Log log = open(2000, EAGER);
        for (int i = 0; i < 50; i++) {
            model.append(log);
        }
        log.roll();
        long end = model.endOffset();
        compact(log, LARGE_MAP, 10_000, end);
        assertThat(log.dirt(10_999, end, () -> Long.MAX_VALUE).isDue()).isFalse();
        assertThat(log.dirt(11_000, end, () -> 0).isDue()).isFalse();
        log.close();
        log = open(2000, EAGER);
        assertThat(log.dirt(11_000, end, () -> Long.MAX_VALUE)).matches(dirt -> dirt.ratio() == 0 && dirt.isDue());
        pass(log, new OffsetMap(LARGE_MAP), 11_000, end);
        assertThat(KeyedLog.read(log)).noneMatch(record -> record.key() != null && record.value() == null);
        assertThat(log.dirt(1_000_000, end, () -> Long.MAX_VALUE).isDue()).isFalse();
        log.close();
    }

    @Test
    void aTombstoneStaysThatNotAllReplicasHaveSeen() {
        KeyedLog model = new KeyedLog(new Random(5), 200);
        Log log = open(2000, EAGER);
        for (int i = 0; i < 50; i++) {
            model.append(log);
        }
        log.roll();
        OffsetMap map = new OffsetMap(LARGE_MAP);
        for (long now : new long[] {10_000, 20_000}) {
            LogCleaning cleaning = log.newCleaning(map, new LogCleaning.Bounds(now, model.endOffset(), 0, 6));
            while (cleaning.step(500)) {
                // Until it is done.
            }
        }
        assertThat(KeyedLog.read(log)).isEqualTo(model.compactedTo(model.endOffset()));
        log.close();
    }

    @Test
    void recordsAreNotCompactedBeforeTheirLag() {
        Compaction lagging = new Compaction(true, 0, 5_000, Long.MAX_VALUE, 1_000);
        KeyedLog model = new KeyedLog(new Random(6), 3);
        Log log = open(800, lagging);
        for (int i = 0; i < 40; i++) {
            model.append(log);
        }
        assertThat(log.dirt(2_000, model.endOffset(), () -> Long.MAX_VALUE).ratio())
                .isZero();
        assertThat(log.dirt(100_000, model.endOffset(), () -> Long.MAX_VALUE).ratio())
                .isEqualTo(1);
        log.close();
    }

    @Test
    void whatHasWaitedForItsMaximumLagIsDueAndItsSegmentClosed() {
        Compaction prompt = new Compaction(true, 1, 0, 5_000, 1_000);
        Map<String, Long> now = new HashMap<>(Map.of("now", 1_000L));
        Log log = Log.open(
                disk,
                DIRECTORY,
                new LogSettings(100_000, 1_000_000, 200).with(prompt),
                () -> Instant.ofEpochMilli(now.get("now")));
        KeyedLog model = new KeyedLog(new Random(7), 3);
        for (int i = 0; i < 10; i++) {
            model.append(log);
        }
        assertThat(log.dirt(2_000, model.endOffset(), () -> Long.MAX_VALUE)).isEqualTo(Log.Dirt.NONE);
        now.put("now", 20_000L);
        assertThat(log.dirt(20_000, model.endOffset(), () -> Long.MAX_VALUE).ratio())
                .isEqualTo(1);
        assertThat(log.dirt(20_000, model.endOffset(), () -> Long.MAX_VALUE).isDue())
                .isTrue();
        compact(log, LARGE_MAP, 20_000, model.endOffset());
        assertThat(KeyedLog.read(log)).isEqualTo(model.compactedTo(model.endOffset()));
        log.close();
    }

    @Test
    void batchesThatAreEmptyBecomeOneAndSmallSegmentsToo() {
        KeyedLog model = new KeyedLog(new Random(8), 2);
        Log log = open(4_000, EAGER);
        for (int round = 0; round < 10; round++) {
            for (int i = 0; i < 100; i++) {
                model.append(log);
            }
            log.roll();
            compact(log, LARGE_MAP, 0, model.endOffset());
        }
        long batches = LogModel.readAll(log, 700).size();
        long control = model.batches.stream().filter(b -> b.isControl()).count();
        // Besides control batches: a stand-in between any two, producers' last ones, and the few records.
        assertThat(batches).isLessThan(2 * control + 2 * 5 * KeyedLog.MAX_PRODUCERS + 150);
        assertThat(log.chain().segments()).hasSizeLessThan(12);
        log.close();
    }

    @Test
    void damageStopsCompactionAndNothingIsChanged() throws IOException {
        KeyedLog model = new KeyedLog(new Random(9), 3);
        Log log = open(1_500, EAGER);
        for (int i = 0; i < 60; i++) {
            model.append(log);
        }
        Segment second = log.chain().segmentAfter(log.chain().segmentAt(0));
        disk.damage(DIRECTORY.resolve(Segment.fileName(second.baseOffset())), 200, 1);
        List<Segment> before = new ArrayList<>();
        log.chain().segments().forEach(before::add);
        try {
            compact(log, LARGE_MAP, 0, model.endOffset());
            throw new AssertionError("Damage was passed over");
        } catch (TailraceException e) {
            assertThat(e.getMessage()).contains("byte");
        }
        assertThat(log.chain().segments()).containsExactlyElementsOf(before);
        log.close();
    }

    @Test
    void aPassThatRetentionDisturbsIsNotTakenForDoneSoNothingDeletedComesBack() {
        for (int steps = 0; steps < 60; steps++) {
            LogCleaningTest test = new LogCleaningTest();
            KeyedLog model = new KeyedLog(new Random(12), 12);
            Log log = test.open(2_000, EAGER);
            for (int i = 0; i < 60; i++) {
                model.append(log);
                if (i % 3 == 2) {
                    // Several of them are to become one.
                    log.roll();
                }
            }
            LogCleaning cleaning = log.newCleaning(
                    new OffsetMap(LARGE_MAP),
                    new LogCleaning.Bounds(0, model.endOffset(), Long.MAX_VALUE, KeyedLog.MAX_PRODUCERS));
            for (int step = 0; step < 60 + steps; step++) {
                cleaning.step(1);
            }
            Segment first = log.chain().segments().iterator().next();
            log.advanceStartTo(first.nextOffset());
            log.deleteSegmentsBelow(model.endOffset());
            while (cleaning.step(500)) {
                // Until it is done.
            }
            compact(log, LARGE_MAP, 0, model.endOffset());
            List<KeyedLog.Seen> expected = model.compactedTo(model.endOffset()).stream()
                    .filter(record -> record.offset() >= log.startOffset())
                    .toList();
            assertThat(KeyedLog.read(log)).as("%d steps", steps).isEqualTo(expected);
            model.append(log);
            log.roll();
            pass(log, new OffsetMap(LARGE_MAP), 10_000, model.endOffset());
            assertThat(KeyedLog.table(KeyedLog.read(log)))
                    .as("%d steps, when tombstones are gone", steps)
                    .isEqualTo(KeyedLog.table(model.records.stream()
                            .filter(record -> record.offset() >= log.startOffset())
                            .toList()));
            log.close();
            test.assertSound();
        }
    }

    @Test
    void whatIsClosedInTheMiddleOfAPassHasNothingLeftOfIt() throws IOException {
        KeyedLog model = new KeyedLog(new Random(13), 5);
        Log log = open(1_000, EAGER);
        for (int i = 0; i < 60; i++) {
            model.append(log);
        }
        LogCleaning cleaning = log.newCleaning(
                new OffsetMap(LARGE_MAP), new LogCleaning.Bounds(0, model.endOffset(), Long.MAX_VALUE, 6));
        while (disk.list(DIRECTORY).stream().noneMatch(name -> name.endsWith(SegmentSwap.CLEANED))) {
            assertThat(cleaning.step(1)).isTrue();
        }
        log.close();
        assertThatThrownBy(() -> cleaning.step(1)).isInstanceOf(TailraceException.class);
        assertThat(disk.list(DIRECTORY)).noneMatch(name -> name.endsWith(SegmentSwap.CLEANED));
        assertSound();
    }

    @Test
    void nothingExpiresWhileSegmentsAreExchangedSinceSomeAreThereTwice() {
        List<Long> asked = new ArrayList<>();
        Log[] logs = new Log[1];
        FileStore files = new ForwardingFileStore(disk) {
            @Override
            public void rename(Path from, Path to) throws IOException {
                super.rename(from, to);
                if (from.toString().endsWith(SegmentSwap.CLEANED)) {
                    asked.add(logs[0].retainedFrom(new Retention(-1, 1), 0, Long.MAX_VALUE));
                }
            }
        };
        logs[0] = Log.open(
                files, DIRECTORY, new LogSettings(1_000, 1_000_000, 200).with(EAGER), () -> Instant.ofEpochMilli(1));
        KeyedLog model = new KeyedLog(new Random(15), 5);
        for (int i = 0; i < 60; i++) {
            model.append(logs[0]);
        }
        assertThat(logs[0].retainedFrom(new Retention(-1, 1), 0, Long.MAX_VALUE))
                .isPositive();
        compact(logs[0], LARGE_MAP, 0, model.endOffset());
        assertThat(asked).isNotEmpty().containsOnly(0L);
        logs[0].close();
    }

    @Test
    void theAgeOfACompactedSegmentIsThatOfWhatRemains() {
        KeyedLog model = new KeyedLog(new Random(14), 5);
        Log log = open(1_500, EAGER);
        for (int i = 0; i < 90; i++) {
            model.append(log);
        }
        log.roll();
        compact(log, LARGE_MAP, 0, model.endOffset());
        List<KeyedLog.Seen> left = model.compactedTo(model.endOffset());
        for (KeyedLog.Seen record : left) {
            // What is as old as it expires, but for who shares a segment with what is younger.
            long from = log.retainedFrom(new Retention(0, -1), record.timestamp() + 1, model.endOffset());
            assertThat(left.stream()
                            .filter(each -> each.offset() < from)
                            .allMatch(each -> each.timestamp() <= record.timestamp()))
                    .isTrue();
        }
        long last = left.get(left.size() - 1).timestamp();
        assertThat(log.retainedFrom(new Retention(0, -1), last + 1, model.endOffset()))
                .isEqualTo(model.endOffset());
        assertThat(log.retainedFrom(new Retention(-1, bytes(log)), 0, model.endOffset()))
                .isZero();
        assertThat(log.retainedFrom(new Retention(-1, bytes(log) / 2), 0, model.endOffset()))
                .isBetween(1L, model.endOffset() - 1);
        log.close();
    }

    private static long bytes(Log log) {
        long bytes = 0;
        for (Segment segment : log.chain().segments()) {
            bytes += segment.size();
        }
        return bytes;
    }

    @Test
    void whatRetentionTakesAwayMeanwhileIsLeftToIt() {
        KeyedLog model = new KeyedLog(new Random(10), 3);
        Log log = open(1_000, EAGER);
        for (int i = 0; i < 60; i++) {
            model.append(log);
        }
        LogCleaning cleaning = log.newCleaning(
                new OffsetMap(LARGE_MAP), new LogCleaning.Bounds(0, model.endOffset(), Long.MAX_VALUE, 6));
        cleaning.step(6_000);
        log.advanceStartTo(model.endOffset() / 2);
        log.deleteSegmentsBelow(model.endOffset());
        while (cleaning.step(500)) {
            // Until it is done.
        }
        compact(log, LARGE_MAP, 0, model.endOffset());
        assertThat(KeyedLog.table(KeyedLog.read(log)))
                .isEqualTo(KeyedLog.table(model.records.stream()
                        .filter(record -> record.offset() >= log.startOffset())
                        .toList()));
        log.close();
        assertSound();
    }
}
