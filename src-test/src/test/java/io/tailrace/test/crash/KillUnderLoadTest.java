package io.tailrace.test.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.ProducerSettings;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Subscriptions;
import io.tailrace.streams.TopicPartition;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} under load, again and again on the same data: what was acknowledged is there, in order, once. */
class KillUnderLoadTest {
    private static final long SEED = 20_261_121;
    private static final int KILLS = 8;
    private static final int MANY_KILLS = 40;
    /** Numbers of one life are below those of the next. */
    private static final long NUMBERS_PER_LIFE = 1_000_000_000L;

    private static final String END = "end";

    @TempDir
    Path data;

    /** A printed acknowledgement. */
    private record Ack(int lane, long number, int partition, long offset) {}

    /** What is in the topic: per lane the numbers in the order of their partitions, and every record by its place. */
    private record Found(Map<String, Integer> timesSeen, Map<String, String> byPlace) {}

    @Test
    void everythingAcknowledgedIsThereInOrderAndOnce() throws Exception {
        liveAndDie(KILLS);
    }

    @Test
    @Tag("full")
    void soItIsAfterManyKills() throws Exception {
        liveAndDie(MANY_KILLS);
    }

    private void liveAndDie(int kills) throws Exception {
        Random random = new Random(SEED);
        List<Ack> acks = new ArrayList<>();
        long lostAnswers = 0;
        for (int life = 0; life < kills; life++) {
            lostAnswers += liveAndDie(life, 300 + random.nextInt(3_000), acks);
        }
        assertThat(lostAnswers).as("answers lost, so batches sent twice").isPositive();
        Found found = readEverything();
        assertThat(found.timesSeen)
                .as("seed %d: records stored twice", SEED)
                .allSatisfy((value, times) -> assertThat(times).isEqualTo(1));
        for (Ack ack : acks) {
            assertThat(found.byPlace.get(ack.partition + "@" + ack.offset))
                    .as("seed %d: %s", SEED, ack)
                    .isEqualTo(ack.lane + ":" + ack.number);
        }
        assertEverythingBelowAnAckIsThere(acks, found);
    }

    private static void assertEverythingBelowAnAckIsThere(List<Ack> acks, Found found) {
        Map<String, Long> highest = new HashMap<>();
        for (Ack ack : acks) {
            highest.merge(ack.lane + ":" + ack.number / NUMBERS_PER_LIFE, ack.number, Math::max);
        }
        Set<String> missing = new HashSet<>();
        highest.forEach((laneAndLife, last) -> {
            String lane = laneAndLife.substring(0, laneAndLife.indexOf(':'));
            for (long number = last - last % NUMBERS_PER_LIFE; number <= last; number++) {
                if (!found.timesSeen.containsKey(lane + ":" + number)) {
                    missing.add(lane + ":" + number);
                }
            }
        });
        assertThat(missing).as("seed %d: acknowledged and lost", SEED).isEmpty();
    }

    /** Starts a writer, kills it after so many printed acknowledgements, and returns how many answers it had lost. */
    private long liveAndDie(int life, int acksBeforeDeath, List<Ack> acks) throws IOException {
        long lostAnswers = 0;
        try (WriterProcess writer = WriterProcess.start(
                new File("target/load-writer.log"),
                LoadWriter.class,
                data.toString(),
                Long.toString(life * NUMBERS_PER_LIFE),
                Long.toString(SEED + life))) {
            int seen = 0;
            for (String line = writer.readLine(); line != null; line = writer.readLine()) {
                String[] words = line.split(" ", -1);
                // The last line of a killed process may be torn.
                if (words[0].equals("ack") && words.length == 6) {
                    acks.add(new Ack(
                            Integer.parseInt(words[1]),
                            Long.parseLong(words[2]),
                            Integer.parseInt(words[3]),
                            Long.parseLong(words[4])));
                    lostAnswers = words[5].isEmpty() ? lostAnswers : Long.parseLong(words[5]);
                    seen++;
                } else {
                    assertThat(line).as("life %d", life).doesNotStartWith("failed");
                }
                if (seen == acksBeforeDeath) {
                    writer.kill();
                    seen++;
                }
            }
            assertThat(seen).as("life %d: see target/load-writer.log", life).isGreaterThan(acksBeforeDeath);
        }
        return lostAnswers;
    }

    private static void markTheEnd(Tailrace node) {
        Source.range(0, LoadWriter.PARTITIONS - 1)
                .map(partition ->
                        ProducerRecord.<String, String>of(LoadWriter.TOPIC, END).withPartition(partition))
                .runWith(
                        Producer.plainSink(ProducerSettings.create(node, Serdes.strings(), Serdes.strings())),
                        node.system())
                .toCompletableFuture()
                .join();
    }

    private Found readEverything() {
        Found found = new Found(new HashMap<>(), new HashMap<>());
        try (Tailrace node = Tailrace.start(data)) {
            markTheEnd(node);
            for (int partition = 0; partition < LoadWriter.PARTITIONS; partition++) {
                Map<String, Long> lastOfLane = new HashMap<>();
                int number = partition;
                Consumer.plainSource(
                                ConsumerSettings.create(node, Serdes.strings(), Serdes.strings()),
                                Subscriptions.assignmentWithOffset(new TopicPartition(LoadWriter.TOPIC, partition), 0L))
                        .takeWhile(record -> !record.value().equals(END))
                        .runForeach(record -> note(record, number, found, lastOfLane), node.system())
                        .toCompletableFuture()
                        .join();
            }
        }
        return found;
    }

    private static void note(
            ConsumerRecord<String, String> record, int partition, Found found, Map<String, Long> lastOfLane) {
        String[] parts = record.value().split(":", -1);
        long number = Long.parseLong(parts[1]);
        assertThat(record.value()).isEqualTo(LoadWriter.value(Integer.parseInt(parts[0]), number));
        Long before = lastOfLane.put(parts[0], number);
        assertThat(before == null || before < number)
                .as(
                        "seed %d: partition %d offset %d: %d came after %d",
                        SEED, partition, record.offset(), number, before)
                .isTrue();
        String value = parts[0] + ":" + parts[1];
        found.timesSeen.merge(value, 1, Integer::sum);
        found.byPlace.put(partition + "@" + record.offset(), value);
    }
}
