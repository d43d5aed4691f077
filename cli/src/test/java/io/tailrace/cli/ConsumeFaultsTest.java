package io.tailrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What consume and topic make of a server that does not do what it should. */
class ConsumeFaultsTest {
    private static final String ONE = record(0, "b25l");
    private static final String TWO = record(1, "dHdv");

    private final FakeServer server = new FakeServer();
    private final CapturedTerminal terminal = new CapturedTerminal();

    @AfterEach
    void close() {
        server.close();
    }

    private static String record(int offset, String base64) {
        return "{\"partition_id\":0,\"offset\":" + offset
                + ",\"timestamp\":5,\"value\":{\"type\":\"BINARY\",\"data\":\"" + base64 + "\"}}";
    }

    private int run(String... args) {
        String[] all = new String[args.length + 2];
        System.arraycopy(args, 0, all, 0, args.length);
        all[args.length] = "--url";
        all[args.length + 1] = server.url();
        return terminal.run(all);
    }

    @Test
    void requestSaysWhatTheOptionsSay() {
        server.report(ONE, TWO);
        assertThat(run("consume", "t", "--from", "-5m", "--partition", "0", "--partition", "3", "--count", "2"))
                .isZero();
        assertThat(terminal.out()).isEqualTo("one\ntwo\n");
        assertThat(server.requests())
                .extracting(FakeServer.Request::line)
                .containsExactly("GET /v1/topics/t/records?data=binary&from=-5m&partition=0&partition=3&limit=2");
    }

    @Test
    void moreThanTheCountIsNotPrinted() {
        server.report(ONE, TWO);
        assertThat(run("consume", "t", "--count", "1")).isZero();
        assertThat(terminal.out()).isEqualTo("one\n");
    }

    @Test
    void streamThatEndsBeforeWhatWasAskedForIsAnError() {
        server.report(ONE).report(ONE);
        assertThat(run("consume", "t")).isEqualTo(1);
        assertThat(terminal.out()).isEqualTo("one\n");
        assertThat(terminal.err())
                .isEqualToIgnoringNewLines("error: SERVER_UNREACHABLE The server at " + server.url()
                        + " has ended the stream after 1 record.");
        assertThat(run("consume", "t", "--count", "2")).isEqualTo(1);
    }

    @Test
    void streamUntilTheEndMayEnd() {
        server.report(ONE);
        assertThat(run("consume", "t", "--until-end", "--count", "5")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"partition_id\":0,\"off"})
    void connectionThatBreaksOffIsOneLineBehindWhatCame(String half) {
        server.cut(ONE + "\n" + half);
        assertThat(run("consume", "t", "--until-end")).isEqualTo(1);
        assertThat(terminal.out()).isEqualTo("one\n");
        assertThat(terminal.err().lines())
                .singleElement()
                .asString()
                .startsWith("error: SERVER_UNREACHABLE The connection to " + server.url() + " broke off");
    }

    @ParameterizedTest
    @ValueSource(strings = {"value", "json", "%o\\n"})
    void serversLastWordIsTheError(String format) {
        server.cut(ONE + "\n{\"error_code\":\"OFFSET_OUT_OF_RANGE\",\"detail\":\"Gone.\"}\n");
        assertThat(run("consume", "t", "--format", format)).isEqualTo(1);
        assertThat(terminal.outLines()).hasSize(1);
        assertThat(terminal.err()).isEqualToIgnoringNewLines("error: OFFSET_OUT_OF_RANGE Gone.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<html>",
                "[]",
                "{}}",
                "{\"partition_id\":0,\"offset\":1,\"value\":{\"type\":\"STRING\",\"data\":\"x\"}}",
                "{\"partition_id\":0,\"offset\":1,\"value\":{\"type\":\"BINARY\",\"data\":\"*\"}}",
                "{\"partition_id\":\"x\",\"value\":null}"
            })
    void lineThatIsNoRecordIsAnError(String line) {
        server.report(ONE, line, TWO);
        assertThat(run("consume", "t", "--count", "3")).isEqualTo(1);
        assertThat(terminal.out()).isEqualTo("one\n");
        assertThat(terminal.err().lines())
                .singleElement()
                .asString()
                .startsWith("error: SERIALIZATION_FAILED The server sent a line that is no record: ");
    }

    @Test
    void lineThatIsNoObjectIsNotPassedOnAsJson() {
        server.report("<html>");
        assertThat(run("consume", "t", "--format", "json", "--count", "1")).isEqualTo(1);
        assertThat(terminal.out()).isEmpty();
        assertThat(terminal.err()).startsWith("error: SERIALIZATION_FAILED ");
    }

    @Test
    void refusalIsOneLineWithTheServersCode() {
        server.problem(416, "OFFSET_OUT_OF_RANGE", "Offset 7 is not there.").problem(503, "NOT_READY", "Not yet.");
        assertThat(run("consume", "t", "--partition", "0", "--from", "7")).isEqualTo(1);
        assertThat(run("topic", "list")).isEqualTo(1);
        assertThat(terminal.err().lines())
                .containsExactly("error: OFFSET_OUT_OF_RANGE Offset 7 is not there.", "error: NOT_READY Not yet.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "<html>", "{"})
    void answerThatIsNoJsonObjectIsNotATailraceServer(String body) {
        server.answer(200, "application/json", body);
        assertThat(run("topic", "list")).isEqualTo(1);
        assertThat(terminal.err()).startsWith("error: SERVER_UNREACHABLE What answers at " + server.url());
    }

    @Test
    void namesFromTheServerDoNothingToTheTerminal() {
        server.answer(200, "application/json", "{\"topics\":[{\"name\":\"\\u001b[2J\",\"partitions\":1}]}");
        assertThat(run("topic", "list")).isZero();
        assertThat(terminal.out()).contains("\\u001B[2J").doesNotContain("\u001B");
    }

    @Test
    void changesAreSentAsTheHttpApiTakesThem() {
        server.answer(200, "application/json", "{}").answer(200, "application/json", "{}");
        assertThat(run("topic", "alter", "t", "--partitions", "3", "--set", "a=1=2", "--reset", "b"))
                .isZero();
        assertThat(run("topic", "delete-records", "t", "--partition", "1", "--before", "end"))
                .isZero();
        assertThat(server.requests())
                .containsExactly(
                        new FakeServer.Request(
                                "PATCH /v1/topics/t", "{\"partitions\":3,\"settings\":{\"a\":\"1=2\",\"b\":null}}"),
                        new FakeServer.Request(
                                "POST /v1/topics/t/partitions/1/delete-records", "{\"before_offset\":-1}"));
    }
}
