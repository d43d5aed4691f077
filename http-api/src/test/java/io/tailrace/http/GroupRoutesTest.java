package io.tailrace.http;

import static io.tailrace.http.ServedNodes.JSON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.Committer;
import io.tailrace.streams.CommitterSettings;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerMessage;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Subscriptions;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.pekko.Done;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each test has a group of its own. The topic "two" has records 0 to 3 in each of two partitions, one second after the other from 0 on. */
class GroupRoutesTest {
    private static ServedNodes node;

    @BeforeAll
    static void start(@TempDir Path directory) {
        node = new ServedNodes(directory);
        node.withTopicThatKeeps("two", 2);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            lines.append("{\"value\":{\"data\":\"%d\"},\"partition_id\":%d,\"timestamp\":%d}\n"
                    .formatted(i, i % 2, 1000 * (i / 2)));
        }
        node.produce("two", lines.toString());
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @AfterEach
    void answerTruly() {
        node.watched().answerTruly("describe");
    }

    private static Consumer.DrainingControl<Done> member(String group, String... topics) {
        ConsumerSettings<String, String> settings = ConsumerSettings.create(
                        node.tailrace(), Serdes.strings(), Serdes.strings())
                .withGroupId(group)
                .withClientId("app");
        return Consumer.commitWithMetadataSource(
                        settings, Subscriptions.topics(topics), record -> "at " + record.offset())
                .map(ConsumerMessage.CommittableMessage::committableOffset)
                .toMat(
                        Committer.sink(CommitterSettings.create(node.tailrace())
                                .withMaxBatch(100)
                                .withMaxInterval(Duration.ofMillis(20))),
                        Consumer::createDrainingControl)
                .run(node.tailrace().system());
    }

    private static void leave(Consumer.DrainingControl<Done> member) {
        member.drainAndShutdown(ForkJoinPool.commonPool()).toCompletableFuture().join();
    }

    private static String describe(String group) {
        HttpResponse<String> answer = node.get("/v1/groups/" + group);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private static HttpResponse<String> reset(String group, String body) {
        return node.post("/v1/groups/" + group + "/reset-offsets", JSON, body);
    }

    private static void committed(String group, String topic, int partition, long offset) {
        assertThat(reset(
                                group,
                                "{\"partitions\":[{\"topic\":\"%s\",\"partition\":%d}],\"to\":{\"offset\":%d},\"execute\":true}"
                                        .formatted(topic, partition, offset))
                        .statusCode())
                .isEqualTo(200);
    }

    private static HttpResponse<String> delete(String path) {
        return node.send(node.request(path).DELETE());
    }

    private static String found(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return matcher.group(1);
    }

    @Test
    void membersAreDescribedWithWhatTheyHaveAndWhatIsLeft() {
        Consumer.DrainingControl<Done> member = member("described", "two");
        await().untilAsserted(() ->
                assertThat(describe("described").split("\"lag\":0,")).hasSize(3));
        String described = describe("described");
        String id = found(described, "\"memberId\":\"([^\"]+)\"");
        assertThat(described)
                .startsWith("{\"name\":\"described\",\"state\":\"STABLE\",\"generation\":")
                .contains("\"assignor\":\"uniform\",\"members\":[{\"memberId\":")
                .contains("\"clientId\":\"app\",\"instanceId\":null,\"node\":\"node\",\"attached\":true,"
                        + "\"assignment\":{\"two\":[0,1]},\"target\":{\"two\":[0,1]}}]")
                .contains(
                        "{\"topic\":\"two\",\"partition\":1,\"committedOffset\":4,\"startOffset\":0,\"endOffset\":4,\"lag\":0,"
                                + "\"lagMillis\":null,\"owner\":\"" + id + "\",\"metadata\":\"at 3\",\"committedAt\":");
        assertThat(node.get("/v1/groups").body())
                .contains("{\"name\":\"described\",\"state\":\"STABLE\",\"members\":1}");
        leave(member);
        await().untilAsserted(() ->
                assertThat(describe("described")).contains("\"state\":\"EMPTY\"", "\"members\":[]", "\"owner\":null"));
    }

    @Test
    void lagIsToldInRecordsAndInTimeSinceTheNextOne() {
        committed("lagging", "two", 1, 1);
        long before = System.currentTimeMillis();
        String described = describe("lagging");
        assertThat(described).contains("\"committedOffset\":1,\"startOffset\":0,\"endOffset\":4,\"lag\":3,");
        // The record at offset 1 is of second 1.
        assertThat(Long.parseLong(found(described, "\"lagMillis\":(\\d+)")))
                .isBetween(before - 1000, System.currentTimeMillis() - 1000);
    }

    @Test
    void whatIsGoneIsNotLeftToRead() {
        node.withTopicThatKeeps("shortened", 1);
        node.produce("shortened", "{\"value\":{\"data\":\"x\"},\"timestamp\":7}\n".repeat(5));
        committed("late", "shortened", 0, 1);
        node.post("/v1/topics/shortened/partitions/0/delete-records", JSON, "{\"before_offset\":3}");
        assertThat(describe("late"))
                .containsPattern("\"committedOffset\":1,\"startOffset\":3,\"endOffset\":\\d+,\"lag\":");
        String described = describe("late");
        long end = Long.parseLong(found(described, "\"endOffset\":(\\d+)"));
        assertThat(Long.parseLong(found(described, "\"lag\":(\\d+)"))).isEqualTo(end - 3);
        assertThat(found(described, "\"lagMillis\":(\\d+)")).isNotEmpty();
    }

    @Test
    void entriesOfTheLogsOwnAreNotLeftToRead() {
        node.withTopicThatKeeps("entries", 1);
        node.produce("entries", "{\"value\":{\"data\":\"x\"},\"timestamp\":7}\n".repeat(5));
        committed("ended", "entries", 0, 5);
        // The new start is an entry behind the records.
        node.post("/v1/topics/entries/partitions/0/delete-records", JSON, "{\"before_offset\":3}");
        assertThat(describe("ended"))
                .contains("\"committedOffset\":5,\"startOffset\":3,\"endOffset\":6,\"lag\":0,\"lagMillis\":null");
        node.produce("entries", "{\"value\":{\"data\":\"x\"},\"timestamp\":7}\n".repeat(2));
        assertThat(describe("ended")).contains("\"committedOffset\":5,\"startOffset\":3,\"endOffset\":8,\"lag\":2,");
    }

    @Test
    void onlyTheTopicsThatAreAskedForAreDescribed() {
        node.withTopic("other", 1);
        committed("several", "two", 0, 1);
        committed("several", "other", 0, 0);
        assertThat(node.get("/v1/groups/several?topic=other").body())
                .contains("\"topic\":\"other\"")
                .doesNotContain("\"topic\":\"two\"");
        assertThat(node.get("/v1/groups/several?topics=other").statusCode()).isEqualTo(400);
    }

    @Test
    void aPartitionThatNobodyLeadsLeavesItsEndOpen() {
        committed("open", "two", 0, 2);
        node.watched()
                .answer(
                        "describe",
                        arguments -> CompletableFuture.failedStage(
                                new TailraceException(ErrorCode.PARTITION_UNAVAILABLE, "Nobody leads it.")));
        assertThat(describe("open"))
                .contains(
                        "\"committedOffset\":2,\"startOffset\":null,\"endOffset\":null,\"lag\":null,\"lagMillis\":null");
        HttpResponse<String> refused = reset("open", "{\"topics\":[\"two\"],\"to\":\"latest\"}");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("PARTITION_UNAVAILABLE");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'earliest'                          | 0 | false",
                "'latest'                            | 4 | false",
                "{'offset':3}                        | 3 | false",
                "{'offset':99}                       | 4 | true",
                "{'shift':-1}                        | 1 | false",
                "{'shift':1}                         | 3 | false",
                "{'shift':-9}                        | 0 | true",
                "{'shift':9223372036854775807}       | 4 | true",
                "{'timestamp':2000}                  | 2 | false",
                "{'timestamp':'1970-01-01T00:00:03Z'} | 3 | false",
                "{'timestamp':4000}                  | 4 | false",
                "{'duration':'PT1H'}                 | 4 | false",
                "{'duration':'300000d'}              | 0 | false",
            })
    void aResetGoesWhereItIsTold(String to, long after, boolean clamped) {
        String group = "to-" + Integer.toHexString(to.hashCode());
        committed(group, "two", 0, 2);
        String wish = "{\"partitions\":[{\"topic\":\"two\",\"partition\":0}],\"to\":" + to.replace('\'', '"');
        String outcome = "\"partitions\":[{\"topic\":\"two\",\"partition\":0,\"before\":2,\"after\":" + after
                + ",\"startOffset\":0,\"endOffset\":4,\"clamped\":" + clamped + "}]}";
        assertThat(reset(group, wish + "}").body())
                .isEqualTo("{\"group\":\"" + group + "\",\"members\":0,\"executed\":false," + outcome);
        assertThat(describe(group)).contains("\"committedOffset\":2,");
        assertThat(reset(group, wish + ",\"execute\":true}").body())
                .isEqualTo("{\"group\":\"" + group + "\",\"members\":0,\"executed\":true," + outcome);
        assertThat(describe(group)).contains("\"committedOffset\":" + after + ",");
    }

    @Test
    void whoReadsOnReadsFromWhereTheGroupWasSet() {
        committed("again", "two", 0, 4);
        committed("again", "two", 1, 4);
        assertThat(reset("again", "{\"all_topics\":true,\"to\":{\"shift\":-3},\"execute\":true}")
                        .body())
                .contains("\"partition\":0,\"before\":4,\"after\":1", "\"partition\":1,\"before\":4,\"after\":1");
        Consumer.DrainingControl<Done> member = member("again", "two");
        await().untilAsserted(
                        () -> assertThat(describe("again").split("\"lag\":0,")).hasSize(3));
        leave(member);
    }

    @Test
    void aGroupWithMembersIsNotChanged() {
        Consumer.DrainingControl<Done> member = member("active", "two");
        await().untilAsserted(
                        () -> assertThat(describe("active").split("\"lag\":0,")).hasSize(3));
        assertThat(reset("active", "{\"topics\":[\"two\"],\"to\":\"earliest\"}").body())
                .startsWith("{\"group\":\"active\",\"members\":1,\"executed\":false,")
                .contains("\"before\":4,\"after\":0");
        for (HttpResponse<String> refused : List.of(
                reset("active", "{\"topics\":[\"two\"],\"to\":\"earliest\",\"execute\":true}"),
                delete("/v1/groups/active"),
                delete("/v1/groups/active/offsets?topic=two"))) {
            assertThat(refused.statusCode()).isEqualTo(409);
            assertThat(refused.body()).contains("\"error_code\":\"GROUP_ACTIVE\"");
        }
        assertThat(describe("active")).contains("\"committedOffset\":4");
        leave(member);
    }

    @Test
    void aMemberThatIsRemovedIsTold() {
        Consumer.DrainingControl<Done> member = member("removal", "two");
        await().untilAsserted(() ->
                assertThat(describe("removal").split("\"lag\":0,")).hasSize(3));
        assertThat(delete("/v1/groups/removal/members/nobody").statusCode()).isEqualTo(400);
        String id = found(describe("removal"), "\"memberId\":\"([^\"]+)\"");
        assertThat(delete("/v1/groups/removal/members/" + id).statusCode()).isEqualTo(204);
        assertThat(member.streamCompletion()
                        .handle((done, failure) -> Failures.named(failure).code())
                        .toCompletableFuture())
                .succeedsWithin(Duration.ofSeconds(20))
                .isEqualTo(ErrorCode.MEMBER_FENCED);
        assertThat(describe("removal")).contains("\"members\":[]");
    }

    @Test
    void offsetsAreForgottenByPartitionAndByTopic() {
        committed("forgetful", "two", 0, 1);
        committed("forgetful", "two", 1, 2);
        assertThat(delete("/v1/groups/forgetful/offsets?partition=two:1").body())
                .isEqualTo(
                        "{\"group\":\"forgetful\",\"partitions\":[{\"topic\":\"two\",\"partition\":1,\"before\":2}]}");
        assertThat(describe("forgetful")).contains("\"partition\":0").doesNotContain("\"partition\":1");
        assertThat(delete("/v1/groups/forgetful/offsets?partition=two:1").body())
                .isEqualTo("{\"group\":\"forgetful\",\"partitions\":[]}");
        assertThat(delete("/v1/groups/forgetful/offsets?topic=two").body()).contains("\"before\":1");
        assertThat(delete("/v1/groups/forgetful/offsets").statusCode()).isEqualTo(400);
        assertThat(delete("/v1/groups/forgetful/offsets?partition=two").statusCode())
                .isEqualTo(400);
    }

    @Test
    void aGroupMayBeCalledAnythingThatCanBePrinted() {
        String name = "a/b c?d%e#ü…";
        String path =
                "/v1/groups/" + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
        assertThat(node.post(path + "/reset-offsets", JSON, "{\"topics\":[\"two\"],\"to\":\"latest\",\"execute\":true}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(node.get("/v1/groups").body()).contains("{\"name\":\"" + name + "\",\"state\":\"EMPTY\"");
        assertThat(delete(path).statusCode()).isEqualTo(204);
        assertThat(node.get(path).statusCode()).isEqualTo(404);
        assertThat(node.get("/v1/groups/a%0Ab").body()).contains("INVALID_ARGUMENT");
    }

    @Test
    void whatIsNotThereIsSaidToBeSo() {
        for (HttpResponse<String> answer : List.of(
                node.get("/v1/groups/nobody"),
                delete("/v1/groups/nobody"),
                delete("/v1/groups/nobody/offsets?topic=two"),
                delete("/v1/groups/nobody/members/x"),
                reset("nobody", "{\"all_topics\":true,\"to\":\"latest\"}"))) {
            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(answer.body()).contains("\"error_code\":\"UNKNOWN_GROUP\"");
        }
        assertThat(node.post("/v1/groups/nobody", JSON, "{}").statusCode()).isEqualTo(405);
        assertThat(node.get("/v1/groups/nobody/nothing").statusCode()).isEqualTo(404);
        // Nor does a dry run make a group.
        assertThat(reset("nobody", "{\"topics\":[\"two\"],\"to\":\"latest\"}").body())
                .contains("\"before\":null,\"after\":4");
        assertThat(node.get("/v1/groups/nobody").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                                        | 400 | MALFORMED_REQUEST",
                "{'topics':['two']}                                        | 400 | MALFORMED_REQUEST",
                "{'to':'latest'}                                           | 400 | MALFORMED_REQUEST",
                "{'topics':[],'to':'latest'}                               | 400 | MALFORMED_REQUEST",
                "{'topics':'two','to':'latest'}                            | 400 | MALFORMED_REQUEST",
                "{'topics':['two'],'to':'newest'}                          | 400 | MALFORMED_REQUEST",
                "{'topics':['two'],'to':{}}                                | 400 | MALFORMED_REQUEST",
                "{'topics':['two'],'to':{'offset':-1}}                     | 400 | MALFORMED_REQUEST",
                "{'topics':['two'],'to':{'offset':1,'shift':1}}            | 400 | MALFORMED_REQUEST",
                "{'topics':['two'],'to':{'hours':1}}                       | 400 | MALFORMED_REQUEST",
                "{'topics':['two'],'to':{'timestamp':'today'}}             | 400 | MALFORMED_REQUEST",
                "{'topics':['two'],'to':{'duration':'-PT1H'}}              | 400 | MALFORMED_REQUEST",
                "{'topics':['two'],'to':'latest','execute':'yes'}          | 400 | MALFORMED_REQUEST",
                "{'topics':['two'],'to':'latest','dry_run':true}           | 400 | MALFORMED_REQUEST",
                "{'partitions':[{'topic':'two'}],'to':'latest'}            | 400 | MALFORMED_REQUEST",
                "{'partitions':[{'topic':'two','partition':-1}],'to':'latest'} | 400 | MALFORMED_REQUEST",
                "{'partitions':[{'topic':'two','partition':2}],'to':'latest'} | 404 | UNKNOWN_PARTITION",
                "{'topics':['three'],'to':'latest'}                        | 404 | UNKNOWN_TOPIC",
                "{'topics':['two'],'to':{'shift':1}}                       | 400 | INVALID_ARGUMENT",
            })
    void aResetThatCannotBeDoneIsRefused(String body, int status, String code) {
        HttpResponse<String> answer = reset("refused", body.replace('\'', '"'));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).contains("\"error_code\":\"" + code + "\"");
    }
}
