package io.tailrace.engine.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.log.Retention;
import io.tailrace.engine.log.SimulatedFileStore;
import io.tailrace.engine.replication.FlushMode;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Power fails at any moment while batches are stored and let go: the start of the log never goes back, nothing acknowledged at
 * or above it is lost, nothing is there twice.
 */
class PartitionCrashTest extends PartitionFixture {
    private static final int STEPS = 60;

    private final Map<String, Long> acknowledged = new HashMap<>();
    private int nextSequence;
    private long furthestStart;

    @Test
    void theStartNeverGoesBackAndNothingAboveItIsLost() {
        for (long seed = 0; seed < 12; seed++) {
            run(seed);
        }
    }

    @Test
    @Tag("full")
    void theSameWithManySeeds() {
        for (long seed = 1000; seed < 1300; seed++) {
            run(seed);
        }
    }

    private void run(long seed) {
        Random random = new Random(seed);
        acknowledged.clear();
        nextSequence = 0;
        furthestStart = 0;
        kit.stop(partition);
        io.awaitIdle();
        disk = new SimulatedFileStore(seed);
        flush = FlushMode.BATCH;
        retentionCheckInterval = random.nextBoolean() ? Duration.ofMillis(5) : Duration.ofHours(1);
        settings(segmentsOf(200 + random.nextInt(600)), new Retention(-1, random.nextBoolean() ? 1500 : -1));
        start();
        for (int step = 0; step < STEPS; step++) {
            if (random.nextInt(6) == 0) {
                disk.stopAfter(random.nextInt(40));
            }
            boolean done = random.nextInt(5) == 0 ? deleteSome(random) : produce();
            if (!done || random.nextInt(30) == 0) {
                crash();
                check(seed, step);
            }
        }
        crash();
        check(seed, STEPS);
    }

    /** Whether it was stored; if not, the same batch comes again. */
    private boolean produce() {
        if (!(whoLeads() instanceof Partition.Leads)) {
            return false;
        }
        String value = "v" + nextSequence;
        send(batch(7, nextSequence, value, "second of " + value));
        if (replies.receiveMessage(SOON) instanceof Partition.Appended appended) {
            acknowledged.put(value, appended.baseOffset());
            acknowledged.put("second of " + value, appended.baseOffset() + 1);
            nextSequence += 2;
            return true;
        }
        return false;
    }

    private boolean deleteSome(Random random) {
        if (!(whoLeads() instanceof Partition.Leads)) {
            return false;
        }
        long start = replica().startOffset();
        long end = replica().highWatermark().offset();
        long before = random.nextInt(3) == 0
                ? Partition.DeleteRecords.EVERYTHING
                : start + random.nextInt((int) (end - start + 1));
        if (delete(before) instanceof Partition.Deleted deleted) {
            assertThat(deleted.startOffset()).isGreaterThanOrEqualTo(before);
            furthestStart = Math.max(furthestStart, deleted.startOffset());
            return true;
        }
        return false;
    }

    private void check(long seed, int step) {
        located();
        long start = replica().startOffset();
        assertThat(start).as("seed %d, step %d: start", seed, step).isGreaterThanOrEqualTo(furthestStart);
        furthestStart = start;
        Map<String, Long> there = new HashMap<>();
        for (String record : records()) {
            int colon = record.indexOf(':');
            String value = record.substring(colon + 1);
            assertThat(there.put(value, Long.parseLong(record.substring(0, colon))))
                    .as("seed %d, step %d: %s twice", seed, step, value)
                    .isNull();
        }
        // Retention may have gone on while this looked.
        long now = replica().startOffset();
        acknowledged.values().removeIf(offset -> offset < now);
        assertThat(there).as("seed %d, step %d", seed, step).containsAllEntriesOf(acknowledged);
    }
}
