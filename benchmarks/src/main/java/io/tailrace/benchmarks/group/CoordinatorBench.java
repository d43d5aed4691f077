package io.tailrace.benchmarks.group;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.partition.PartitionId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What many groups and members cost their coordinator, how many commits a second it stores, and how long it takes to be there again. */
@Command(name = "coordinator", mixinStandardHelpOptions = true)
public final class CoordinatorBench implements Callable<Integer> {
    private static final int PARTITIONS = 10;
    private static final int PATIENCE_SECONDS = 300;
    /** Of wishes that are under way while groups are made. */
    private static final int AT_ONCE = 100;
    /** So often the members whose turn it is commit. */
    private static final int TICKS_PER_SECOND = 20;

    @Option(
            names = "--groups",
            description = "With offsets of " + PARTITIONS + " partitions each. Default: ${DEFAULT-VALUE}.")
    private int groups = 10_000;

    @Option(names = "--members", description = "Ten in a group. Default: ${DEFAULT-VALUE}.")
    private int members = 1_000;

    @Option(names = "--commits", description = "Commits a second, of one partition each. Default: ${DEFAULT-VALUE}.")
    private int commits = 20_000;

    @Option(names = "--seconds", description = "How long. Default: ${DEFAULT-VALUE}.")
    private int seconds = 60;

    @Option(names = "--data-dir", description = "An empty directory. Default: a new one.")
    private @Nullable Path directory;

    /** Runs it; see {@code --help}. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new CoordinatorBench()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Path data = directory == null ? Files.createTempDirectory("tailrace-coordinator") : directory;
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("groups", groups).put("members", members).put("commitsPerSecondWished", commits);
        try (Tailrace node = Tailrace.start(data)) {
            Topic topic = get(node.topics().create(NewTopic.of("t", PARTITIONS)));
            long begun = System.nanoTime();
            makeGroups(node, topic);
            json.put("makeGroupsSeconds", seconds(begun));
            begun = System.nanoTime();
            List<BenchMember> all = new ArrayList<>();
            for (int i = 0; i < members; i++) {
                all.add(BenchMember.join(node.groups(), "g-" + i / PARTITIONS, topic.name()));
            }
            awaitAll(all);
            json.put("joinSeconds", seconds(begun));
            commit(all, json);
            System.gc();
            json.put(
                    "liveHeapMegabytesOfEverything",
                    (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) >> 20);
        }
        try (Tailrace node = Tailrace.start(data)) {
            long begun = System.nanoTime();
            while (true) {
                try {
                    get(node.groups().describe("g-" + (groups - 1)));
                    break;
                } catch (ExecutionException e) {
                    TimeUnit.MILLISECONDS.sleep(20);
                }
            }
            json.put("recoverySeconds", seconds(begun));
        }
        json.put("maxHeapMegabytes", Runtime.getRuntime().maxMemory() >> 20);
        System.out.println(json);
        return 0;
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static double seconds(long begunNanos) {
        return Math.round((System.nanoTime() - begunNanos) / 1e7) / 100.0;
    }

    private void makeGroups(Tailrace node, Topic topic) throws Exception {
        Map<PartitionId, Long> offsets = new HashMap<>();
        for (int number = 0; number < PARTITIONS; number++) {
            offsets.put(topic.partition(number), 0L);
        }
        Semaphore room = new Semaphore(AT_ONCE);
        CompletableFuture<Void> failed = new CompletableFuture<>();
        for (int i = 0; i < groups && !failed.isDone(); i++) {
            room.acquire();
            node.groups().resetOffsets("g-" + i, offsets).whenComplete((done, failure) -> {
                room.release();
                if (failure != null) {
                    failed.completeExceptionally(failure);
                }
            });
        }
        room.acquire(AT_ONCE);
        if (failed.isDone()) {
            failed.join();
        }
    }

    private static void awaitAll(List<BenchMember> members) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!members.stream().allMatch(BenchMember::hasSomething)) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("Not every member has a partition after " + PATIENCE_SECONDS + " s");
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** At that rate, whatever is answered when: who is behind is seen by the time until the answer. */
    private void commit(List<BenchMember> all, ObjectNode json) throws Exception {
        Histogram micros = new ConcurrentHistogram(3);
        AtomicLong stored = new AtomicLong();
        AtomicLong failed = new AtomicLong();
        long begun = System.nanoTime();
        long sent = 0;
        int next = 0;
        while (System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(seconds)) {
            long due = (long) ((System.nanoTime() - begun) / 1e9 * commits);
            for (; sent < due; sent++) {
                long asked = System.nanoTime();
                all.get(next++ % all.size()).commit().whenComplete((done, failure) -> {
                    micros.recordValue((System.nanoTime() - asked) / 1000);
                    (failure == null ? stored : failed).incrementAndGet();
                });
            }
            TimeUnit.MILLISECONDS.sleep(1000 / TICKS_PER_SECOND);
        }
        double elapsed = (System.nanoTime() - begun) / 1e9;
        json.put("commitsPerSecond", Math.round(stored.get() / elapsed))
                .put("failed", failed.get())
                .put("notAnsweredYet", sent - stored.get() - failed.get())
                .put("p50Millis", micros.getValueAtPercentile(50) / 1000.0)
                .put("p99Millis", micros.getValueAtPercentile(99) / 1000.0)
                .put("maxMillis", micros.getMaxValue() / 1000.0);
    }
}
