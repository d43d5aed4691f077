package io.tailrace.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.Consumed;
import io.tailrace.streams.dsl.Grouped;
import io.tailrace.streams.dsl.Materialized;
import io.tailrace.streams.dsl.Produced;
import io.tailrace.streams.dsl.StreamBuilder;
import io.tailrace.streams.topology.InternalTopic;
import io.tailrace.streams.topology.Topology;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks whose lives end at every moment there is: what comes out is as if none had. */
class TaskCrashTest {
    static Topology counting(boolean repartitioned) {
        StreamBuilder builder = new StreamBuilder();
        var words = builder.stream("in", Consumed.with(Serdes.strings(), Serdes.strings()));
        var groups = repartitioned
                ? words.groupBy((key, word) -> word, Grouped.with(Serdes.strings(), Serdes.strings()))
                : words.groupByKey(Grouped.with(Serdes.strings(), Serdes.strings()));
        groups.count(Materialized.as("counts")).toStream().to("out", Produced.with(Serdes.strings(), Serdes.longs()));
        return builder.build();
    }

    static StreamSettings settings(ProcessingGuarantee guarantee, int maxCommitBytes, int bufferedBytes) {
        return StreamSettings.defaults()
                .withGuarantee(guarantee)
                .withMaxCommitBytes(maxCommitBytes)
                .withBufferedBytes(bufferedBytes);
    }

    static List<Long> longs(List<byte[]> values) {
        return values.stream().map(bytes -> ByteBuffer.wrap(bytes).getLong()).toList();
    }

    private static TaskSimulation simulation(
            long seed, ProcessingGuarantee guarantee, boolean repartitioned, int partitions) {
        return simulation(seed, guarantee, repartitioned, partitions, 10_000);
    }

    private static TaskSimulation simulation(
            long seed, ProcessingGuarantee guarantee, boolean repartitioned, int partitions, int maxProducers) {
        Random random = new Random(~seed);
        Topology topology = counting(repartitioned);
        TaskSimulation simulation = new TaskSimulation(
                seed,
                topology,
                settings(guarantee, 100 + random.nextInt(4000), 200 + random.nextInt(4000)),
                maxProducers);
        simulation.faults = random.nextInt(30);
        simulation.withTopic("in", partitions).withTopic("out", 1 + random.nextInt(4));
        for (InternalTopic internal : topology.internalTopics()) {
            simulation.withTopic(internal.name(), partitions);
        }
        simulation.withTasks(partitions);
        if (random.nextBoolean()) {
            simulation.tasks.forEach(task -> task.backend = new LossyBackend(random)::open);
        }
        return simulation;
    }

    /** Produces, steps and ends lives; returns how often each key was produced. */
    private static Map<String, Long> run(TaskSimulation simulation, int records, int kills) {
        Random random = simulation.random;
        Map<String, Long> produced = new TreeMap<>();
        simulation.tasks.forEach(TaskSimulation.SimulatedTask::begin);
        int left = records;
        int killsLeft = kills;
        while (left > 0 || killsLeft > 0) {
            if (left > 0 && random.nextInt(10) == 0) {
                int some = Math.min(left, 1 + random.nextInt(20));
                List<String> keys = new ArrayList<>();
                for (int i = 0; i < some; i++) {
                    keys.add("k" + random.nextInt(12));
                }
                keys.forEach(key -> produced.merge(key, 1L, Long::sum));
                simulation.produce("in", keys, keys, simulation.now());
                left -= some;
            }
            for (int i = random.nextInt(60); i > 0 && simulation.step(); i--) {}
            if (random.nextInt(4) == 0) {
                simulation.tick();
            }
            for (TaskSimulation.SimulatedTask task : simulation.tasks) {
                if (task.life.over) {
                    assertEndedAsItMay(task.life);
                    task.begin();
                } else if (killsLeft > 0 && random.nextInt(12) == 0) {
                    killsLeft--;
                    end(task, random);
                }
            }
        }
        simulation.settle();
        for (TaskSimulation.SimulatedTask task : simulation.tasks) {
            if (task.life.over) {
                assertEndedAsItMay(task.life);
                task.begin();
            }
        }
        simulation.settle();
        return produced;
    }

    private static void end(TaskSimulation.SimulatedTask task, Random random) {
        switch (random.nextInt(4)) {
            case 0:
                task.life.stop();
                break;
            case 1:
                task.begin(); // The one before does not know yet.
                break;
            default:
                task.life.kill();
                break;
        }
    }

    private static void assertEndedAsItMay(TaskSimulation.SimulatedLife life) {
        if (life.error != null) {
            assertThat(life.error).isInstanceOf(TailraceException.class);
            assertThat(((TailraceException) life.error).code())
                    .as(life.error.toString())
                    .isEqualTo(ErrorCode.PRODUCER_FENCED);
        }
    }

    private static void eachCountComesOutOnceAndInOrder(long seed) {
        TaskSimulation simulation =
                simulation(seed, ProcessingGuarantee.EXACTLY_ONCE, seed % 2 == 0, 1 + (int) (seed % 3));
        Map<String, Long> produced = run(simulation, 400, 15);
        Map<String, List<byte[]>> out = simulation.valuesOf("out");
        assertThat(out.keySet()).as("seed %d", seed).isEqualTo(produced.keySet());
        for (Map.Entry<String, Long> key : produced.entrySet()) {
            assertCounts("seed " + seed + ", key " + key.getKey(), longs(out.get(key.getKey())), key.getValue());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 20, 40, 60, 80})
    void eachCountComesOutOnceAndInOrderWhereverLivesEnd(long first) {
        for (long seed = first; seed < first + 20; seed++) {
            eachCountComesOutOnceAndInOrder(seed);
        }
    }

    @Test
    @Tag("full")
    @Timeout(1800)
    void eachCountComesOutOnceAndInOrderInThousandsOfRuns() {
        for (long seed = 100; seed < 5_000; seed++) {
            eachCountComesOutOnceAndInOrder(seed);
        }
    }

    /** From 1 to the last. */
    private static void assertCounts(String what, List<Long> counts, long last) {
        for (int i = 0; i < counts.size(); i++) {
            assertThat(counts.get(i))
                    .as("%s, record %d of %d", what, i, counts.size())
                    .isEqualTo(i + 1);
        }
        assertThat(counts).as(what).hasSize((int) last);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void atLeastOnceNothingIsMissing(long hundred) {
        for (long seed = hundred * 100; seed < hundred * 100 + 10; seed++) {
            TaskSimulation simulation =
                    simulation(seed, ProcessingGuarantee.AT_LEAST_ONCE, false, 1 + (int) (seed % 3));
            Map<String, Long> produced = run(simulation, 400, 15);
            Map<String, List<byte[]>> out = simulation.valuesOf("out");
            for (Map.Entry<String, Long> key : produced.entrySet()) {
                List<Long> counts = longs(out.get(key.getKey()));
                // States and positions are committed together, so counts are right; only outputs may come again.
                assertThat(counts)
                        .as("seed %d, key %s", seed, key.getKey())
                        .last()
                        .isEqualTo(key.getValue());
                assertThat(counts)
                        .as("seed %d, key %s", seed, key.getKey())
                        .containsAll(LongStream.rangeClosed(1, key.getValue())
                                .boxed()
                                .toList());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aPartitionThatHasForgottenTheTaskGetsAllOfItOnceAllTheSame(long hundred) {
        long renewed = 0;
        for (long seed = hundred * 100; seed < hundred * 100 + 10; seed++) {
            TaskSimulation simulation = simulation(seed, ProcessingGuarantee.EXACTLY_ONCE, false, 1, 3);
            Map<String, Long> produced = new TreeMap<>();
            for (int round = 0; round < 3; round++) {
                run(simulation, 60, 3).forEach((key, count) -> produced.merge(key, count, Long::sum));
                for (int number = 0; number < simulation.node.topic("out").partitions(); number++) {
                    for (int other = 0; other < 3; other++) {
                        simulation.produceAsAnother("out", number, "other");
                    }
                }
                simulation.settle();
            }
            Map<String, List<byte[]>> out = simulation.valuesOf("out");
            for (Map.Entry<String, Long> key : produced.entrySet()) {
                assertCounts("seed " + seed + ", key " + key.getKey(), longs(out.get(key.getKey())), key.getValue());
            }
            renewed += simulation.node.all().stream()
                    .flatMap(partition -> partition.batches().stream())
                    .filter(batch -> batch.producerEpoch() > 0 && batch.producerId() == outputs(simulation))
                    .count();
        }
        assertThat(renewed).as("batches of a later epoch").isPositive();
    }

    private static long outputs(TaskSimulation simulation) {
        return TaskWriter.outputs(simulation.node.topic("log-0").partition(0).text());
    }
}
