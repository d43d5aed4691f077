package io.tailrace.benchmarks.segments;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.RecordBatch;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The node of {@link ManySegmentsBench}: starts, measures itself, and says so in one line; then it waits for what to do at its end. */
final class ManySegmentsNode {
    private static final int AT_ONCE = 64;
    private static final int SAMPLE = 100;
    private static final long START = ManagementFactory.getRuntimeMXBean().getStartTime();

    private ManySegmentsNode() {}

    /** With the data directory, when it acknowledges, and for how many seconds it is left alone. */
    public static void main(String[] args) throws Exception {
        ObjectNode json = new ObjectMapper().createObjectNode();
        OpenFilesWatch watch = new OpenFilesWatch();
        Tailrace node = Tailrace.start(ConfigFactory.parseMap(
                Map.of("tailrace.data-dir", Path.of(args[0]).toString(), "tailrace.flush", args[1])));
        json.put("servesAfterMillis", sinceStart());
        while (!node.ready()) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        json.put("allLedAfterMillis", sinceStart());
        List<PartitionId> all = partitions(node);
        all(all, partition -> node.partitions().describe(partition));
        json.put("allAnswerAfterMillis", sinceStart())
                .put("cpuMillis", cpuNanos() / 1_000_000)
                .put("partitionsFound", all.size());
        List<PartitionId> sample = all.stream()
                .filter(partition -> Math.floorMod(partition.hashCode(), Math.max(1, all.size() / SAMPLE)) == 0)
                .toList();
        RecordBatch batch = ManySegments.batch(100);
        all(sample, partition -> node.partitions().append(partition, batch));
        all(sample, partition -> readThrough(node, partition));
        json.put("sampleWrittenAndReadAfterMillis", sinceStart()).put("sample", sample.size());
        json.put("openFilesMostAtStart", watch.most());
        heap(json.putObject("heap"));
        idle(json.putObject("idle"), Integer.parseInt(args[2]));
        long begun = System.nanoTime();
        all(all, partition -> readThrough(node, partition));
        json.put("allReadThroughMillis", millisSince(begun));
        json.put("openFilesMost", watch.most()).put("mapsMost", watch.mostMaps());
        json.put("threads", ManagementFactory.getThreadMXBean().getThreadCount());
        System.out.println(json);
        end(node, all, batch, watch);
    }

    private static void end(Tailrace node, List<PartitionId> all, RecordBatch batch, OpenFilesWatch watch)
            throws Exception {
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        ObjectNode json = new ObjectMapper().createObjectNode();
        long begun = System.nanoTime();
        if ("write".equals(orders.readLine())) {
            all(all, partition -> node.partitions().append(partition, batch));
            json.put("oneWriteEachMillis", millisSince(begun)).put("openFilesMostWriting", watch.most());
            System.out.println(json);
            orders.readLine();
        }
        node.close();
        System.out.println(json.put("closeMillis", millisSince(begun)));
    }

    private static List<PartitionId> partitions(Tailrace node) throws Exception {

        List<PartitionId> all = new ArrayList<>();
        for (Topic topic : node.topics().list().toCompletableFuture().get(30, TimeUnit.SECONDS)) {
            for (int number = 0; number < topic.partitions(); number++) {
                all.add(topic.partition(number));
            }
        }
        return all;
    }

    private static void all(List<PartitionId> partitions, Function<PartitionId, CompletionStage<?>> what)
            throws Exception {
        Semaphore free = new Semaphore(AT_ONCE);
        List<CompletableFuture<?>> done = new ArrayList<>();
        for (PartitionId partition : partitions) {
            free.acquire();
            done.add(what.apply(partition)
                    .whenComplete((answer, failure) -> free.release())
                    .toCompletableFuture());
        }
        for (CompletableFuture<?> each : done) {
            each.get(60, TimeUnit.SECONDS);
        }
    }

    private static CompletionStage<Long> readThrough(Tailrace node, PartitionId partition) {
        PartitionReader reader = node.partitions().reader(partition);
        return reader.offsets()
                .thenCompose(range -> readOn(reader, range.startOffset(), range.endOffset()))
                .whenComplete((end, failure) -> reader.close());
    }

    private static CompletionStage<Long> readOn(PartitionReader reader, long offset, long end) {
        if (offset >= end) {
            return CompletableFuture.completedStage(offset);
        }
        return reader.fetch(offset, 1 << 20).thenCompose(fetched -> readOn(reader, behind(fetched.batches()), end));
    }

    private static long behind(ByteBuffer batches) {
        long next = 0;
        while (batches.hasRemaining()) {
            RecordBatch batch = RecordBatch.at(batches);
            batches.position(batches.position() + batch.sizeInBytes());
            next = batch.nextOffset();
        }
        return next;
    }

    private static void heap(ObjectNode json) {
        System.gc();
        System.gc();
        json.put(
                "liveMegabytes",
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20);
        json.put(
                "nonHeapMegabytes",
                ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage().getUsed() >> 20);
    }

    private static void idle(ObjectNode json, int seconds) throws InterruptedException {
        long before = cpuNanos();
        long begun = System.nanoTime();
        TimeUnit.SECONDS.sleep(seconds);
        json.put("seconds", seconds)
                .put(
                        "processorsInUse",
                        Math.round(1000.0 * (cpuNanos() - before) / Math.max(1, System.nanoTime() - begun)) / 1000.0);
    }

    /** What this process has used of the processors: on a machine that others use too it says more than the time. */
    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static long sinceStart() {
        return System.currentTimeMillis() - START;
    }

    private static long millisSince(long begun) {
        return (System.nanoTime() - begun) / 1_000_000;
    }
}
