package io.tailrace.streams.runtime;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.ProducerSettings;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.Consumed;
import io.tailrace.streams.dsl.Grouped;
import io.tailrace.streams.dsl.Materialized;
import io.tailrace.streams.dsl.Produced;
import io.tailrace.streams.dsl.StreamBuilder;
import io.tailrace.streams.state.MemoryBackend;
import io.tailrace.streams.topology.InternalTopic;
import io.tailrace.streams.topology.SubTopology;
import io.tailrace.streams.topology.Topology;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.stream.javadsl.Source;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How many records a second the tasks of a topology take, on one node with one partition of each topic: {@code count} by the first five characters of each value, through a
 * repartition topic; or {@code copy}, which filters and maps from topic to topic. From the start of the tasks until all is processed and committed.
 */
@Command(name = "stream", mixinStandardHelpOptions = true)
public final class StreamBench implements Callable<Integer> {
    private static final int DIFFERENT = 10_000;

    @Option(names = "--records", description = "Default: ${DEFAULT-VALUE}.")
    private long records = 2_000_000;

    @Option(names = "--size", description = "Bytes of a value. Default: ${DEFAULT-VALUE}.")
    private int size = 100;

    @Option(names = "--topology", description = "count or copy. Default: ${DEFAULT-VALUE}.")
    private String topology = "count";

    @Option(names = "--guarantee", description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private ProcessingGuarantee guarantee = ProcessingGuarantee.EXACTLY_ONCE;

    @Option(names = "--flush", description = "batch or os. Default: ${DEFAULT-VALUE}.")
    private String flush = "batch";

    @Option(
            names = "--rounds",
            description = "Times that it is done, each with topics of its own. Default: ${DEFAULT-VALUE}.")
    private int rounds = 3;

    /** Runs it; see {@code --help}. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new StreamBench()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Path data = Files.createTempDirectory("tailrace-bench");
        try (Tailrace node = Tailrace.start(ConfigFactory.parseMap(Map.of(
                "tailrace.data-dir",
                data.toString(),
                "tailrace.flush",
                flush,
                "tailrace.start-timeout",
                "120s",
                "pekko.loglevel",
                "ERROR")))) {
            for (int round = 1; round <= rounds; round++) {
                System.out.println(round(node, "r" + round + "-").put("round", round));
            }
            return 0;
        } finally {
            delete(data);
        }
    }

    private ObjectNode round(Tailrace node, String prefix) throws Exception {
        Topology built = topology.equals("count") ? count() : copy();
        Map<String, Topic> topics = new HashMap<>();
        for (String name : List.of("in", "out")) {
            topics.put(name, create(node, prefix + name, Map.of()));
        }
        for (InternalTopic internal : built.internalTopics()) {
            topics.put(internal.name(), create(node, prefix + internal.name(), Map.of()));
        }
        fill(node, prefix + "in");
        List<ActorRef<TaskActor.Command>> tasks = new ArrayList<>();
        long begun = System.nanoTime();
        long usedBefore = cpuNanos();
        for (SubTopology part : built.subTopologies()) {
            Topic log = create(
                    node,
                    prefix + part.number() + "-tasks",
                    Map.of(
                            "cleanup.policy",
                            "compact",
                            "max.message.bytes",
                            String.valueOf(TaskWriter.MAX_BATCH_BYTES)));
            TaskSetup setup = new TaskSetup(
                    node,
                    "bench",
                    new TaskId(part.number(), 0),
                    built,
                    part,
                    new TaskTopics(topics),
                    log.partition(0),
                    MemoryBackend::new,
                    settings());
            tasks.add(Adapter.spawn(
                    node.system().classicSystem(), TaskActor.create(setup), prefix + "task-" + part.number()));
        }
        long commits = 0;
        for (ActorRef<TaskActor.Command> task : tasks) {
            while (status(node, task).records() < records) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            commits += status(node, task).commits();
            get(AskPattern.<TaskActor.Command, Done>ask(
                    task,
                    TaskActor.Stop::new,
                    Duration.ofSeconds(60),
                    node.system().scheduler()));
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        return JsonNodeFactory.instance
                .objectNode()
                .put("bench", "stream")
                .put("topology", topology)
                .put("guarantee", guarantee.name())
                .put("flush", flush)
                .put("records", records)
                .put("size", size)
                .put("seconds", seconds)
                .put("cpuSeconds", (cpuNanos() - usedBefore) / 1e9)
                .put("commits", commits)
                .put("recordsPerSecond", Math.round(records / seconds));
    }

    /** Of this process: what a busy machine does not distort so much. */
    private static long cpuNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    private StreamSettings settings() {
        return StreamSettings.defaults().withGuarantee(guarantee);
    }

    private static Topology count() {
        StreamBuilder builder = new StreamBuilder();
        builder.stream("in", Consumed.with(Serdes.strings(), Serdes.strings()))
                .groupBy((key, value) -> value.substring(0, 5), Grouped.with(Serdes.strings(), Serdes.strings()))
                .count(Materialized.as("counts"))
                .toStream()
                .to("out", Produced.with(Serdes.strings(), Serdes.longs()));
        return builder.build();
    }

    private static Topology copy() {
        StreamBuilder builder = new StreamBuilder();
        builder.stream("in", Consumed.with(Serdes.strings(), Serdes.strings()))
                .filter((key, value) -> value.charAt(0) != '9')
                .mapValues(value -> value.substring(1))
                .to("out", Produced.with(Serdes.strings(), Serdes.strings()));
        return builder.build();
    }

    private void fill(Tailrace node, String topic) throws Exception {
        Random random = new Random(size);
        List<ProducerRecord<byte[], byte[]>> some = IntStream.range(0, DIFFERENT)
                .mapToObj(n -> {
                    byte[] value = new byte[size];
                    for (int i = 0; i < size; i++) {
                        value[i] = (byte) ('0' + random.nextInt(10));
                    }
                    byte[] prefix = String.format("%05d", n).getBytes(StandardCharsets.US_ASCII);
                    System.arraycopy(prefix, 0, value, 0, prefix.length);
                    return ProducerRecord.<byte[], byte[]>of(topic, value);
                })
                .toList();
        get(Source.cycle(some::iterator)
                .take(records)
                .runWith(
                        Producer.plainSink(ProducerSettings.create(node, Serdes.bytes(), Serdes.bytes())),
                        node.system()));
    }

    private static TaskStatus status(Tailrace node, ActorRef<TaskActor.Command> task) throws Exception {
        return get(AskPattern.<TaskActor.Command, TaskStatus>ask(
                task,
                TaskActor.Describe::new,
                Duration.ofSeconds(10),
                node.system().scheduler()));
    }

    private static Topic create(Tailrace node, String name, Map<String, String> settings) throws Exception {
        return get(node.topics().create(NewTopic.of(name, 1).withSettings(TopicSettings.DEFAULT.with(settings))));
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(120, TimeUnit.SECONDS);
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
