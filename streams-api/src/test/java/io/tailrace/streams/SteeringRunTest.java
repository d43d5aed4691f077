package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.streams.ConsumerMessage.CommittableMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ForkJoinPool;
import org.apache.pekko.Done;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Consumers with a source for each partition are paused, resumed and sought back while partitions come and go: nothing is skipped, and all ends. */
class SteeringRunTest extends GroupTestKit {
    private static final int PARTITIONS = 4;
    private static final int RECORDS = 300;
    private static final Duration SOON = Duration.ofMillis(5);

    private final Map<Integer, TreeSet<Long>> seen = new HashMap<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void nothingIsSkippedWhateverIsSteered(long seed) {
        Random random = new Random(seed);
        topic(PARTITIONS);
        fill(PARTITIONS, RECORDS);
        Map<String, Consumer.DrainingControl<Done>> running = new HashMap<>();
        List<CompletionStage<Done>> ended = new ArrayList<>();
        running.put("a", start("a", random));
        for (int step = 0; step < 150; step++) {
            if (random.nextInt(15) == 0) {
                Consumer.DrainingControl<Done> before = running.remove("b");
                if (before == null) {
                    running.put("b", start("b", random));
                } else {
                    ended.add(before.drainAndShutdown(ForkJoinPool.commonPool()));
                }
            }
            List<Consumer.Control> all = List.copyOf(running.values());
            steer(all.get(random.nextInt(all.size())), random);
            assertNoneSkipped();
        }
        eventually().until(() -> {
            running.values().forEach(this::resumeAll);
            return isAllCommitted();
        });
        running.values().forEach(control -> ended.add(control.drainAndShutdown(ForkJoinPool.commonPool())));
        ended.forEach(GroupTestKit::await);
        assertNoneSkipped();
        assertThat(groups.members()).isZero();
    }

    /** Whoever does not have the partition refuses. */
    private void steer(Consumer.Control control, Random random) {
        TopicPartition partition = new TopicPartition("t", random.nextInt(PARTITIONS));
        CompletionStage<Done> answer =
                switch (random.nextInt(4)) {
                    case 0 -> control.pause(Set.of(partition));
                    case 1 -> control.resume(Set.of(partition));
                    default -> control.seek(partition, random.nextLong(firstNotSeen(partition.partition()) + 1));
                };
        await(answer.exceptionally(refused -> Done.getInstance()));
    }

    private void resumeAll(Consumer.Control control) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            await(control.resume(Set.of(new TopicPartition("t", partition)))
                    .exceptionally(refused -> Done.getInstance()));
        }
    }

    private Consumer.DrainingControl<Done> start(String name, Random random) {
        CommitterSettings committer =
                committer().withMaxBatch(1 + random.nextInt(20)).withMaxInterval(SOON);
        return Consumer.committablePartitionedSource(member(name), Subscriptions.topics("t"))
                .flatMapMerge(PARTITIONS, pair -> pair.second().map(this::note))
                .map(CommittableMessage::committableOffset)
                .toMat(Committer.sink(committer), Consumer::createDrainingControl)
                .run(tailrace.system());
    }

    private synchronized CommittableMessage<String, String> note(CommittableMessage<String, String> message) {
        seen.computeIfAbsent(message.record().partition(), partition -> new TreeSet<>())
                .add(message.record().offset());
        return message;
    }

    private synchronized long firstNotSeen(int partition) {
        long next = 0;
        for (long offset : seen.getOrDefault(partition, new TreeSet<>())) {
            if (offset != next) {
                break;
            }
            next++;
        }
        return next;
    }

    private void assertNoneSkipped() {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            long committed = committed(partition);
            assertThat(committed).isLessThanOrEqualTo(firstNotSeen(partition));
        }
    }

    private boolean isAllCommitted() {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            if (committed(partition) < RECORDS) {
                return false;
            }
        }
        return true;
    }
}
