package io.tailrace.test.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.cluster.node.NodeRestore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes, each a process of its own, are backed up one after the other while they are written to, and restored as another cluster. */
@Tag("full")
class BackupProcessesTest {
    private static final Pattern VALUE = Pattern.compile("\"data\":\"n(\\d+)\"");

    @TempDir
    private Path directory;

    @Test
    @Timeout(300)
    void anotherClusterHasAllThatWasAcknowledgedBeforeTheFirstBackup() throws Exception {
        NodeGroup original = new NodeGroup(directory.resolve("original"), 3, Network.loopback());
        NodeGroup restored = new NodeGroup(directory.resolve("restored"), 3, Network.loopback());
        try {
            original.start();
            original.createTopic("t", 3);
            int before = backedUp(original);
            original.kill();
            UUID cluster = UUID.randomUUID();
            for (int i = 0; i < 3; i++) {
                Path data = restored.all().get(i).data();
                Files.createDirectories(data.getParent());
                NodeRestore.run(backup(i), data, Optional.of(cluster));
            }
            restored.start();
            TreeSet<Integer> there = new TreeSet<>();
            String all =
                    restored.all().get(0).get("/v1/topics/t/records?until=end").body();
            for (Matcher matcher = VALUE.matcher(all); matcher.find(); ) {
                assertThat(there.add(Integer.valueOf(matcher.group(1)))).isTrue();
            }
            assertThat(there.headSet(before)).hasSize(before);
            assertThat(restored.all()
                            .get(1)
                            .post("/v1/topics/t/records", record(-1))
                            .statusCode())
                    .isEqualTo(200);
        } finally {
            original.kill();
            restored.kill();
        }
    }

    /** How many records were acknowledged before the first backup was begun. */
    private int backedUp(NodeGroup nodes) throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger acknowledged = new AtomicInteger();
        CompletableFuture<Void> load = CompletableFuture.runAsync(() -> {
            try {
                while (!stop.get()) {
                    int next = acknowledged.get();
                    if (nodes.all()
                                    .get(0)
                                    .post("/v1/topics/t/records", record(next))
                                    .statusCode()
                            != 200) {
                        return;
                    }
                    acknowledged.set(next + 1);
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        while (acknowledged.get() < 300 && !load.isDone()) {
            Thread.onSpinWait();
        }
        int before = acknowledged.get();
        for (int i : List.of(2, 0, 1)) {
            String body = "{\"directory\":\"" + backup(i) + "\"}";
            assertThat(nodes.all().get(i).post("/v1/backups", body).body()).contains("\"linkedBytes\"");
        }
        stop.set(true);
        load.get();
        assertThat(before).isGreaterThanOrEqualTo(300);
        return before;
    }

    private Path backup(int node) {
        return directory.resolve("backup-" + node);
    }

    private static String record(int number) {
        return "{\"key\":{\"data\":\"" + number + "\"},\"value\":{\"data\":\"n" + number + "\"}}";
    }
}
