package io.tailrace.test.torture;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How long each partition is away while all nodes are restarted in order, one after the other: {@code RollingRestartBench [rounds]
 * [partitions] [records per second and partition] [directory]}, by default 3, 12 and 500. Prints one line of JSON. The next node is stopped
 * when all have served for a while and leaders are back where they belong.
 */
public final class RollingRestartBench {
    private static final String TOPIC = "rolling";
    private static final int RECORD_BYTES = 100;
    private static final int NODES = 3;
    private static final long SETTLE_SECONDS = 15;

    private RollingRestartBench() {}

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 3;
        int partitions = args.length > 1 ? Integer.parseInt(args[1]) : 12;
        int rate = args.length > 2 ? Integer.parseInt(args[2]) : 500;
        Path directory = args.length > 3 ? Path.of(args[3]) : Files.createTempDirectory("tailrace-rolling");
        NodeGroup nodes = new NodeGroup(directory.toAbsolutePath(), NODES, Network.loopback());
        try {
            nodes.start();
            nodes.createTopic(TOPIC, partitions);
            try (PacedLoad load =
                    new PacedLoad(directory.resolve("load"), nodes.seeds(), TOPIC, partitions, rate, RECORD_BYTES)) {
                TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
                long begun = System.nanoTime();
                for (int round = 0; round < rounds; round++) {
                    for (NodeProcess node : nodes.all()) {
                        System.err.println((System.nanoTime() - begun) / 1_000_000 + " ms: restarting " + node.name());
                        node.stop();
                        node.start();
                        nodes.awaitReady();
                        TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
                    }
                }
                System.out.println(json(load, rounds * NODES, partitions, rate, begun));
            }
        } finally {
            nodes.kill();
        }
        System.err.println("Logs: " + directory);
        System.exit(0);
    }

    private static String json(PacedLoad load, int restarts, int partitions, int rate, long begun) {
        List<Long> all = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            for (PacedLoad.Pause pause : load.pauses(partition)) {
                if (pause.fromNanos() - begun > 0) {
                    all.add(pause.millis());
                    if (pause.millis() > 500) {
                        System.err.println("partition " + partition + " was away for " + pause.millis() + " ms from "
                                + (pause.fromNanos() - begun) / 1_000_000 + " ms on");
                    }
                }
            }
        }
        all.sort(null);
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("restarts", restarts)
                .put("partitions", partitions)
                .put("records_per_second_and_partition", rate)
                .put("longest_pause_millis", all.isEmpty() ? 0 : all.get(all.size() - 1))
                .put(
                        "pauses_over_500_millis",
                        all.stream().filter(pause -> pause > 500).count())
                .put(
                        "pauses_over_1000_millis",
                        all.stream().filter(pause -> pause > 1000).count())
                .put("errors", load.errors());
        return json.toString();
    }
}
