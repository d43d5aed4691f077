package io.tailrace.benchmarks.cluster;

import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.partition.Partition;
import io.tailrace.engine.partition.PartitionId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** Who leads each partition, by its leader, which a quorum has confirmed. */
final class Leaders {
    private static final int AT_ONCE = 64;
    private static final long PAUSE_MILLIS = 100;

    private final Tailrace client;
    private final List<PartitionId> partitions;
    private final Map<PartitionId, String> leaders = new ConcurrentHashMap<>();

    Leaders(Tailrace client, List<PartitionId> partitions) {
        this.client = client;
        this.partitions = partitions;
    }

    /** The leaders' names at the last look. */
    Map<PartitionId, String> byPartition() {
        return leaders;
    }

    /**
     * Returns when each partition is led by another node than that one. It asks for all of them, over and over.
     *
     * @return after how many milliseconds each was found to be
     */
    Histogram await(String notBy, int seconds) throws Exception {
        long begun = System.nanoTime();
        Histogram millis = new ConcurrentHistogram(3);
        ExecutorService asking = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Future<Boolean>> all = new ArrayList<>();
            for (PartitionId partition : partitions) {
                all.add(asking.submit(() -> {
                    while (!isLed(partition, notBy)) {
                        if (BenchCluster.secondsSince(begun) > seconds) {
                            throw new IOException("Nobody leads " + partition);
                        }
                        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                    }
                    millis.recordValue((long) (BenchCluster.secondsSince(begun) * 1000));
                    return true;
                }));
            }
            for (Future<Boolean> one : all) {
                one.get();
            }
        } finally {
            asking.shutdownNow();
        }
        return millis;
    }

    private boolean isLed(PartitionId partition, String notBy) throws InterruptedException {
        try {
            Partition.Description description = client.partitions()
                    .describe(partition)
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
            String leader = client.nodeName(description.nodeId());
            leaders.put(partition, leader);
            return !leader.equals(notBy);
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }
}
