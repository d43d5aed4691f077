package io.tailrace.test.torture;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * How long after {@code kill -9} of its leader a partition acknowledges again, at a steady load from one producer: {@code FailoverBench
 * [kills] [records per second] [directory]}, by default 20 and 20,000. Prints one line of JSON. The killed node is started again, and the
 * next leader is killed when all have served for a while.
 */
public final class FailoverBench {
    private static final String TOPIC = "failover";
    private static final int RECORD_BYTES = 100;
    private static final int NODES = 3;
    private static final long PATIENCE_SECONDS = 60;
    /** After which leadership has come back to the preferred leader. */
    private static final long SETTLE_SECONDS = 15;

    private FailoverBench() {}

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        int kills = args.length > 0 ? Integer.parseInt(args[0]) : 20;
        int rate = args.length > 1 ? Integer.parseInt(args[1]) : 20_000;
        Path directory = args.length > 2 ? Path.of(args[2]) : Files.createTempDirectory("tailrace-failover");
        NodeGroup nodes = new NodeGroup(directory.toAbsolutePath(), NODES, Network.loopback());
        try {
            nodes.start();
            nodes.createTopic(TOPIC, 1);
            try (PacedLoad load =
                    new PacedLoad(directory.resolve("load"), nodes.seeds(), TOPIC, 1, rate, RECORD_BYTES)) {
                List<Long> millis = new ArrayList<>();
                for (int kill = 0; kill < kills; kill++) {
                    TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
                    millis.add(killLeader(nodes, load));
                    System.err.println("kill " + (kill + 1) + ": " + millis.get(kill) + " ms");
                    nodes.awaitReady();
                }
                System.out.println(json(millis, rate, load));
            }
        } finally {
            nodes.kill();
        }
        System.err.println("Logs: " + directory);
        System.exit(0);
    }

    private static long killLeader(NodeGroup nodes, PacedLoad load) throws IOException, InterruptedException {
        NodeProcess leader = nodes.leader(TOPIC, 0).orElseThrow(() -> new IOException("Nobody leads the partition"));
        long killed = System.nanoTime();
        leader.kill();
        // What was on its way may be heard of a moment after; the pause that follows is the one.
        long deadline = killed + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        Optional<PacedLoad.Pause> away = Optional.empty();
        while (away.isEmpty()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("Nothing was acknowledged within " + PATIENCE_SECONDS + " s");
            }
            TimeUnit.MILLISECONDS.sleep(100);
            away = load.pauses(0).stream()
                    .filter(pause -> pause.toNanos() - killed > 0 && pause.millis() > 500)
                    .max(Comparator.comparingLong(PacedLoad.Pause::millis));
        }
        leader.start();
        return (away.get().toNanos() - killed) / 1_000_000;
    }

    private static String json(List<Long> millis, int rate, PacedLoad load) {
        ObjectNode json = new ObjectMapper().createObjectNode();
        List<Long> sorted = millis.stream().sorted().toList();
        json.put("kills", millis.size())
                .put("records_per_second", rate)
                .put("p50_millis", percentile(sorted, 50))
                .put("p95_millis", percentile(sorted, 95))
                .put("max_millis", percentile(sorted, 100))
                .put("acknowledged", load.acknowledged(0))
                .put("errors", load.errors());
        millis.forEach(json.putArray("millis")::add);
        return json.toString();
    }

    private static long percentile(List<Long> sorted, int percent) {
        return sorted.isEmpty() ? 0 : sorted.get((int) Math.ceil(percent / 100.0 * sorted.size()) - 1);
    }
}
