package io.tailrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What produce makes of a server that does not do what it should. */
class ProduceFaultsTest {
    private final FakeServer server = new FakeServer();
    private final CapturedTerminal terminal = new CapturedTerminal();

    @AfterEach
    void close() {
        server.close();
    }

    private int produce(String input, String... more) {
        String[] args = new String[more.length + 4];
        args[0] = "produce";
        args[1] = "t";
        args[2] = "--url";
        args[3] = server.url();
        System.arraycopy(more, 0, args, 4, more.length);
        return terminal.reading(input).run(args);
    }

    /** More lines than one request holds. */
    private static String lines(int count) {
        return IntStream.range(0, count).mapToObj(i -> i + "\n").collect(Collectors.joining());
    }

    @Test
    void storedInSilence() {
        server.report("{\"stored\":2,\"failed\":0}");
        assertThat(produce("a\nb\n")).isZero();
        assertThat(terminal.err()).isEmpty();
        assertThat(terminal.out()).isEmpty();
        assertThat(server.requests())
                .containsExactly(new FakeServer.Request(
                        "POST /v1/topics/t/records?report=failures",
                        "{\"value\":{\"data\":\"a\"}}\n{\"value\":{\"data\":\"b\"}}\n"));
    }

    @Test
    void batchThatTheServerDoesNotTakeYetIsSentAgain() {
        server.problem(503, "NOT_READY", "The node does not serve yet.", "Retry-After: 0")
                .problem(503, "PARTITION_UNAVAILABLE", "No leader.", "Retry-After: 0")
                .report("{\"stored\":1,\"failed\":0}");
        assertThat(produce("a\n")).isZero();
        assertThat(terminal.err()).isEqualToIgnoringNewLines("trying again: NOT_READY The node does not serve yet.");
        assertThat(server.requests()).hasSize(3).extracting("body").containsOnly("{\"value\":{\"data\":\"a\"}}\n");
    }

    @Test
    void sendingAgainEndsWithTheTimeout() {
        for (int i = 0; i < 100; i++) {
            server.problem(503, "NOT_READY", "The node does not serve yet.", "Retry-After: 0");
        }
        assertThat(produce("a\n", "--timeout", "1")).isEqualTo(1);
        assertThat(terminal.err()).endsWith("error: NOT_READY The node does not serve yet.\n");
    }

    @Test
    void whatMayHaveBeenStoredIsNotSentAgain() {
        server.problem(503, "OUTCOME_UNKNOWN", "Nobody knows.", "Retry-After: 0");
        assertThat(produce("a\n")).isEqualTo(1);
        assertThat(terminal.err())
                .isEqualToIgnoringNewLines("error: OUTCOME_UNKNOWN The outcome of line 1 is not known:"
                        + " Nobody knows. Before: 0 records stored.");
        assertThat(server.requests()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "404,UNKNOWN_TOPIC",
        "413,REQUEST_TOO_LARGE",
        "507,DISK_FULL",
        "500,INTERNAL_ERROR",
        "500,CODE_OF_TOMORROW"
    })
    void refusedRequestIsOneLineWithTheServersCode(int status, String code) {
        server.problem(status, code, "Said by the server\\u001b[31m.");
        assertThat(produce("a\n", "--timeout", "1")).isEqualTo(1);
        assertThat(terminal.err()).isEqualToIgnoringNewLines("error: " + code + " Said by the server\\u001B[31m.");
    }

    @Test
    void refusedRecordStopsAfterItsRequestAndIsNamed() {
        server.report("{\"stored\":10000,\"failed\":0}")
                .report(
                        "{\"line\":2,\"error_code\":\"RECORD_TOO_LARGE\",\"detail\":\"Too large.\",\"retriable\":false}",
                        "{\"line\":4,\"error_code\":\"DISK_FULL\",\"detail\":\"Full.\",\"retriable\":true}",
                        "{\"line\":5,\"error_code\":\"DISK_FULL\",\"detail\":\"Full.\",\"retriable\":true}",
                        "{\"stored\":9997,\"failed\":3}");
        assertThat(produce(lines(25_000))).isEqualTo(1);
        assertThat(terminal.err().lines())
                .containsExactly(
                        "refused: line 10002: RECORD_TOO_LARGE Too large.",
                        "refused: lines 10004 to 10005: DISK_FULL Full.",
                        "error: RECORD_TOO_LARGE 3 records were refused, as said above; 19997 stored; nothing after line"
                                + " 20000 was sent. With --keep-going the others go on.");
        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void refusedRecordsDoNotStopWhoeverKeepsGoing() {
        server.report(
                        "{\"line\":1,\"error_code\":\"RECORD_TOO_LARGE\",\"detail\":\"Too large.\",\"retriable\":false}",
                        "{\"stored\":9999,\"failed\":1}")
                .report("{\"stored\":5,\"failed\":0}");
        assertThat(produce(lines(10_005), "--keep-going")).isEqualTo(1);
        assertThat(terminal.err().lines())
                .containsExactly(
                        "refused: line 1: RECORD_TOO_LARGE Too large.",
                        "error: RECORD_TOO_LARGE 10004 records stored, 1 refused, as said above.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"sto", "{\"line\":2,\"error_code\":\"X\",\"detail\":\"Too.\"}\n"})
    void connectionThatBreaksOffLeavesTheOutcomeOfItsLinesUnknown(String answered) {
        server.report("{\"stored\":10000,\"failed\":0}").cut(answered);
        assertThat(produce(lines(12_000))).isEqualTo(1);
        assertThat(terminal.err().lines().reduce("", (first, second) -> second))
                .startsWith("error: OUTCOME_UNKNOWN The outcome of lines 10001 to 12000 ")
                .contains("broke off")
                .endsWith("Before: 10000 records stored.");
    }

    @Test
    void serversLastWordIsPassedOn() {
        // As a whole answer: of one that is cut Java's client hands on what has come, or not.
        server.report("{\"error_code\":\"CLOSED\",\"detail\":\"The node is closing.\",\"retriable\":true}");
        assertThat(produce("a\nb\n")).isEqualTo(1);
        assertThat(terminal.err())
                .isEqualToIgnoringNewLines("error: OUTCOME_UNKNOWN The outcome of lines 1 to 2 is not known:"
                        + " CLOSED The node is closing. Before: 0 records stored.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>", "[]", "{\"stored\":1,\"failed\":0}", "{\"stored\":-2}", "{\"line\":{}}"})
    void reportThatIsNoneLeavesTheOutcomeUnknown(String answered) {
        server.report(answered);
        assertThat(produce("a\nb\n")).isEqualTo(1);
        assertThat(terminal.err().lines())
                .singleElement()
                .asString()
                .startsWith("error: OUTCOME_UNKNOWN The outcome of lines 1 to 2 is not known: ");
    }

    @Test
    void connectionCutWithoutAnyAnswerLeavesTheOutcomeUnknown() {
        server.then((request, out) -> false);
        assertThat(produce("a\n")).isEqualTo(1);
        assertThat(terminal.err()).startsWith("error: OUTCOME_UNKNOWN The outcome of line 1 ");
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void serverThatNeverAnswersIsLeftAfterTheTimeout() {
        server.then((request, out) -> {
            out.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".getBytes(StandardCharsets.US_ASCII));
            return true;
        });
        assertThat(produce("a\n", "--timeout", "1")).isEqualTo(1);
        assertThat(terminal.err())
                .startsWith("error: OUTCOME_UNKNOWN The outcome of line 1 ")
                .contains("within 1 s");
    }

    @Test
    void otherServersAreToldFromTailrace() {
        server.answer(404, "text/html", "<html>");
        assertThat(produce("a\n")).isEqualTo(1);
        assertThat(terminal.err())
                .startsWith("error: SERVER_UNREACHABLE What answers at " + server.url() + " (with status 404) is no");
    }

    @Test
    void noServerIsOneLine() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        String url = "http://127.0.0.1:" + free;
        assertThat(terminal.reading("a\n").run("produce", "t", "--url", url)).isEqualTo(1);
        assertThat(terminal.err())
                .isEqualToIgnoringNewLines("error: SERVER_UNREACHABLE No server answers at " + url
                        + ": start one with 'tailrace start', or name another with --url.");
    }

    @Test
    void serverThatIsStartedAgainBetweenTwoBatchesIsWaitedFor() {
        server.report("{\"stored\":10000,\"failed\":0}")
                .problem(503, "NOT_READY", "The node does not serve yet.")
                .report("{\"stored\":1,\"failed\":0}");
        assertThat(produce(lines(10_001))).isZero();
    }

    @Test
    void lineThatIsTooLongEndsAfterTheLinesBeforeIt() {
        server.report("{\"stored\":1,\"failed\":0}");
        assertThat(produce("short\n" + "x".repeat(5 << 20) + "\n")).isEqualTo(1);
        assertThat(terminal.err())
                .isEqualToIgnoringNewLines("error: RECORD_TOO_LARGE Line 2 is longer than 4194304 bytes: a line is a"
                        + " record. Before: 1 record stored.");
    }
}
