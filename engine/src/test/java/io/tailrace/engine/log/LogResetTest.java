package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A log that is given up for one that begins elsewhere: the old one or the new one, whatever happens. */
class LogResetTest {
    private static final Path DIRECTORY = Path.of("/log");
    private static final LogSettings SMALL = new LogSettings(400, 1_000_000, 100);
    private static final LogPlace PLACE = new LogPlace(7, 3, 5);

    private static Log open(FileStore files) {
        return Log.open(files, DIRECTORY, SMALL, () -> Instant.ofEpochMilli(1));
    }

    /** Twenty offsets in several segments, one of which begins at the place, too. */
    private static LogModel fill(Log log) {
        LogModel model = new LogModel();
        Random random = new Random(5);
        while (model.endOffset() < 20) {
            List<PlacedBatch> placed = model.place(4, List.of(Batches.random(random, 1, 120, 1_000)));
            if (model.endOffset() == PLACE.offset()) {
                log.roll();
            }
            model.add(placed);
            log.append(placed);
        }
        log.flush();
        return model;
    }

    private static void assertBeginsAnew(Log log) {
        assertThat(log.startOffset()).isEqualTo(7);
        assertThat(log.endOffset()).isEqualTo(7);
        assertThat(log.lastEpoch()).isEqualTo(3);
        assertThat(log.lastSequenceNr()).isEqualTo(5);
        assertThat(log.firstSequenceNr()).isEqualTo(6);
        assertThat(log.flushedOffset()).isEqualTo(7);
        assertThat(log.announcedStarts()).isEmpty();
        assertThat(log.placeAt(7)).isEqualTo(PLACE);
    }

    private static void append(Log log, long offset) {
        log.append(List.of(new PlacedBatch(Batches.of(new byte[3], 1), offset, 6, -1)));
        log.flush();
    }

    @Test
    void itGoesOnAsIfTheRestHadBeenDeleted() {
        SimulatedFileStore files = new SimulatedFileStore(1);
        Log log = open(files);
        fill(log);
        LogReader reader = log.newReader();
        reader.read(3, 100, Long.MAX_VALUE);
        log.resetTo(PLACE);
        assertBeginsAnew(log);
        append(log, 7);
        assertThat(log.lastSequenceNr()).isEqualTo(6);
        assertThat(reader.read(7, 100, Long.MAX_VALUE).hasRemaining()).isTrue();
        assertThatThrownBy(() -> reader.read(6, 100, Long.MAX_VALUE))
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE));
        log.close();
        Log again = open(files);
        assertThat(again.recovery().clean()).isTrue();
        assertThat(again.endOffset()).isEqualTo(8);
        assertThat(again.lastSequenceNr()).isEqualTo(6);
        assertThat(again.placeAt(7)).isEqualTo(PLACE);
    }

    @Test
    void aCrashAtAnyWriteLeavesTheOldLogOrTheNewBeginning() {
        boolean old = false;
        boolean anew = false;
        int writes = 0;
        for (boolean done = false; !done; writes++) {
            for (int seed = 0; seed < 6; seed++) {
                SimulatedFileStore files = new SimulatedFileStore(seed);
                Log log = open(files);
                LogModel model = fill(log);
                files.stopAfter(writes);
                done = reset(log) && !files.stopped();
                stop(files, seed);
                Log recovered = recovered(files, seed);
                if (recovered.endOffset() == model.endOffset()) {
                    old = true;
                    model.assertSameAs(recovered);
                    recovered.resetTo(PLACE);
                } else {
                    anew = true;
                }
                assertBeginsAnew(recovered);
                append(recovered, 7);
                files.crash();
                assertThat(open(files).endOffset()).isEqualTo(8);
            }
        }
        assertThat(writes).isGreaterThan(20);
        assertThat(old && anew).isTrue();
    }

    private static boolean reset(Log log) {
        try {
            log.resetTo(PLACE);
            return true;
        } catch (TailraceException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.IO_FAILED);
            return false;
        }
    }

    private static void stop(SimulatedFileStore files, int seed) {
        if (seed % 3 == 0) {
            files.kill();
        } else {
            files.crash();
        }
    }

    /** Opens it, and is interrupted in that as well. */
    private static Log recovered(SimulatedFileStore files, int seed) {
        files.stopAfter(seed * 5);
        try {
            Log log = open(files);
            files.stopAfter(-1);
            return log;
        } catch (TailraceException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.IO_FAILED);
            stop(files, seed);
            return open(files);
        }
    }

    @Test
    void withoutRoomToSayItTheOldLogStays() {
        SimulatedFileStore files = new SimulatedFileStore(1);
        Log log = open(files);
        LogModel model = fill(log);
        files.capacity(files.usedBytes() + 4);
        assertThatThrownBy(() -> log.resetTo(PLACE))
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL));
        model.assertSameAs(log);
        files.capacity(Long.MAX_VALUE);
        log.resetTo(PLACE);
        assertBeginsAnew(log);
    }

    @Test
    void whereItWasToBeginIsNotGuessed() throws IOException {
        SimulatedFileStore files = new SimulatedFileStore(1);
        Log log = open(files);
        fill(log);
        log.close();
        LogReset.begin(files, DIRECTORY, PLACE);
        Path mark = DIRECTORY.resolve(LogReset.NAME);
        byte[] bytes = files.contents(mark);
        bytes[9]++;
        files.contents(mark, bytes);
        assertThatThrownBy(() -> open(files)).isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                .isEqualTo(ErrorCode.CORRUPT_LOG));
        assertThat(files.list(DIRECTORY)).contains("00000000000000000000.log");
        bytes[9]--;
        files.contents(mark, bytes);
        assertBeginsAnew(open(files));
        assertThat(files.list(DIRECTORY)).doesNotContain("00000000000000000000.log", LogReset.NAME);
    }

    @Test
    void aPlaceIsBetweenTwoBatchesAndKnowsWhatWasBefore() {
        Log log = open(new SimulatedFileStore(1));
        LogModel model = new LogModel();
        for (int i = 0; i < 30; i++) {
            List<PlacedBatch> placed =
                    model.place(i / 4, List.of(i % 5 == 0 ? Batches.control(1) : Batches.of(new byte[40], 1, 2, 3)));
            model.add(placed);
            log.append(placed);
        }
        long sequence = 0;
        int epoch = -1;
        for (var batch : model.batches) {
            LogPlace expected = new LogPlace(batch.baseOffset(), epoch, sequence);
            for (long offset = batch.baseOffset(); offset <= batch.lastOffset(); offset++) {
                assertThat(log.placeAt(offset)).isEqualTo(expected);
            }
            epoch = batch.leaderEpoch();
            sequence += batch.isControl() ? 0 : 1;
        }
        assertThat(log.placeAt(log.endOffset())).isEqualTo(new LogPlace(log.endOffset(), epoch, sequence));
    }
}
