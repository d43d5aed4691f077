package io.tailrace.benchmarks;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.tailrace.benchmarks.cluster.Load;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.ProducerRecord;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What a producer loses beside compaction. Rounds in the order ABBA, each on a new node with the same topic: in A nothing is compacted, in
 * B compaction never rests, since it begins again as soon as a hundredth of the log is dirty. In each round one producer at full speed,
 * then one at a rate. Prints one line of JSON: medians of the rounds, and the ratio of each B to the A beside it, which tells how far the
 * medians can be believed. Everything fits into the page cache, unless much longer or larger than by default.
 */
@Command(name = "produce-beside-compaction", mixinStandardHelpOptions = true)
public final class ProduceBesideCompactionBench implements Callable<Integer> {
    private static final String TOPIC = "bench";
    private static final int PATIENCE_SECONDS = 120;

    @Option(names = "--rounds", description = "Of ABBA. Default: ${DEFAULT-VALUE}.")
    private int rounds = 2;

    @Option(
            names = "--seconds",
            description = "Of each measurement; the first one is not counted. Default: ${DEFAULT-VALUE}.")
    private int seconds = 5;

    @Option(names = "--keys", description = "How many there are. Default: ${DEFAULT-VALUE}.")
    private int keys = 100_000;

    @Option(names = "--size", description = "Bytes of a value. Default: ${DEFAULT-VALUE}.")
    private int size = 100;

    @Option(names = "--rate", description = "Records a second of the paced producer. Default: ${DEFAULT-VALUE}.")
    private int rate = 20_000;

    @Option(names = "--bytes-per-second", description = "Of compaction. Default: that of the node.")
    private @Nullable String bytesPerSecond;

    @Option(names = "--time-share", description = "Of compaction. Default: that of the node.")
    private @Nullable String timeShare;

    @Option(names = "--flush", description = "batch or os. Default: ${DEFAULT-VALUE}.")
    private String flush = "batch";

    /**
     * What was measured in one round.
     *
     * @param cpuMicros of the process for each record of the producer at full speed, whoever else uses the processors
     * @param bytesLeftOfAppended bytes of the log at its end, as a share of those of all keys and values that were appended: shows that it
     *     was compacted
     */
    private record Round(double recordsPerSecond, double cpuMicros, double p99Millis, double bytesLeftOfAppended) {}

    /** Runs it; see {@code --help}. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new ProduceBesideCompactionBench()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        round(false);
        List<Round> alone = new ArrayList<>();
        List<Round> beside = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            alone.add(round(false));
            beside.add(round(true));
            beside.add(round(true));
            alone.add(round(false));
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("bench", "produce-beside-compaction");
        json.put("processors", Runtime.getRuntime().availableProcessors());
        put(json.putObject("alone"), alone);
        put(json.putObject("besideCompaction"), beside);
        compare(json.putObject("throughput"), alone, beside, Round::recordsPerSecond);
        compare(json.putObject("cpuMicrosPerRecord"), alone, beside, Round::cpuMicros);
        compare(json.putObject("p99Millis"), alone, beside, Round::p99Millis);
        System.out.println(json);
        return 0;
    }

    private static void put(ObjectNode json, List<Round> measured) {
        for (Round round : measured) {
            json.withArray("recordsPerSecond").add(Math.round(round.recordsPerSecond));
            json.withArray("p99Millis").add(round.p99Millis);
            json.withArray("cpuMicrosPerRecord").add(round.cpuMicros);
            json.withArray("bytesLeftOfAppended").add(round.bytesLeftOfAppended);
        }
    }

    private static void compare(ObjectNode json, List<Round> alone, List<Round> beside, ToDoubleFunction<Round> what) {
        json.put("ratioOfMedians", median(beside, what) / median(alone, what));
        for (int i = 0; i < alone.size(); i++) {
            json.withArray("ratios").add(what.applyAsDouble(beside.get(i)) / what.applyAsDouble(alone.get(i)));
        }
    }

    private static double median(List<Round> measured, ToDoubleFunction<Round> what) {
        double[] sorted = measured.stream().mapToDouble(what).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    private static double cpuSeconds() {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return system.getProcessCpuTime() / 1e9;
    }

    private Config settings(Path data, boolean compacted) {
        Map<String, Object> settings = new HashMap<>(Map.of(
                "tailrace.data-dir",
                data.toString(),
                "tailrace.flush",
                flush,
                "tailrace.log.cleaner.backoff",
                compacted ? "100ms" : "1h",
                "pekko.loglevel",
                "ERROR"));
        if (bytesPerSecond != null) {
            settings.put("tailrace.log.cleaner.max-bytes-per-second", bytesPerSecond);
        }
        if (timeShare != null) {
            settings.put("tailrace.log.cleaner.max-time-share", timeShare);
        }
        return ConfigFactory.parseMap(settings);
    }

    private Round round(boolean compacted) throws Exception {
        Path data = Files.createTempDirectory("tailrace-bench");
        try (Tailrace node = Tailrace.start(settings(data, compacted))) {
            create(node);
            Load load = new Load(node, records());
            // What there is to compact when it is measured.
            long appended = load.run(Long.MAX_VALUE, until(seconds));
            double cpuBefore = cpuSeconds();
            long begun = System.nanoTime();
            long fast = load.run(Long.MAX_VALUE, until(seconds));
            double recordsPerSecond = fast / ((System.nanoTime() - begun) / 1e9);
            double cpuMicros = (cpuSeconds() - cpuBefore) * 1e6 / fast;
            Load.Latency latency = new Load.Latency();
            CompletionStage<Done> paced = load.paced(rate, until(2 * seconds), latency);
            TimeUnit.SECONDS.sleep(seconds);
            latency.take();
            paced.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            Histogram measured = latency.take();
            appended += fast + (long) rate * 2 * seconds;
            Round round = new Round(
                    recordsPerSecond,
                    cpuMicros,
                    Load.Latency.millis(measured, 99),
                    (double) bytesIn(data) / (appended * (size + Long.BYTES)));
            System.err.println((compacted ? "beside " : "alone ") + round);
            return round;
        } finally {
            delete(data);
        }
    }

    private static BooleanSupplier until(int seconds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        return () -> System.nanoTime() < end;
    }

    private static void create(Tailrace node) throws Exception {
        Map<String, String> settings =
                Map.of("cleanup.policy", "compact", "min.cleanable.dirty.ratio", "0.01", "segment.bytes", "16777216");
        node.topics()
                .create(NewTopic.of(TOPIC, 1).withSettings(TopicSettings.DEFAULT.with(settings)))
                .toCompletableFuture()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private List<ProducerRecord<byte[], byte[]>> records() {
        Random random = new Random(size);
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (long key = 0; key < keys; key++) {
            byte[] value = new byte[size];
            random.nextBytes(value);
            records.add(ProducerRecord.of(
                    TOPIC, ByteBuffer.allocate(Long.BYTES).putLong(key).array(), value));
        }
        return records;
    }

    private static long bytesIn(Path data) throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".log")).toList()) {
                bytes += Files.exists(file) ? Files.size(file) : 0;
            }
        }
        return bytes;
    }

    private static void delete(Path data) throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
