package io.tailrace.benchmarks.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.partition.Partition;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.HdrHistogram.Histogram;
import org.apache.pekko.Done;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * How fast a replica that is far behind comes up beside a producer that goes on, and what the producer notices of it: the node of a
 * follower is killed, much is written, then it is started again.
 */
@Command(name = "catch-up", mixinStandardHelpOptions = true)
public final class CatchUpBench implements Callable<Integer> {
    private static final int PATIENCE_SECONDS = 1200;
    private static final int BULK_SIZE = 1000;
    private static final long LOOK_EVERY_MILLIS = 200;

    @Option(names = "--megabytes", description = "How far behind the replica gets. Default: ${DEFAULT-VALUE}.")
    private int megabytes = 5000;

    @Option(names = "--rate", description = "The producer's records of 100 B a second. Default: ${DEFAULT-VALUE}.")
    private int rate = 100_000;

    @Option(
            names = "--seconds",
            description =
                    "How long the producer is measured without a replica that is behind. Default: ${DEFAULT-VALUE}.")
    private int seconds = 30;

    @Mixin
    private final ClusterOptions options = new ClusterOptions();

    /** Runs it; see {@code --help}. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new CatchUpBench()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        ObjectNode json = ClusterOptions.result("catch-up")
                .put("megabytes", megabytes)
                .put("rate", rate)
                .put("flush", options.flush);
        try (BenchCluster cluster = options.cluster()) {
            cluster.start(PATIENCE_SECONDS);
            Tailrace client = cluster.client();
            Topic topic = Load.create(client, "bench", 1);
            Load paced = new Load(client, topic, 100);
            AtomicBoolean goOn = new AtomicBoolean(true);
            Load.Latency latency = new Load.Latency();
            CompletionStage<Done> ended = paced.paced(rate, goOn::get, latency);
            TimeUnit.SECONDS.sleep(seconds);
            latency.take();
            TimeUnit.SECONDS.sleep(seconds);
            put(json.putObject("aloneWithThree"), latency.take(), seconds);
            goOn.set(false);
            ended.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);

            BenchNode victim = cluster.node(follower(client, topic));
            victim.kill();
            new Load(client, topic, BULK_SIZE).run(megabytes * 1000L, () -> true);

            goOn.set(true);
            ended = paced.paced(rate, goOn::get, latency);
            TimeUnit.SECONDS.sleep(seconds);
            latency.take();
            TimeUnit.SECONDS.sleep(seconds);
            put(json.putObject("aloneWithTwo"), latency.take(), seconds);
            victim.start();
            cluster.awaitReady(victim, PATIENCE_SECONDS);
            latency.take();
            long begun = System.nanoTime();
            long behind = lag(client, topic, victim.name());
            awaitCaughtUp(client, topic, victim.name());
            double took = BenchCluster.secondsSince(begun);
            put(json.putObject("beside"), latency.take(), took);
            json.put("recordsBehindWhenReady", behind)
                    .put("catchUpSeconds", ClusterOptions.rounded(took))
                    .put("megabytesPerSecond", ClusterOptions.rounded(megabytes / took));
            goOn.set(false);
            ended.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
        System.out.println(json);
        return 0;
    }

    private static void put(ObjectNode json, Histogram measured, double seconds) {
        json.put("recordsPerSecond", Math.round(measured.getTotalCount() / seconds))
                .put("p50Millis", Load.Latency.millis(measured, 50))
                .put("p99Millis", Load.Latency.millis(measured, 99))
                .put("maxMillis", Load.Latency.millis(measured, 100));
    }

    private static Partition.Description describe(Tailrace client, Topic topic) throws Exception {
        while (true) {
            try {
                return client.partitions()
                        .describe(topic.partition(0))
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
            }
        }
    }

    private static String follower(Tailrace client, Topic topic) throws Exception {
        Partition.Description found = describe(client, topic);
        return found.replicas().stream()
                .map(Partition.ReplicaState::nodeId)
                .filter(node -> !node.equals(found.nodeId()))
                .map(client::nodeName)
                .findFirst()
                .orElseThrow();
    }

    private static long lag(Tailrace client, Topic topic, String node) throws Exception {
        Partition.Description found = describe(client, topic);
        return found.replicas().stream()
                .filter(replica -> client.nodeName(replica.nodeId()).equals(node))
                .mapToLong(replica -> found.endOffset() - replica.endOffset())
                .findFirst()
                .orElse(found.endOffset());
    }

    /** It has all but what a producer at that rate sends in a second. */
    private void awaitCaughtUp(Tailrace client, Topic topic, String node) throws Exception {
        while (lag(client, topic, node) > rate) {
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
        }
    }
}
