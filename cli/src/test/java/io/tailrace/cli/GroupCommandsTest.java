package io.tailrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.streams.Committer;
import io.tailrace.streams.CommitterSettings;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerMessage;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Subscriptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands about consumer groups against a node that serves. The topic "orders" has ten records in its partition 0, none in 1. */
class GroupCommandsTest {
    private static final int DONE = 0;
    private static final int NOT_UNDERSTOOD = 2;

    @TempDir
    private static Path directory;

    private static ServedNode node;

    @BeforeAll
    static void start() {
        node = new ServedNode(directory);
        ok("topic", "create", "orders", "--partitions", "2", "--replicas", "1");
        assertThat(run(
                        new CapturedTerminal().reading("{\"value\":{\"data\":\"x\"},\"partition_id\":0}\n".repeat(10)),
                        "produce",
                        "orders",
                        "--format",
                        "json"))
                .isZero();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static int run(CapturedTerminal terminal, String... args) {
        List<String> all = new ArrayList<>(Arrays.asList(args));
        all.addAll(List.of("--url", node.url()));
        return terminal.run(all.toArray(String[]::new));
    }

    private static CapturedTerminal ended(int exit, String... args) {
        CapturedTerminal terminal = new CapturedTerminal();
        assertThat(run(terminal, args)).as(terminal.err()).isEqualTo(exit);
        return terminal;
    }

    private static CapturedTerminal ok(String... args) {
        return ended(DONE, args);
    }

    private static String failed(String... args) {
        CapturedTerminal terminal = ended(1, args);
        assertThat(terminal.out()).isEmpty();
        return terminal.err();
    }

    private static JsonNode json(String... args) {
        List<String> all = new ArrayList<>(Arrays.asList(args));
        all.addAll(List.of("--format", "json"));
        try {
            return new ObjectMapper().readTree(ok(all.toArray(String[]::new)).out());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads and goes on reading; returns when all ten records are committed. */
    private static Consumer.DrainingControl<Done> consumer(String group) {
        CompletableFuture<Done> allCommitted = new CompletableFuture<>();
        CommitterSettings committing = CommitterSettings.create(node.tailrace()).withMaxInterval(Duration.ofMillis(20));
        Consumer.DrainingControl<Done> consumer = Consumer.committableSource(
                        ConsumerSettings.create(node.tailrace(), Serdes.strings(), Serdes.strings())
                                .withGroupId(group)
                                .withClientId("biller"),
                        Subscriptions.topics("orders"))
                .map(ConsumerMessage.CommittableMessage::committableOffset)
                .via(Committer.batchFlow(committing))
                .toMat(
                        Sink.foreach(batch -> {
                            if (batch.getOffsets().containsValue(9L)) {
                                allCommitted.complete(Done.getInstance());
                            }
                        }),
                        Consumer::createDrainingControl)
                .run(node.tailrace().system());
        allCommitted.orTimeout(30, TimeUnit.SECONDS).join();
        return consumer;
    }

    private static void close(Consumer.DrainingControl<Done> consumer) {
        consumer.drainAndShutdown(ForkJoinPool.commonPool())
                .toCompletableFuture()
                .join();
    }

    @Test
    void aGroupIsListedAndDescribedAndRefusesToBeChangedWhileItReads() {
        Consumer.DrainingControl<Done> consumer = consumer("busy");
        assertThat(ok("group", "list").outLines()).first().asString().matches("group +state +members");
        assertThat(ok("group", "list").outLines()).anyMatch(line -> line.matches("busy +STABLE +1"));
        String member = json("group", "describe", "busy")
                .path("members")
                .path(0)
                .path("memberId")
                .asText();
        assertThat(ok("group", "describe", "busy").outLines())
                .anyMatch(line -> line.matches("busy +STABLE +uniform +1 +0"))
                .anyMatch(line -> line.matches(member + " +biller +- +\\S+ +yes +orders:0,1"))
                .anyMatch(line -> line.matches("orders +0 +10 +10 +0 +- +" + member));
        assertThat(ok("group", "reset-offsets", "busy", "--topic", "orders", "--to-earliest")
                        .err())
                .contains("dry run", "has 1 member,");
        for (String[] change : new String[][] {
            {"group", "reset-offsets", "busy", "--topic", "orders", "--to-earliest", "--execute"},
            {"group", "delete", "busy"},
            {"group", "delete-offsets", "busy", "--topic", "orders"}
        }) {
            assertThat(failed(change)).startsWith("error: GROUP_ACTIVE ");
        }
        assertThat(failed("group", "remove-member", "busy", "nobody")).startsWith("error: INVALID_ARGUMENT ");
        ok("group", "remove-member", "busy", member);
        consumer.streamCompletion()
                .handle((done, failure) -> done)
                .toCompletableFuture()
                .join();
        assertThat(json("group", "describe", "busy").path("members")).isEmpty();
    }

    @Test
    void aResetIsADryRunUnlessItIsToBeExecuted() {
        close(consumer("reset"));
        CapturedTerminal dry = ok("group", "reset-offsets", "reset", "--topic", "orders:0", "--shift-by", "-3");
        assertThat(dry.outLines()).hasSize(2).anyMatch(line -> line.matches("orders +0 +10 +7"));
        assertThat(dry.err()).startsWith("Nothing was changed: this is a dry run.");
        assertThat(json("group", "describe", "reset").toString()).contains("\"committedOffset\":10");
        CapturedTerminal done =
                ok("group", "reset-offsets", "reset", "--topic", "orders:0", "--shift-by", "-3", "--execute");
        assertThat(done.outLines()).anyMatch(line -> line.matches("orders +0 +10 +7"));
        assertThat(done.err()).isEmpty();
        JsonNode described = json("group", "describe", "reset", "--topic", "orders");
        assertThat(described.path("partitions").path(0).path("lag").asLong()).isEqualTo(3);
        assertThat(ok("group", "describe", "reset").outLines())
                .anyMatch(line -> line.matches("reset +EMPTY +uniform +0 +3"))
                .anyMatch(line -> line.matches("orders +0 +7 +10 +3 +\\S+s +-"));
        close(consumer("reset"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--to-earliest                               | 0  | false",
                "--to-latest                                 | 10 | false",
                "--to-offset 4                               | 4  | false",
                "--to-offset 99                              | 10 | true",
                "--to-datetime 2020-01-01T00:00:00.000       | 0  | false",
                "--to-datetime 2020-01-01T00:00:00+02:00     | 0  | false",
                "--to-datetime 0                             | 0  | false",
                "--by-duration PT1H                          | 0  | false",
                "--by-duration 1d                            | 0  | false",
                "--by-duration PT0S                          | 10 | false",
            })
    void everyWayToSayWhereToIsUnderstood(String to, long after, boolean clamped) {
        List<String> args = new ArrayList<>(List.of("group", "reset-offsets", "unborn", "--topic", "orders:0"));
        args.addAll(List.of(to.split(" ")));
        JsonNode answer = json(args.toArray(String[]::new));
        assertThat(answer.path("executed").asBoolean(true)).isFalse();
        JsonNode partition = answer.path("partitions").path(0);
        assertThat(partition.path("before").isNull()).isTrue();
        assertThat(partition.path("after").asLong(-1)).isEqualTo(after);
        assertThat(partition.path("clamped").asBoolean()).isEqualTo(clamped);
        assertThat(ok(args.toArray(String[]::new)).out().contains("(there are 0 to 10)"))
                .isEqualTo(clamped);
    }

    @Test
    void offsetsAndGroupsAreDeleted() {
        ok("group", "reset-offsets", "gone", "--topic", "orders", "--to-offset", "4", "--execute");
        ok("group", "reset-offsets", "gone", "--all-topics", "--to-latest", "--execute");
        assertThat(ok("group", "delete-offsets", "gone", "--topic", "orders:1").outLines())
                .anyMatch(line -> line.matches("orders +1 +0"));
        assertThat(json("group", "describe", "gone").path("partitions")).hasSize(1);
        ok("group", "delete", "gone");
        assertThat(failed("group", "describe", "gone")).startsWith("error: UNKNOWN_GROUP ");
        assertThat(failed("group", "delete", "gone")).startsWith("error: UNKNOWN_GROUP ");
    }

    @Test
    void aConsumerOfAGroupCommitsWhatItHasPrinted() {
        ok("topic", "create", "shared", "--replicas", "1");
        assertThat(run(new CapturedTerminal().reading("1\n2\n3\n4\n5\n"), "produce", "shared"))
                .isZero();
        assertThat(ok("consume", "shared", "--group", "readers", "--count", "2").out())
                .isEqualTo("1\n2\n");
        assertThat(json("group", "describe", "readers")
                        .path("partitions")
                        .path(0)
                        .path("committedOffset")
                        .asLong())
                .isEqualTo(2);
        assertThat(ok("consume", "shared", "orders", "--group", "readers", "--count", "1", "--format", "%t %o %v")
                        .out())
                .isIn("shared 2 3", "orders 0 x");
        assertThat(ok("consume", "shared", "--group", "others", "--count", "5", "--format", "json")
                        .outLines())
                .hasSize(5)
                .allMatch(line -> line.startsWith("{\"topic\":\"shared\",\"partition_id\":0,\"offset\":"));
        assertThat(failed("consume", "nothing", "--group", "readers")).startsWith("error: UNKNOWN_TOPIC ");
    }

    @Test
    void aConsumerOfAGroupEndsWhenNothingIsLeft() {
        assertThat(ok("consume", "orders", "--group", "nightly", "--until-end").outLines())
                .hasSize(10);
        assertThat(ok("consume", "orders", "--group", "nightly", "--until-end", "--group-instance-id", "one")
                        .out())
                .isEmpty();
    }

    @Test
    void manyRecordsOfAGroupArePrintedOnceEach() {
        ok("topic", "create", "many", "--partitions", "3", "--replicas", "1");
        String lines = IntStream.range(0, 25_000).mapToObj(i -> i + "\n").collect(Collectors.joining());
        assertThat(run(new CapturedTerminal().reading(lines), "produce", "many"))
                .isZero();
        List<String> printed = new ArrayList<>();
        printed.addAll(ok("consume", "many", "-g", "all", "--count", "12345").outLines());
        printed.addAll(ok("consume", "many", "-g", "all", "--count", "12655").outLines());
        assertThat(printed).hasSize(25_000).doesNotHaveDuplicates();
    }

    @Test
    void whatIsNotUnderstoodIsSaidBeforeAnythingIsAsked() {
        for (String[] args : new String[][] {
            {"group"},
            {"group", "reset-offsets", "g", "--topic", "orders"},
            {"group", "reset-offsets", "g", "--to-latest"},
            {"group", "reset-offsets", "g", "--topic", "orders", "--all-topics", "--to-latest"},
            {"group", "reset-offsets", "g", "--topic", "orders", "--to-latest", "--to-earliest"},
            {"group", "reset-offsets", "g", "--topic", "orders", "--to-latest", "--dry-run", "--execute"},
            {"group", "reset-offsets", "g", "--topic", "orders:x", "--to-latest"},
            {"group", "reset-offsets", "g", "--topic", "orders:", "--to-latest"},
            {"group", "delete-offsets", "g"},
            {"consume", "orders", "payments"},
            {"consume", "orders", "--group-instance-id", "one"},
            {"consume", "orders", "--group", "g", "--partition", "0"},
            {"consume", "orders", "--group", "g", "--from", "-5m"},
        }) {
            CapturedTerminal terminal = new CapturedTerminal();
            assertThat(terminal.run(args)).as(String.join(" ", args)).isEqualTo(NOT_UNDERSTOOD);
        }
        assertThat(failed("group", "reset-offsets", "g", "--topic", "nothing", "--to-latest"))
                .startsWith("error: UNKNOWN_TOPIC ");
        assertThat(failed("group", "reset-offsets", "g", "--topic", "orders:7", "--to-latest"))
                .startsWith("error: UNKNOWN_PARTITION ");
    }
}
