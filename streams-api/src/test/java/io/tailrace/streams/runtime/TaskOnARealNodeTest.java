package io.tailrace.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.AutoOffsetReset;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.ProducerSettings;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Subscriptions;
import io.tailrace.streams.TopicPartition;
import io.tailrace.streams.state.MemoryBackend;
import io.tailrace.streams.topology.Topology;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ChildFailed;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tasks as actors on a node with files. */
@Timeout(120)
class TaskOnARealNodeTest {
    private static final int RECORDS = 500;

    @TempDir
    Path directory;

    private Tailrace node;
    private Topic in;
    private Topic out;
    private Topic log;
    /** The ends of tasks: an error, or none. */
    private final LinkedBlockingQueue<Object> ends = new LinkedBlockingQueue<>();

    private int names;

    @BeforeEach
    void start() {
        node = Tailrace.start(ConfigFactory.parseMap(Map.of("tailrace.data-dir", directory.toString())));
        in = await(node.topics().create(NewTopic.of("in", 1)));
        out = await(node.topics().create(NewTopic.of("out", 3)));
        TopicSettings compacted = TopicSettings.DEFAULT.with(
                Map.of("cleanup.policy", "compact", "max.message.bytes", String.valueOf(TaskWriter.MAX_BATCH_BYTES)));
        log = await(node.topics().create(NewTopic.of("app-0-tasks", 1).withSettings(compacted)));
    }

    @AfterEach
    void close() {
        node.close();
    }

    private static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private ActorRef<TaskActor.Command> begin(StreamSettings settings) {
        Topology topology = TaskCrashTest.counting(false);
        TaskSetup setup = new TaskSetup(
                node,
                "app",
                new TaskId(0, 0),
                topology,
                topology.subTopologies().get(0),
                new TaskTopics(Map.of("in", in, "out", out)),
                log.partition(0),
                MemoryBackend::new,
                settings);
        Behavior<TaskActor.Command> parent = Behaviors.setup(context -> {
            ActorRef<TaskActor.Command> task = context.spawn(TaskActor.create(setup), "task");
            context.watch(task);
            return Behaviors.receive(TaskActor.Command.class)
                    .onAnyMessage(command -> {
                        task.tell(command);
                        return Behaviors.same();
                    })
                    .onSignal(ChildFailed.class, failed -> {
                        ends.add(failed.getCause());
                        return Behaviors.stopped();
                    })
                    .onSignal(Terminated.class, terminated -> {
                        ends.add(Done.getInstance());
                        return Behaviors.stopped();
                    })
                    .build();
        });
        return Adapter.spawn(node.system().classicSystem(), parent, "application-" + ++names);
    }

    private void stop(ActorRef<TaskActor.Command> task) {
        await(AskPattern.<TaskActor.Command, Done>ask(
                task, TaskActor.Stop::new, Duration.ofSeconds(30), node.system().scheduler()));
    }

    private TaskStatus describe(ActorRef<TaskActor.Command> task) {
        return await(AskPattern.<TaskActor.Command, TaskStatus>ask(
                task,
                TaskActor.Describe::new,
                Duration.ofSeconds(30),
                node.system().scheduler()));
    }

    private void produce(int from, int to) {
        List<ProducerRecord<String, String>> records = IntStream.range(from, to)
                .mapToObj(n -> ProducerRecord.of("in", "k" + n % 10, "v" + n))
                .toList();
        await(Source.from(records)
                .runWith(
                        Producer.plainSink(ProducerSettings.create(node, Serdes.strings(), Serdes.strings())),
                        node.system()));
    }

    /** So many records of the output; each key's counts are 1, 2, 3 … */
    private void assertCounted(int records) {
        List<ConsumerRecord<String, Long>> all = await(Consumer.plainSource(
                        ConsumerSettings.create(node, Serdes.strings(), Serdes.longs())
                                .withAutoOffsetReset(AutoOffsetReset.EARLIEST),
                        Subscriptions.assignment(
                                new TopicPartition("out", 0),
                                new TopicPartition("out", 1),
                                new TopicPartition("out", 2)))
                .take(records)
                .runWith(Sink.seq(), node.system()));
        Map<String, Long> counts = new HashMap<>();
        for (ConsumerRecord<String, Long> record : all) {
            assertThat(record.value()).isEqualTo(counts.merge(record.key(), 1L, Long::sum));
        }
        assertThat(endOfOut()).isEqualTo(records);
    }

    private long endOfOut() {
        long end = 0;
        for (int number = 0; number < 3; number++) {
            try (var reader = node.partitions().reader(out.partition(number))) {
                end += await(reader.offsets()).endOffset();
            }
        }
        return end;
    }

    @Test
    void aTaskGoesOnWhereItsLastLifeStopped() throws InterruptedException {
        produce(0, RECORDS);
        ActorRef<TaskActor.Command> first = begin(StreamSettings.defaults());
        assertCounted(RECORDS);
        TaskStatus status = describe(first);
        assertThat(status.state()).isEqualTo(TaskStatus.State.RUNNING);
        assertThat(status.records()).isEqualTo(RECORDS);
        assertThat(status.positions()).containsEntry(new TopicPartition("in", 0), (long) RECORDS);
        assertThat(status.lags()).containsEntry(new TopicPartition("in", 0), 0L);
        assertThat(status.stateBytes()).isPositive();
        assertThat(status.commits()).isPositive();
        stop(first);
        assertThat(ends.poll(30, TimeUnit.SECONDS)).isEqualTo(Done.getInstance());
        produce(RECORDS, 2 * RECORDS);
        ActorRef<TaskActor.Command> second = begin(StreamSettings.defaults());
        assertCounted(2 * RECORDS);
        assertThat(describe(second).records()).isEqualTo(RECORDS);
        stop(second);
        assertThat(endOfOut()).isEqualTo(2 * RECORDS);
    }

    @Test
    void ofTwoLivesAtOnceTheOlderIsFenced() throws InterruptedException {
        ActorRef<TaskActor.Command> older = begin(StreamSettings.defaults());
        produce(0, RECORDS);
        assertCounted(RECORDS);
        ActorRef<TaskActor.Command> newer = begin(StreamSettings.defaults());
        produce(RECORDS, 2 * RECORDS);
        assertCounted(2 * RECORDS);
        Object end = ends.poll(30, TimeUnit.SECONDS);
        assertThat(end).isInstanceOf(TailraceException.class);
        assertThat(((TailraceException) end).code()).isEqualTo(ErrorCode.PRODUCER_FENCED);
        assertThat(older).isNotEqualTo(newer);
        stop(newer);
        assertThat(endOfOut()).isEqualTo(2 * RECORDS);
    }

    @Test
    void atLeastOnceComesOutTheSameWhereNothingFails() {
        StreamSettings settings = TaskCrashTest.settings(ProcessingGuarantee.AT_LEAST_ONCE, 1 << 20, 1 << 20);
        ActorRef<TaskActor.Command> first = begin(settings);
        produce(0, RECORDS);
        assertCounted(RECORDS);
        stop(first);
        ActorRef<TaskActor.Command> second = begin(settings);
        produce(RECORDS, 2 * RECORDS);
        assertCounted(2 * RECORDS);
        stop(second);
    }
}
