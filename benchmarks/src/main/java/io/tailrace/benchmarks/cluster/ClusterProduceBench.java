package io.tailrace.benchmarks.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.partition.Partition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.HdrHistogram.Histogram;
import org.apache.pekko.Done;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * How much one producer gets into three nodes with three replicas, for a while, and whether anything moved meanwhile: no node should
 * be downed, no leader be another than before.
 */
@Command(name = "cluster-produce", mixinStandardHelpOptions = true)
public final class ClusterProduceBench implements Callable<Integer> {
    private static final int PATIENCE_SECONDS = 120;

    @Option(names = "--seconds", description = "How long is measured. Default: ${DEFAULT-VALUE}.")
    private int seconds = 30;

    @Option(names = "--warm-up-seconds", description = "How long before, as well. Default: ${DEFAULT-VALUE}.")
    private int warmUpSeconds = 15;

    @Option(names = "--size", description = "Bytes of a record's value. Default: ${DEFAULT-VALUE}.")
    private int size = 100;

    @Option(names = "--partitions", description = "The records go to them in turn. Default: ${DEFAULT-VALUE}.")
    private int partitions = 3;

    @Option(
            names = "--rate",
            description =
                    "Records a second, with the time to acknowledgement; 0: as many as are acknowledged. Default: 0.")
    private int rate;

    @Mixin
    private final ClusterOptions options = new ClusterOptions();

    /** Runs it; see {@code --help}. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new ClusterProduceBench()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        ObjectNode json = ClusterOptions.result("cluster-produce")
                .put("size", size)
                .put("partitions", partitions)
                .put("replicas", 3)
                .put("flush", options.flush);
        try (BenchCluster cluster = options.cluster()) {
            cluster.start(PATIENCE_SECONDS);
            Tailrace client = cluster.client();
            Topic topic = Load.createBounded(client, "bench", partitions);
            List<String> before = leaders(client, topic);
            Load load = new Load(client, topic, size);
            Map<String, Duration> cpu = new HashMap<>();
            if (rate > 0) {
                paced(load, json, () -> cluster.nodes().forEach(node -> cpu.put(node.name(), node.cpu())));
            } else {
                run(load, warmUpSeconds);
                cluster.nodes().forEach(node -> cpu.put(node.name(), node.cpu()));
                full(load, json);
            }
            ObjectNode used = json.putObject("processorSeconds");
            for (BenchNode node : cluster.nodes()) {
                used.put(
                        node.name(),
                        node.cpu()
                                .minus(cpu.getOrDefault(node.name(), Duration.ZERO))
                                .toSeconds());
            }
            List<String> after = leaders(client, topic);
            json.put(
                    "leadersMoved",
                    before.stream().filter(leader -> !after.contains(leader)).count());
            json.putPOJO("leaders", after);
            json.put(
                    "nodesLost",
                    cluster.nodes().stream().filter(node -> !node.runs()).count());
            long downings = 0;
            long unreachable = 0;
            for (BenchNode node : cluster.nodes()) {
                downings += node.logged("Told to leave the cluster");
                unreachable += node.logged("Marking node as UNREACHABLE");
            }
            json.put("downings", downings).put("foundUnreachable", unreachable);
        }
        System.out.println(json);
        return 0;
    }

    private void full(Load load, ObjectNode json) throws Exception {
        long begun = System.nanoTime();
        long records = run(load, seconds);
        double elapsed = BenchCluster.secondsSince(begun);
        json.put("records", records)
                .put("elapsedSeconds", ClusterOptions.rounded(elapsed))
                .put("recordsPerSecond", Math.round(records / elapsed))
                .put("megabytesPerSecond", ClusterOptions.rounded(records / elapsed * size / 1e6));
    }

    private static long run(Load load, int seconds) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        return load.run(Long.MAX_VALUE, () -> System.nanoTime() - end < 0);
    }

    private void paced(Load load, ObjectNode json, Runnable warm) throws Exception {
        AtomicBoolean goOn = new AtomicBoolean(true);
        Load.Latency latency = new Load.Latency();
        CompletionStage<Done> ended = load.paced(rate, goOn::get, latency);
        TimeUnit.SECONDS.sleep(warmUpSeconds);
        warm.run();
        latency.take();
        TimeUnit.SECONDS.sleep(seconds);
        Histogram measured = latency.take();
        goOn.set(false);
        ended.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        json.put("recordsPerSecond", measured.getTotalCount() / seconds)
                .put("p50Millis", Load.Latency.millis(measured, 50))
                .put("p99Millis", Load.Latency.millis(measured, 99))
                .put("maxMillis", Load.Latency.millis(measured, 100));
    }

    /** Each partition's leader and epoch. */
    private static List<String> leaders(Tailrace client, Topic topic) throws Exception {
        List<String> leaders = new ArrayList<>();
        for (int number = 0; number < topic.partitions(); number++) {
            Partition.Description found = client.partitions()
                    .describe(topic.partition(number))
                    .toCompletableFuture()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            leaders.add(number + ": " + client.nodeName(found.nodeId()) + " in epoch " + found.epoch());
        }
        return leaders;
    }
}
