package io.tailrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code backup create} of a node that goes on, and {@code backup restore} as another cluster's. */
class BackupCommandsTest {
    private static final String CLUSTER = "0f0f0f0f-0000-4000-8000-000000000043";

    @TempDir
    private Path files;

    private static CapturedTerminal ok(CapturedTerminal terminal, String... args) {
        assertThat(terminal.run(args)).as(terminal.err()).isZero();
        return terminal;
    }

    private static CapturedTerminal on(ServedNode node, CapturedTerminal terminal, String... args) {
        List<String> all = new ArrayList<>(Arrays.asList(args));
        all.addAll(List.of("--url", node.url()));
        return ok(terminal, all.toArray(String[]::new));
    }

    private static String failed(String... args) {
        CapturedTerminal terminal = new CapturedTerminal();
        assertThat(terminal.run(args)).isEqualTo(1);
        assertThat(terminal.err().lines()).hasSize(1);
        return terminal.err();
    }

    private static String lines(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> i + " " + "x".repeat(100) + "\n")
                .collect(Collectors.joining());
    }

    private static List<Integer> numbers(ServedNode node) {
        return on(node, new CapturedTerminal(), "consume", "orders", "--until-end").outLines().stream()
                .map(line -> Integer.valueOf(line.substring(0, line.indexOf(' '))))
                .sorted()
                .toList();
    }

    @Test
    void whatWasAcknowledgedBeforeIsInABackupThatIsMadeUnderLoadAndAnotherNodeStartsWithIt() throws Exception {
        Path backup = files.resolve("backup");
        Path restored = files.resolve("restored");
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger acknowledged = new AtomicInteger(30_000);
        int before;
        try (ServedNode node = new ServedNode(files.resolve("data"))) {
            on(
                    node,
                    new CapturedTerminal(),
                    "topic",
                    "create",
                    "orders",
                    "--partitions",
                    "2",
                    "--set",
                    "segment.bytes=1100000");
            on(node, new CapturedTerminal().reading(lines(0, 30_000)), "produce", "orders");
            assertThat(on(node, new CapturedTerminal(), "consume", "orders", "--group", "billing", "--until-end")
                            .outLines())
                    .hasSize(30_000);
            CompletableFuture<Void> load = CompletableFuture.runAsync(() -> {
                for (int i = 30_000; !stop.get() && i < 200_000; i += 500) {
                    on(node, new CapturedTerminal().reading(lines(i, i + 500)), "produce", "orders");
                    acknowledged.set(i + 500);
                }
            });
            before = acknowledged.get();
            assertThat(on(node, new CapturedTerminal(), "backup", "create", backup.toString())
                            .err())
                    .matches(
                            "Backup of node \\S+ in .*: \\d+ partitions, [0-9,]+ bytes, of which [1-9][0-9,]+ are linked\\.\n");
            stop.set(true);
            load.get();
            assertThat(failed("backup", "create", backup.toString(), "--url", node.url()))
                    .contains("not empty");
            assertThat(failed("backup", "create", files.resolve("data/b").toString(), "--url", node.url()))
                    .startsWith("error: INVALID_ARGUMENT ");
            // The original goes on, and what it lets go stays in the backup.
            on(node, new CapturedTerminal(), "topic", "delete", "orders");
        }
        assertThat(failed("backup", "restore", backup.toString(), "--data-dir", restored.toString()))
                .contains("only founder", "--new-cluster");
        assertThat(ok(
                                new CapturedTerminal(),
                                "backup",
                                "restore",
                                backup.toString(),
                                "--data-dir",
                                restored.toString(),
                                "--new-cluster",
                                CLUSTER)
                        .err())
                .contains("of the new cluster " + CLUSTER);
        assertThat(ok(new CapturedTerminal(), "log", "check", restored.toString())
                        .err())
                .contains("sound");
        try (ServedNode node = new ServedNode(restored)) {
            List<Integer> there = numbers(node);
            assertThat(there).doesNotHaveDuplicates();
            assertThat(there.subList(0, before))
                    .isEqualTo(IntStream.range(0, before).boxed().toList());
            assertThat(there.get(there.size() - 1)).isLessThan(acknowledged.get());
            assertThat(on(node, new CapturedTerminal(), "topic", "describe", "orders")
                            .out())
                    .containsPattern("segment\\.bytes +1100000");
            on(node, new CapturedTerminal().reading("1000000 more\n"), "produce", "orders");
            assertThat(on(node, new CapturedTerminal(), "consume", "orders", "--group", "billing", "--until-end")
                            .outLines())
                    .as("the group goes on where it was")
                    .hasSize(there.size() + 1 - 30_000);
        }
        // It can be restored again: it is as it was.
        ok(
                new CapturedTerminal(),
                "backup",
                "restore",
                backup.toString(),
                "--data-dir",
                files.resolve("again").toString(),
                "--new-cluster");
    }

    @Test
    void aBackupThatIsIncompleteOrDamagedIsRefused() throws IOException {
        Path backup = files.resolve("backup");
        try (ServedNode node = new ServedNode(files.resolve("data"))) {
            on(node, new CapturedTerminal(), "topic", "create", "t");
            on(node, new CapturedTerminal().reading(lines(0, 100)), "produce", "t");
            on(node, new CapturedTerminal(), "backup", "create", backup.toString());
        }
        assertThat(failed(
                        "backup",
                        "restore",
                        files.toString(),
                        "--data-dir",
                        files.resolve("no").toString()))
                .startsWith("error: INVALID_ARGUMENT ")
                .contains("is no backup");
        Path segment = largest(backup);
        byte[] good = Files.readAllBytes(segment);
        byte[] damaged = good.clone();
        damaged[damaged.length / 2] ^= 8;
        Files.write(segment, damaged);
        assertThat(failed(
                        "backup",
                        "restore",
                        backup.toString(),
                        "--data-dir",
                        files.resolve("r1").toString(),
                        "--new-cluster"))
                .startsWith("error: CORRUPT_LOG ");
        Files.write(segment, Arrays.copyOf(good, good.length - 1));
        assertThat(failed(
                        "backup",
                        "restore",
                        backup.toString(),
                        "--data-dir",
                        files.resolve("r2").toString(),
                        "--new-cluster"))
                .startsWith("error: CORRUPT_LOG ")
                .contains("were there");
        Files.write(segment, good);
        Files.write(backup.resolve("backup.json"), new byte[] {'x'}, StandardOpenOption.APPEND);
        assertThat(failed(
                        "backup",
                        "restore",
                        backup.toString(),
                        "--data-dir",
                        files.resolve("r3").toString(),
                        "--new-cluster"))
                .startsWith("error: CORRUPT_LOG ")
                .contains("backup.json is damaged");
        // What was left of a restore that broke off is nobody's data directory.
        assertThat(files.resolve("r2/tailrace.node")).doesNotExist();
    }

    private static Path largest(Path backup) throws IOException {
        try (Stream<Path> all = Files.walk(backup)) {
            return all.filter(path -> path.toString().endsWith(".log"))
                    .max(Comparator.comparingLong(path -> path.toFile().length()))
                    .orElseThrow();
        }
    }
}
