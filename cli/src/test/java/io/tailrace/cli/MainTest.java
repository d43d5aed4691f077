package io.tailrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
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
        assertThat(terminal.out()).contains("demo", "bench", "log", "help");
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
                "bench latency --rate 0"
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
    void failureIsToldInOneLineWithItsCode() {
        assertThat(terminal.run("demo", "no-such-file")).isEqualTo(1);
        assertThat(terminal.err())
                .isEqualToIgnoringNewLines(
                        "error: INVALID_ARGUMENT Cannot read no-such-file: there is no such file; check the name.");
        assertThat(terminal.out()).isEmpty();
    }
}
