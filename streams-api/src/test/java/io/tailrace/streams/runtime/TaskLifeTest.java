package io.tailrace.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Headers;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordCursor;
import io.tailrace.streams.AutoOffsetReset;
import io.tailrace.streams.Deserializer;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Serializer;
import io.tailrace.streams.TopicPartition;
import io.tailrace.streams.runtime.TaskSimulation.SimulatedTask;
import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.PunctuationType;
import io.tailrace.streams.topology.StreamRecord;
import io.tailrace.streams.topology.Topology;
import io.tailrace.streams.topology.TopologyBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a task does besides counting right: in which order it reads, where it begins, where its outputs go, how it ends. */
class TaskLifeTest {
    private static final Deserializer<String> READ = Serdes.strings();
    private static final Serializer<String> WRITE = Serdes.strings();

    /** Says the times as it sees them. */
    private static final class Observer implements Processor<String, String, String, String> {
        private final boolean ticking;
        private ProcessorContext<String, String> context;

        Observer(boolean ticking) {
            this.ticking = ticking;
        }

        @Override
        public void init(ProcessorContext<String, String> context) {
            this.context = context;
            if (ticking) {
                context.schedule(
                        Duration.ofSeconds(10),
                        PunctuationType.WALL_CLOCK_TIME,
                        now -> context.forward(new StreamRecord<>("clock", "tick", 0, Headers.EMPTY)));
            }
        }

        @Override
        public void process(StreamRecord<String, String> record) {
            context.forward(new StreamRecord<>(
                    record.key(), record.value() + "@" + context.streamTime(), record.timestamp(), record.headers()));
        }
    }

    private static TopologyBuilder observing(String... topics) {
        return new TopologyBuilder()
                .addSource("source", READ, READ, topics)
                .addProcessor("observer", () -> new Observer(false), "source");
    }

    private static StreamSettings settings(AutoOffsetReset reset, Duration maxTaskIdle) {
        return StreamSettings.defaults().withReset(reset).withMaxTaskIdle(maxTaskIdle);
    }

    private static TaskSimulation simulation(Topology topology, StreamSettings settings) {
        return new TaskSimulation(1, topology, settings, 100);
    }

    private static TaskSimulation simulation(Topology topology) {
        return simulation(topology, settings(AutoOffsetReset.EARLIEST, Duration.ZERO));
    }

    private static List<String> strings(List<byte[]> values) {
        return values.stream()
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .toList();
    }

    private static void produce(TaskSimulation simulation, String topic, long... times) {
        for (long time : times) {
            simulation.produce(topic, List.of("k"), List.of(topic + time), time);
        }
    }

    @Test
    void recordsOfSeveralPartitionsAreTakenInTheOrderOfTheirTimes() {
        TaskSimulation simulation = simulation(observing("a", "b")
                        .addSink("sink", "out", WRITE, WRITE, "observer")
                        .build())
                .withTopic("a", 1)
                .withTopic("b", 1)
                .withTopic("out", 1)
                .withTasks(1);
        produce(simulation, "a", 10, 30, 20, 50);
        produce(simulation, "b", 5, 15, 40, 45);
        while (simulation.step()) {}
        simulation.tasks.get(0).begin();
        simulation.settle();
        assertThat(strings(simulation.valuesOf("out").get("k")))
                .containsExactly("b5@5", "a10@10", "b15@15", "a30@30", "a20@30", "b40@40", "b45@45", "a50@50");
    }

    @Test
    void aPartitionAtItsEndIsWaitedForAsLongAsTheSettingsSay() {
        TaskSimulation simulation = simulation(
                        observing("a", "b")
                                .addSink("sink", "out", WRITE, WRITE, "observer")
                                .build(),
                        settings(AutoOffsetReset.EARLIEST, Duration.ofMillis(700)))
                .withTopic("a", 1)
                .withTopic("b", 1)
                .withTopic("out", 1)
                .withTasks(1);
        simulation.tasks.get(0).begin();
        produce(simulation, "a", 10);
        long began = simulation.now();
        while (simulation.now() < began + 600) {
            while (simulation.step()) {}
            assertThat(simulation.valuesOf("out")).isEmpty();
            if (!simulation.tick()) {
                break;
            }
        }
        simulation.settle();
        assertThat(strings(simulation.valuesOf("out").get("k"))).containsExactly("a10@10");
    }

    @Test
    void streamTimeGoesOnWhereTheLifeBeforeEnded() {
        TaskSimulation simulation = simulation(observing("a")
                        .addSink("sink", "out", WRITE, WRITE, "observer")
                        .build())
                .withTopic("a", 1)
                .withTopic("out", 1)
                .withTasks(1);
        SimulatedTask task = simulation.tasks.get(0);
        task.begin();
        produce(simulation, "a", 1000);
        simulation.settle();
        task.life.kill();
        task.begin();
        produce(simulation, "a", 7);
        simulation.settle();
        assertThat(strings(simulation.valuesOf("out").get("k"))).containsExactly("a1000@1000", "a7@1000");
        assertThat(task.life.life.status().streamTime()).isEqualTo(1000);
    }

    @Test
    void whoBeginsAtTheEndDoesNotSkipWhatComesBetweenLives() {
        TaskSimulation simulation = simulation(
                        observing("a")
                                .addSink("sink", "out", WRITE, WRITE, "observer")
                                .build(),
                        settings(AutoOffsetReset.LATEST, Duration.ZERO))
                .withTopic("a", 1)
                .withTopic("out", 1)
                .withTasks(1);
        produce(simulation, "a", 1, 2);
        while (simulation.step()) {}
        SimulatedTask task = simulation.tasks.get(0);
        task.begin();
        simulation.settle();
        task.life.kill();
        produce(simulation, "a", 3);
        while (simulation.step()) {}
        task.begin();
        simulation.settle();
        assertThat(strings(simulation.valuesOf("out").get("k"))).containsExactly("a3@3");
        assertThat(task.life.life.status().positions()).containsEntry(new TopicPartition("a", 0), 3L);
    }

    @Test
    void aTopicThatARecordChoosesIsLookedUpAndItsPartitionerAskedThen() {
        TopologyBuilder builder = observing("a");
        builder.<String, String>addSink(
                "sink",
                record -> record.value().startsWith("a1") ? "one" : "two",
                null,
                WRITE,
                WRITE,
                (topic, key, value, partitions) ->
                        topic.equals("two") ? OptionalInt.of(partitions - 1) : OptionalInt.empty(),
                List.of("observer"));
        TaskSimulation simulation =
                simulation(builder.build()).withTopic("a", 1).withTasks(1);
        simulation.node.withTopic("one", 1, TopicSettings.DEFAULT);
        simulation.node.withTopic("two", 4, TopicSettings.DEFAULT);
        produce(simulation, "a", 10, 20, 11, 21);
        simulation.tasks.get(0).begin();
        simulation.settle();
        assertThat(strings(simulation.valuesOf("one").get("k"))).containsExactly("a10@10", "a11@20");
        assertThat(strings(simulation.valuesOf("two").get("k"))).containsExactly("a20@20", "a21@21");
        assertThat(simulation.node.partition("two", 3).batches()).isNotEmpty();
    }

    @Test
    void aTopicThatIsNotThereEndsTheLife() {
        TopologyBuilder builder = observing("a");
        builder.<String, String>addSink("sink", record -> "nowhere", null, WRITE, WRITE, null, List.of("observer"));
        TaskSimulation simulation =
                simulation(builder.build()).withTopic("a", 1).withTasks(1);
        produce(simulation, "a", 10);
        simulation.tasks.get(0).begin();
        simulation.settle();
        assertThat(simulation.tasks.get(0).life.error)
                .isInstanceOfSatisfying(TailraceException.class, error -> assertThat(error.code())
                        .isEqualTo(ErrorCode.UNKNOWN_TOPIC));
        assertThat(simulation.node.partition("a", 0).openReaders()).isZero();
        assertThat(simulation.node.partition("log-0", 0).openReaders()).isZero();
    }

    @Test
    void committedOutputsForATopicThatWasDeletedDoNotEndEachLifeToCome() {
        TaskSimulation simulation = simulation(observing("a")
                        .addSink("sink", "out", WRITE, WRITE, "observer")
                        .build())
                .withTopic("a", 1)
                .withTopic("out", 1)
                .withTasks(1);
        simulation.node.partition("out", 0).delete();
        SimulatedTask task = simulation.tasks.get(0);
        task.begin();
        produce(simulation, "a", 10);
        simulation.settle();
        assertThat(task.life.error).isNotNull();
        task.begin();
        simulation.settle();
        assertThat(task.life.error).isNull();
        assertThat(task.life.life.status().state()).isEqualTo(TaskStatus.State.RUNNING);
    }

    @Test
    void theClockPunctuatesWithoutRecords() {
        Topology ticking = new TopologyBuilder()
                .addSource("source", READ, READ, "a")
                .addProcessor("observer", () -> new Observer(true), "source")
                .addSink("sink", "out", WRITE, WRITE, "observer")
                .build();
        TaskSimulation simulation =
                simulation(ticking).withTopic("a", 1).withTopic("out", 1).withTasks(1);
        simulation.tasks.get(0).begin();
        long began = simulation.now();
        while (simulation.now() < began + 35_000) {
            while (simulation.step()) {}
            simulation.tick();
        }
        assertThat(strings(simulation.valuesOf("out").get("clock"))).hasSizeBetween(3, 4);
    }

    @Test
    void whoIsStoppedHasCommittedAndSentAllAndSaysSoInTheLog() {
        TaskSimulation simulation = simulation(observing("a")
                        .addSink("sink", "out", WRITE, WRITE, "observer")
                        .build())
                .withTopic("a", 1)
                .withTopic("out", 2)
                .withTasks(1);
        SimulatedTask task = simulation.tasks.get(0);
        task.begin();
        produce(simulation, "a", IntStream.range(0, 500).asLongStream().toArray());
        for (int i = 0; i < 300; i++) {
            simulation.step();
        }
        task.life.stop();
        while (!task.life.stopped) {
            if (!simulation.step()) {
                simulation.tick();
            }
        }
        assertThat(task.life.life.status().state()).isEqualTo(TaskStatus.State.STOPPED);
        long processed = task.life.life.status().records();
        assertThat(simulation.valuesOf("out").values().stream()
                        .mapToInt(List::size)
                        .sum())
                .isEqualTo((int) processed);
        TaskMark last = null;
        for (RecordCursor records : simulation.node.partition("log-0", 0).cursors()) {
            while (records.next()) {
                if (TaskLogFormat.kind(records) == TaskLogFormat.MARK) {
                    last = TaskLogFormat.readMark(records);
                }
            }
        }
        assertThat(last).isNotNull();
        assertThat(last.delivered()).isEqualTo(last.commit() - 1);
        assertThat(last.slots().get((int) (last.commit() % TaskMark.SLOTS))).isZero();
    }

    @Test
    void whatHasBeenProcessedOfAnInternalTopicIsPurged() {
        Topology topology = TaskCrashTest.counting(true);
        String internal = topology.internalTopics().get(0).name();
        TaskSimulation simulation = simulation(topology)
                .withTopic("in", 1)
                .withTopic("out", 1)
                .withTopic(internal, 1)
                .withTasks(1);
        simulation.tasks.forEach(SimulatedTask::begin);
        simulation.produce("in", List.of("a", "b"), List.of("a", "b"), 1);
        simulation.settle();
        assertThat(simulation.node.partition(internal, 0).range().startOffset()).isZero();
        simulation.advance(Duration.ofMinutes(1));
        simulation.produce("in", List.of("c"), List.of("c"), 1);
        simulation.settle();
        assertThat(simulation.node.partition(internal, 0).range().startOffset()).isEqualTo(3);
        assertThat(simulation.node.partition("in", 0).range().startOffset()).isZero();
        assertThat(TaskCrashTest.longs(simulation.valuesOf("out").get("c"))).containsExactly(1L);
    }

    @Test
    void outputsLargerThanABatchGoInSeveral() {
        TaskSimulation simulation = simulation(observing("a")
                        .addSink("sink", "out", WRITE, WRITE, "observer")
                        .build())
                .withTopic("a", 1)
                .withTopic("out", 1, TopicSettings.DEFAULT.with(Map.of("max.message.bytes", "1024")))
                .withTasks(1);
        List<String> values = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            values.add("v" + i + "x".repeat(100));
        }
        simulation.produce("a", values.stream().map(value -> "k").toList(), values, 1);
        while (simulation.step()) {}
        simulation.tasks.get(0).begin();
        simulation.settle();
        assertThat(simulation.valuesOf("out").get("k")).hasSize(200);
        assertThat(simulation.node.partition("out", 0).batches())
                .hasSizeGreaterThan(20)
                .allMatch(batch -> batch.sizeInBytes() <= 1024)
                .extracting(RecordBatch::producerId)
                .containsOnly(TaskWriter.outputs(
                        simulation.node.topic("log-0").partition(0).text()));
    }
}
