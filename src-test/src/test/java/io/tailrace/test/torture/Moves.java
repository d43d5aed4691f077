package io.tailrace.test.torture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Replicas that are lost, nodes that are drained and replaced: what an operator does over HTTP, and waits for. */
final class Moves {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PATIENCE_SECONDS = 180;
    /** A replica that is no further behind is one that follows. */
    private static final long FOLLOWS_OFFSETS = 2_000;

    private final NodeGroup nodes;
    private final Random random;
    private final Consumer<Happening> out;

    Moves(NodeGroup nodes, Random random, Consumer<Happening> out) {
        this.nodes = nodes;
        this.random = random;
        this.out = out;
    }

    /** Deletes one of the topic's replicas of a node while it is down, and waits until another one has come up in its place. */
    void wipeReplica(NodeProcess node) throws IOException, InterruptedException {
        String topic = ask("/v1/topics/" + TortureClient.TOPIC).path("id").asText();
        node.kill();
        List<Path> replicas = new ArrayList<>();
        try (Stream<Path> all = Files.list(node.data().resolve("partitions"))) {
            all.filter(each -> each.getFileName().toString().startsWith(topic))
                    .sorted()
                    .forEach(replicas::add);
        }
        if (!replicas.isEmpty()) {
            Path lost = replicas.get(random.nextInt(replicas.size()));
            out.accept(Happening.note("lost " + lost.getFileName()));
            delete(lost);
        }
        node.start();
        nodes.awaitReady();
        awaitWhole();
    }

    /** Drains a node and takes that back when nothing is left there. */
    void drain(NodeProcess node) throws IOException, InterruptedException {
        drained(node);
        tell("/v1/nodes/" + node.name() + "/undrain");
        tell("/v1/cluster/rebalance");
        awaitSettled();
    }

    /** Drains the last node, ends it and starts it again with nothing. */
    void replace() throws IOException, InterruptedException {
        NodeProcess node = nodes.all().get(nodes.all().size() - 1);
        drained(node);
        node.stop();
        delete(node.data());
        node.start();
        nodes.awaitReady();
        tell("/v1/cluster/rebalance");
        awaitSettled();
    }

    private void drained(NodeProcess node) throws IOException, InterruptedException {
        tell("/v1/nodes/" + node.name() + "/drain");
        await("what was on " + node.name() + " is elsewhere", () -> {
            for (JsonNode each : ask("/v1/nodes").path("nodes")) {
                if (each.path("name").asText().equals(node.name())
                        && each.path("groups").asInt()
                                        + each.path("arriving").asInt()
                                        + each.path("leaving").asInt()
                                > 0) {
                    return false;
                }
            }
            return true;
        });
        awaitWhole();
    }

    private void awaitSettled() throws IOException, InterruptedException {
        await("groups are where they are wished", () -> {
            for (JsonNode group : ask("/v1/placement").path("groups")) {
                if (group.path("target").size() + group.path("leaving").size() > 0) {
                    return false;
                }
            }
            return true;
        });
        awaitWhole();
    }

    /** Each partition has its replicas, none of them lost, and they follow. */
    private void awaitWhole() throws IOException, InterruptedException {
        await("all replicas follow", () -> {
            for (JsonNode partition : ask("/v1/topics/" + TortureClient.TOPIC).path("partitions")) {
                if (partition.path("replicas").size() != 3
                        || partition.path("offline").size() != 0
                        || !follow(partition)) {
                    return false;
                }
            }
            return true;
        });
    }

    private static boolean follow(JsonNode partition) {
        for (JsonNode replica : partition.path("replicas")) {
            JsonNode lag = partition.path("lag").path(replica.asText());
            if (!lag.isNumber() || lag.asLong() > FOLLOWS_OFFSETS) {
                return false;
            }
        }
        return true;
    }

    private interface Question {
        boolean holds() throws IOException, InterruptedException;
    }

    private static void await(String what, Question question) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            try {
                if (question.holds()) {
                    return;
                }
            } catch (IOException e) {
                // Somebody has just started, or is about to go.
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("Not after " + PATIENCE_SECONDS + " s: " + what);
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    private JsonNode ask(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = nodes.all().get(0).get(path);
        if (answer.statusCode() != 200) {
            throw new IOException(answer.body());
        }
        return JSON.readTree(answer.body());
    }

    private void tell(String path) throws IOException, InterruptedException {
        await(path, () -> {
            HttpResponse<String> answer = nodes.all().get(0).post(path, "{}");
            if (answer.statusCode() != 200) {
                out.accept(Happening.note(path + " is answered by " + answer.body()));
            }
            return answer.statusCode() == 200;
        });
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
