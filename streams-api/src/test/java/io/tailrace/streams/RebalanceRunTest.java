package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import org.apache.pekko.Done;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Three consumers that come and go as they like while records come: nothing is dealt with twice, nothing is skipped. */
class RebalanceRunTest extends GroupTestKit {
    private static final int PARTITIONS = 7;
    private static final int STEPS = 25;
    private static final int RECORDS_PER_STEP = 40;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void plannedChangesNeitherRepeatNorSkipARecord(long seed) {
        Random random = new Random(seed);
        topic(PARTITIONS);
        Map<String, Running> running = new HashMap<>();
        List<Running> all = new ArrayList<>();
        List<CompletionStage<Done>> leaving = new ArrayList<>();
        int records = 0;
        for (int step = 0; step < STEPS; step++) {
            fill(PARTITIONS, RECORDS_PER_STEP);
            records += PARTITIONS * RECORDS_PER_STEP;
            String name = "consumer-" + random.nextInt(3);
            Running before = running.remove(name);
            if (before != null) {
                leaving.add(before.control.drainAndShutdown(ForkJoinPool.commonPool()));
            } else {
                Running started = start(name, random.nextLong());
                running.put(name, started);
                all.add(started);
            }
            if (!running.isEmpty() && random.nextBoolean()) {
                int least = Math.min(records, done(all) + random.nextInt(PARTITIONS * RECORDS_PER_STEP));
                eventually().until(() -> done(all) >= least);
            }
        }
        leaving.forEach(GroupTestKit::await);
        if (running.isEmpty()) {
            Running last = start("last", 1);
            running.put("last", last);
            all.add(last);
        }
        int expected = records;
        eventually().until(() -> done(all) >= expected);
        running.values().forEach(Running::stop);

        Map<TopicPartition, Integer> counts = new HashMap<>();
        for (Running member : all) {
            member.done.forEach(record -> counts.merge(record.topicPartition(), 1, Integer::sum));
        }
        assertThat(all.stream().flatMap(member -> member.done.stream()).map(ConsumerRecord::value))
                .doesNotHaveDuplicates();
        assertThat(counts).hasSize(PARTITIONS).allSatisfy((partition, count) -> assertThat(count)
                .isEqualTo(STEPS * RECORDS_PER_STEP));
        for (int partition = 0; partition < PARTITIONS; partition++) {
            assertThat(committed(partition)).isEqualTo(STEPS * RECORDS_PER_STEP);
        }
    }

    private static int done(List<Running> members) {
        return members.stream().mapToInt(member -> member.done.size()).sum();
    }

    /** Most of its records are dealt with at once, some a little later, on another thread. */
    private Running start(String name, long seed) {
        Random random = new Random(seed);
        Executor pool = ForkJoinPool.commonPool();
        return new Running(
                member(name).withFetchBytes(1 + random.nextInt(2000)),
                committer().withMaxBatch(1 + random.nextInt(100)),
                record -> random.nextInt(10) > 0
                        ? CompletableFuture.completedStage(Done.getInstance())
                        : CompletableFuture.supplyAsync(Done::getInstance, pool));
    }
}
