package io.tailrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
    private final CapturedTerminal terminal = new CapturedTerminal();

    @Test
    void versionIsPrinted() {
        assertThat(terminal.run("--version")).isZero();
        assertThat(terminal.outLines().get(0)).startsWith("tailrace ");
    }

    @Test
    void helpNamesEveryVerb() {
        assertThat(terminal.run("help")).isZero();
        assertThat(terminal.out()).contains("demo", "start", "topic", "produce", "consume", "bench", "log", "help");
        assertThat(terminal.run("bench", "--help")).isZero();
        assertThat(terminal.out()).contains("produce", "consume", "latency");
        assertThat(terminal.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "dmo",
                "--nonsense",
                "bench",
                "bench walk",
                "log",
                "log dump",
                "log check",
                "log check --format xml .",
                "demo --seconds 0",
                "demo --seconds soon",
                "demo --partitions 0",
                "demo one two",
                "bench produce --records 0",
                "bench produce --size -1",
                "bench produce --flush never",
                "bench produce --format xml",
                "bench produce --compression rar",
                "bench produce --rate 5",
                "bench consume --records 3 --partitions 4",
                "bench latency --size 15",
                "bench latency --rate 0",
                "start --port x",
                "start --flush sometimes",
                "topic",
                "topic create",
                "topic create a b",
                "topic create a --set b",
                "topic alter a",
                "topic alter a --set b=1 --reset b",
                "topic delete",
                "topic delete-records a --partition 0",
                "topic delete-records a --partition 0 --before start",
                "topic list --url nowhere",
                "topic list --url ftp://127.0.0.1",
                "topic list --format xml",
                "produce",
                "produce a --timeout 0",
                "produce a --format xml",
                "produce a --header nothing",
                "produce a --key-separator=",
                "produce a --format json --partition 1",
                "consume",
                "consume a --count 0",
                "consume a --from 5",
                "consume a --from 5 --partition 0 --partition 1",
                "consume a --format xml",
                "consume a --format %x",
                "consume a --format %v\\q",
                "completion",
                "completion fish"
            })
    void whatIsNotUnderstoodIsToldInOneLineAndExitCode2(String line) {
        assertThat(terminal.run(line.isEmpty() ? new String[0] : line.split(" ", -1)))
                .isEqualTo(2);
        List<String> told = terminal.err().lines().toList();
        assertThat(told.get(0)).startsWith("error: ");
        assertThat(told).hasSizeLessThanOrEqualTo(2).noneMatch(each -> each.contains("\tat "));
        assertThat(terminal.out()).isEmpty();
    }

    @Test
    void completionKnowsEveryVerb() {
        assertThat(terminal.run("completion", "bash")).isZero();
        assertThat(terminal.out()).startsWith("#!/").contains("delete-records", "--key-separator", "until-end");
    }

    @Test
    void rehearsalUsesEveryCommandThatSpeaksToAServer(@TempDir Path directory) {
        assertThat(terminal.run("rehearse", directory.toString())).isZero();
        assertThat(terminal.run("--help")).isZero();
        assertThat(terminal.out()).doesNotContain("rehearse");
    }

    @Test
    void failureIsToldInOneLineWithItsCode() {
        assertThat(terminal.run("demo", "no-such-file")).isEqualTo(1);
        assertThat(terminal.err())
                .isEqualToIgnoringNewLines(
                        "error: INVALID_ARGUMENT Cannot read no-such-file: there is no such file; check the name.");
        assertThat(terminal.out()).isEmpty();
    }
}
