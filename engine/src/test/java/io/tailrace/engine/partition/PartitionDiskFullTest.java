package io.tailrace.engine.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.log.Retention;
import io.tailrace.engine.log.SimulatedFileStore;
import io.tailrace.engine.replication.Replica;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.Test;

/** The disk fills up, again and again: nothing acknowledged is lost, nothing is there twice, and no restart is needed. */
class PartitionDiskFullTest extends PartitionFixture {
    private static final int ROUNDS = 20;
    private static final long ROOM = 1L << 40;

    /** Where each value was acknowledged to be. */
    private final Map<String, Long> acknowledged = new HashMap<>();

    private int nextSequence;

    /**
     * Sends one batch until it is stored, as an idempotent producer does; gives up after so many refusals, and goes on with the
     * same batch the next time.
     *
     * @return the last refusal, or {@code null} when it is stored
     */
    private ErrorCode produce(int attempts) {
        String value = "v" + nextSequence;
        ErrorCode last = null;
        for (int attempt = 0; attempt < attempts; attempt++) {
            if (whoLeads() instanceof Partition.Unavailable nobody) {
                last = nobody.code();
                continue;
            }
            send(batch(7, nextSequence, value));
            Partition.AppendReply reply = replies.receiveMessage(SOON);
            if (reply instanceof Partition.Appended appended) {
                acknowledged.put(value, appended.baseOffset());
                nextSequence++;
                return null;
            }
            last = ((Partition.Refused) reply).code();
            assertThat(last.retriable()).as("%s", reply).isTrue();
        }
        return last;
    }

    private void assertNothingLostNothingTwice(long seed, int round) {
        Map<String, Long> there = new HashMap<>();
        for (String record : records()) {
            int colon = record.indexOf(':');
            String value = record.substring(colon + 1);
            assertThat(there.put(value, Long.parseLong(record.substring(0, colon))))
                    .as("seed %d, round %d: %s twice", seed, round, value)
                    .isNull();
        }
        long start = replica().startOffset();
        acknowledged.values().removeIf(offset -> offset < start);
        there.keySet().removeIf(value -> value.equals("v" + nextSequence));
        assertThat(there).as("seed %d, round %d", seed, round).isEqualTo(acknowledged);
    }

    @Test
    void belowTheFloorAProducerIsRefusedAndGoesOnWhereItStopped() {
        floorBytes = 2000;
        settings(segmentsOf(1000), Retention.NONE);
        restart();
        int full = 0;
        for (int round = 0; round < ROUNDS; round++) {
            disk.capacity(disk.usedBytes() + floorBytes + 500);
            ErrorCode refused = null;
            while (refused == null) {
                refused = produce(1);
            }
            assertThat(refused).isEqualTo(ErrorCode.DISK_FULL);
            full++;
            int epoch = located().epoch();
            disk.capacity(ROOM);
            assertThat(produce(1)).isNull();
            assertThat(located().epoch())
                    .as("nothing but a refusal has happened")
                    .isEqualTo(epoch);
            assertNothingLostNothingTwice(0, round);
        }
        assertThat(full).isEqualTo(ROUNDS);
    }

    @Test
    void recordsCanBeDeletedBelowTheFloorSoThatThereIsRoomAgain() {
        floorBytes = 3000;
        settings(segmentsOf(500), Retention.NONE);
        restart();
        disk.capacity(disk.usedBytes() + 8000);
        for (int round = 0; round < ROUNDS; round++) {
            ErrorCode refused = null;
            while (refused == null) {
                refused = produce(1);
            }
            assertThat(refused).isEqualTo(ErrorCode.DISK_FULL);
            assertThat(delete(Partition.DeleteRecords.EVERYTHING)).isInstanceOf(Partition.Deleted.class);
            await().pollInterval(Duration.ofMillis(1)).until(() -> files(".log").size() == 1);
            assertThat(produce(1)).isNull();
            assertNothingLostNothingTwice(0, round);
        }
    }

    @Test
    void withNoRoomAtAllWhateverItStrikesItResolvesItself() {
        for (long seed = 0; seed < 4; seed++) {
            disk = new SimulatedFileStore(seed);
            disk.capacity(ROOM);
            // No floor: the gate lets everything through to where there is no room.
            floorBytes = -1_000_000;
            acknowledged.clear();
            nextSequence = 0;
            retentionCheckInterval = Duration.ofMillis(10);
            settings(segmentsOf(600), new Retention(-1, 4000));
            restart();
            fillAndFree(seed);
        }
    }

    private void fillAndFree(long seed) {
        Random random = new Random(seed);
        List<TestProbe<Partition.DeleteReply>> deletions = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            disk.capacity(disk.usedBytes() + random.nextInt(600));
            for (int attempt = 0; attempt < 4; attempt++) {
                if (random.nextInt(4) == 0) {
                    deletions.add(deletion(random.nextInt(3) == 0 ? -1 : startOffset() + random.nextInt(5)));
                }
                produce(1);
            }
            if (random.nextInt(3) == 0) {
                // An election: the promise, the barrier and the recovery meet the full disk as well.
                kit.stop(partition);
                respawn();
                produce(1);
            }
            disk.capacity(ROOM);
            await().pollInterval(Duration.ofMillis(1)).until(() -> whoLeads() instanceof Partition.Leads);
            await().pollInterval(Duration.ofMillis(1)).until(() -> produce(1) == null);
            deletions.forEach(deletion -> deletion.receiveMessage(SOON));
            deletions.clear();
            assertNothingLostNothingTwice(seed, round);
        }
        crash();
        located();
        assertNothingLostNothingTwice(seed, ROUNDS);
    }

    private long startOffset() {
        return replicas.find(id.text()).map(Replica::startOffset).orElse(0L);
    }
}
