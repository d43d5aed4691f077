package io.tailrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What consume --group says to a server, and makes of one that refuses. */
class ConsumeGroupFaultsTest {
    private static final String CONSUMER = "/v1/groups/a%20b/consumers/tailrace-consume-[0-9a-f-]{36}";

    private final FakeServer server = new FakeServer();
    private final CapturedTerminal terminal = new CapturedTerminal();

    @AfterEach
    void close() {
        server.close();
    }

    private static String record(String topic, int partition, long offset) {
        return "{\"topic\":\"" + topic + "\",\"partition_id\":" + partition + ",\"offset\":" + offset
                + ",\"timestamp\":5,\"value\":{\"type\":\"BINARY\",\"data\":\"eA==\"}}";
    }

    private int run(String... options) {
        List<String> all = new ArrayList<>(List.of("consume", "t", "--group", "a b", "--url", server.url()));
        all.addAll(Arrays.asList(options));
        return terminal.run(all.toArray(String[]::new));
    }

    private FakeServer committing(int times) {
        for (int i = 0; i < times; i++) {
            server.answer(204, "application/json", "");
        }
        return server;
    }

    @Test
    void ofEachPartitionTheNextOffsetIsCommitted() {
        server.report(record("t", 0, 7), record("t", 1, 3), record("u", 0, 9), record("t", 0, 8));
        committing(4);
        assertThat(run("--count", "4", "--from", "latest", "--format", "%t:%p:%o "))
                .as(terminal.err())
                .isZero();
        assertThat(terminal.out()).isEqualTo("t:0:7 t:1:3 u:0:9 t:0:8 ");
        FakeServer.Request first = server.requests().get(0);
        assertThat(first.line()).matches("POST " + CONSUMER + "/records");
        assertThat(first.body()).isEqualTo("{\"from\":\"latest\",\"data\":\"binary\",\"topics\":[\"t\"]}");
        List<FakeServer.Request> commits =
                server.requests().subList(1, server.requests().size());
        assertThat(commits).allMatch(commit -> commit.line().matches("POST " + CONSUMER + "/commit"));
        assertThat(commits.stream().map(FakeServer.Request::body).toList().toString())
                .contains("{\"topic\":\"t\",\"partition\":0,\"offset\":9}")
                .contains("{\"topic\":\"t\",\"partition\":1,\"offset\":4}")
                .contains("{\"topic\":\"u\",\"partition\":0,\"offset\":10}");
    }

    @Test
    void manyRecordsAreCommittedAThousandAtATime() {
        server.report(LongStream.range(0, 3500)
                .mapToObj(offset -> record("t", 0, offset))
                .toArray(String[]::new));
        committing(1000);
        assertThat(run("--count", "3500")).as(terminal.err()).isZero();
        List<Long> committed = server.requests().stream()
                .skip(1)
                .map(request -> Long.valueOf(request.body().replaceAll(".*\"offset\":(\\d+).*", "$1")))
                .toList();
        long before = 0;
        for (long offset : committed) {
            assertThat(offset - before).isBetween(1L, 1000L);
            before = offset;
        }
        assertThat(before).isEqualTo(3500);
    }

    @Test
    void aCommitThatIsRefusedEndsIt() {
        server.report(record("t", 0, 7)).problem(404, "NOT_FOUND", "No such consumer.");
        assertThat(run("--count", "1")).isEqualTo(1);
        assertThat(terminal.out()).isEqualTo("x\n");
        assertThat(terminal.err()).isEqualToIgnoringNewLines("error: NOT_FOUND No such consumer.");
    }

    @Test
    void whatItWasTooLateToCommitIsNamedAndPrintingGoesOn() {
        server.report(record("t", 0, 7));
        server.problem(409, "STALE_COMMIT", "Not committed: t-0, which another has.");
        assertThat(run("--until-end")).as(terminal.err()).isZero();
        assertThat(terminal.out()).isEqualTo("x\n");
        assertThat(terminal.err())
                .isEqualToIgnoringNewLines("warning: STALE_COMMIT Not committed: t-0, which another has.");
    }

    @Test
    void theServerIsToldOfTheEndAndOfTheInstance() {
        server.report(record("t", 0, 7));
        committing(1);
        assertThat(run("--until-end", "--group-instance-id", "one"))
                .as(terminal.err())
                .isZero();
        assertThat(server.requests().get(0).body())
                .isEqualTo(
                        "{\"from\":\"earliest\",\"data\":\"binary\",\"topics\":[\"t\"],\"group_instance_id\":\"one\",\"until\":\"end\"}");
    }

    @Test
    void theServersLastLineIsTheError() {
        server.report(
                record("t", 0, 7),
                "{\"error_code\":\"MEMBER_FENCED\",\"detail\":\"Another has it.\",\"retriable\":false}");
        committing(1);
        assertThat(run()).isEqualTo(1);
        assertThat(terminal.out()).isEqualTo("x\n");
        assertThat(terminal.err()).isEqualToIgnoringNewLines("error: MEMBER_FENCED Another has it.");
    }

    @Test
    void aRecordWithoutAPlaceIsNotPassedOver() {
        server.report("{\"topic\":\"t\",\"value\":null}");
        assertThat(run("--count", "1", "--format", "json")).isEqualTo(1);
        assertThat(terminal.err()).startsWith("error: SERIALIZATION_FAILED ");
    }
}
