package io.tailrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.cluster.quota.ClientIdentity;
import io.tailrace.cluster.quota.QuotaKind;
import io.tailrace.cluster.quota.Throttle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands about quotas against a node that serves. */
class QuotaCommandsTest {
    @TempDir
    private static Path directory;

    private static ServedNode node;

    @BeforeAll
    static void start() {
        node = new ServedNode(directory);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static CapturedTerminal ended(int exit, CapturedTerminal terminal, String... args) {
        List<String> all = new ArrayList<>(Arrays.asList(args));
        all.addAll(List.of("--url", node.url()));
        assertThat(terminal.run(all.toArray(String[]::new))).as(terminal.err()).isEqualTo(exit);
        return terminal;
    }

    private static CapturedTerminal ended(int exit, String... args) {
        return ended(exit, new CapturedTerminal(), args);
    }

    private static CapturedTerminal ok(String... args) {
        return ended(0, args);
    }

    /** Returns when the node has heard of it. */
    private static void awaitRate(OptionalLong rate) {
        Throttle slow = node.tailrace().throttles().of(QuotaKind.PRODUCE, ClientIdentity.anonymous("slow"));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!slow.rate().equals(rate)) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void quotasAreSetListedAndDeleted() {
        ok("quota", "set", "--client-id", "billing", "--produce", "5MB/s");
        ok("quota", "set", "--default", "--consume", "10 MiB/s");
        ok("quota", "set", "--principal", "anonymous", "--default", "--produce", "2000");
        assertThat(ok("quota", "list").outLines())
                .element(0)
                .asString()
                .matches("principal +client-id +produce +consume *");
        assertThat(ok("quota", "list").outLines().stream()
                        .map(line -> line.strip().replaceAll(" +", " ")))
                .contains(
                        "- (default) unlimited 10485760",
                        "- billing 5000000 unlimited",
                        "anonymous (default) 2000 unlimited");
        assertThat(ok("quota", "list", "--format", "json").out())
                .contains("{\"client_id\":\"billing\",\"producer_byte_rate\":5000000}");
        ok("quota", "delete", "--principal", "anonymous", "--default");
        ok("quota", "delete", "--default");
        ok("quota", "delete", "--client-id", "billing");
        assertThat(ok("quota", "list", "--format", "json").out().strip()).isEqualTo("{\"quotas\":[]}");
        assertThat(ended(1, "quota", "delete", "--client-id", "billing").err()).startsWith("error: NOT_FOUND ");
    }

    @Test
    void whoProducesAndConsumesUnderANameIsHeldToItsQuota() {
        ok("topic", "create", "t", "--replicas", "1");
        ok("quota", "set", "--client-id", "slow", "--produce", "500KB/s", "--consume", "500KB/s");
        awaitRate(OptionalLong.of(500_000));
        long start = System.nanoTime();
        String lines = ("x".repeat(999) + "\n").repeat(300);
        ended(0, new CapturedTerminal().reading(lines), "produce", "t", "--client-id", "slow");
        ended(0, new CapturedTerminal().reading("last\n"), "produce", "t", "--client-id", "slow");
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(450));
        long read = System.nanoTime();
        assertThat(ok("consume", "t", "--until-end", "--client-id", "slow").outLines())
                .hasSize(301);
        assertThat(ok("consume", "t", "--count", "1", "--client-id", "slow").outLines())
                .hasSize(1);
        assertThat(System.nanoTime() - read).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(450));
        ok("quota", "delete", "--client-id", "slow");
        awaitRate(OptionalLong.empty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "quota set --produce 5MB/s",
                "quota set --client-id a",
                "quota set --client-id a --default --produce 5MB/s",
                "quota set --principal a --default-principal --produce 5MB/s",
                "quota set --client-id a --produce 5XB/s",
                "quota set --client-id a --produce -5",
                "quota delete",
                "produce t --client-id \u00e9",
                "quota"
            })
    void whatIsNotUnderstoodIsSaid(String command) {
        CapturedTerminal terminal = new CapturedTerminal();
        assertThat(terminal.run(command.split(" "))).isEqualTo(2);
        assertThat(terminal.out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "5MB/s, 5000000",
        "5mb, 5000000",
        "1.5 MiB/s, 1572864",
        "100000, 100000",
        "7 B/s, 7",
        "2kB, 2000",
        "2KiB/s, 2048",
        "1GB, 1000000000",
        "1GiB, 1073741824"
    })
    void aRateIsReadAsPeopleWriteIt(String text, long rate) {
        assertThat(ByteRate.parse(text)).hasValue(rate);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "MB/s", "5 5", "5M", "5MB/h", "1e6", "999999999999999GB", "5MB/s/s", ".5MB"})
    void whatIsNoRateIsNone(String text) {
        assertThat(ByteRate.parse(text)).isEmpty();
    }
}
