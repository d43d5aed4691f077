package io.tailrace.benchmarks.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.partition.PartitionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What many partitions cost three nodes in which nothing happens, and how long some of them are away when a node is killed: topics with
 * three replicas are created, left alone for a while, one node is killed, and started again.
 */
@Command(name = "many-partitions", mixinStandardHelpOptions = true)
public final class ManyPartitionsBench implements Callable<Integer> {
    private static final int PATIENCE_SECONDS = 600;
    private static final double MEGABYTE = 1 << 20;

    @Option(names = "--partitions", description = "Of all topics together. Default: ${DEFAULT-VALUE}.")
    private int partitions = 5000;

    @Option(names = "--topics", description = "They are shared among so many. Default: ${DEFAULT-VALUE}.")
    private int topics = 50;

    @Option(names = "--idle-seconds", description = "How long nothing happens. Default: ${DEFAULT-VALUE}.")
    private int idleSeconds = 30;

    @Mixin
    private final ClusterOptions options = new ClusterOptions();

    /** Runs it; see {@code --help}. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new ManyPartitionsBench()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        ObjectNode json = ClusterOptions.result("many-partitions")
                .put("partitions", partitions)
                .put("topics", topics)
                .put("replicas", 3)
                .put("flush", options.flush);
        try (BenchCluster cluster = options.cluster()) {
            cluster.start(PATIENCE_SECONDS);
            Tailrace client = cluster.client();
            long begun = System.nanoTime();
            List<PartitionId> all = create(client);
            json.put("createSeconds", ClusterOptions.rounded(BenchCluster.secondsSince(begun)));
            begun = System.nanoTime();
            Leaders leaders = new Leaders(client, all);
            leaders.await("", PATIENCE_SECONDS);
            json.put("ledAfterSeconds", ClusterOptions.rounded(BenchCluster.secondsSince(begun)));
            counts(json.putObject("leaders"), leaders);
            idle(cluster, json.putObject("idle"));
            kill(cluster, leaders, json.putObject("kill"));
            begun = System.nanoTime();
            cluster.node("a").start();
            cluster.awaitReady(cluster.node("a"), PATIENCE_SECONDS);
            json.put("restartSeconds", ClusterOptions.rounded(BenchCluster.secondsSince(begun)));
        }
        System.out.println(json);
        return 0;
    }

    private List<PartitionId> create(Tailrace client) throws Exception {
        List<PartitionId> all = new ArrayList<>();
        for (int i = 0; i < topics; i++) {
            int share = partitions / topics + (i < partitions % topics ? 1 : 0);
            Topic topic = client.topics()
                    .create(NewTopic.of("many-" + i, share).withReplicas(3))
                    .toCompletableFuture()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            for (int number = 0; number < share; number++) {
                all.add(topic.partition(number));
            }
        }
        return all;
    }

    private static void counts(ObjectNode json, Leaders leaders) {
        Map<String, Integer> counts = new HashMap<>();
        leaders.byPartition().values().forEach(node -> counts.merge(node, 1, Integer::sum));
        counts.forEach(json::put);
    }

    private void idle(BenchCluster cluster, ObjectNode json) throws Exception {
        // What the creation has left over to do is not what is measured.
        TimeUnit.SECONDS.sleep(Math.min(10, idleSeconds));
        Map<String, Duration> before = new HashMap<>();
        cluster.nodes().forEach(node -> before.put(node.name(), node.cpu()));
        long begun = System.nanoTime();
        TimeUnit.SECONDS.sleep(idleSeconds);
        double seconds = BenchCluster.secondsSince(begun);
        json.put("seconds", ClusterOptions.rounded(seconds));
        ObjectNode cpu = json.putObject("processorsInUse");
        for (BenchNode node : cluster.nodes()) {
            Duration used = node.cpu().minus(before.getOrDefault(node.name(), Duration.ZERO));
            cpu.put(node.name(), ClusterOptions.rounded(used.toNanos() / 1e9 / seconds));
        }
        ObjectNode heap = json.putObject("liveHeapMegabytes");
        ObjectNode resident = json.putObject("residentMegabytes");
        for (BenchNode node : cluster.nodes()) {
            heap.put(node.name(), ClusterOptions.rounded(node.liveHeapBytes() / MEGABYTE));
            resident.put(node.name(), ClusterOptions.rounded(node.residentBytes() / MEGABYTE));
        }
    }

    private void kill(BenchCluster cluster, Leaders leaders, ObjectNode json) throws Exception {
        BenchNode victim = cluster.node("a");
        json.put("node", victim.name())
                .put(
                        "ledByIt",
                        leaders.byPartition().values().stream()
                                .filter(victim.name()::equals)
                                .count());
        victim.kill();
        Histogram away = leaders.await(victim.name(), PATIENCE_SECONDS);
        json.put("allLedAfterSeconds", ClusterOptions.rounded(away.getMaxValue() / 1e3));
        json.put("p50Seconds", ClusterOptions.rounded(away.getValueAtPercentile(50) / 1e3));
        json.put("p99Seconds", ClusterOptions.rounded(away.getValueAtPercentile(99) / 1e3));
        counts(json.putObject("leaders"), leaders);
    }
}
