package io.tailrace.http;

import static io.tailrace.http.ServedNodes.JSON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.replication.Replica;
import io.tailrace.engine.replication.quorum.LogPosition;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicaRoutesTest {
    private static final String REPLICA = "/v1/topics/t/partitions/0/replica";
    private static ServedNodes node;

    @BeforeAll
    static void start(@TempDir Path directory) {
        node = new ServedNodes(directory);
        node.withTopic("t", 1);
        node.produce("t", "{\"value\":{\"data\":\"x\"}}\n".repeat(3));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void aReplicaSaysHowItStands() {
        assertThat(node.get(REPLICA).body())
                .isEqualTo(
                        "{\"topic\":\"t\",\"partition\":0,\"node\":\"node\",\"votes\":true,\"leads\":true,\"lastEpoch\":1,\"endOffset\":3,\"highWatermark\":3}");
        assertThat(node.get("/v1/topics/t/partitions/1/replica").body()).contains("UNKNOWN_PARTITION");
        assertThat(node.get("/v1/topics/none/partitions/0/replica").statusCode())
                .isEqualTo(404);
    }

    @Test
    void aScrubIsBegunAndSaysHowItGoes() {
        assertThat(node.post("/v1/topics/t/scrub", JSON, "{}").body())
                .startsWith("{\"node\":\"node\",\"asked\":true,\"askedRounds\":0,");
        await().untilAsserted(() ->
                assertThat(node.get("/v1/scrub").body()).contains("\"askedRounds\":1,", "\"findings\":[]"));
        assertThat(node.post("/v1/scrub", JSON, "{}").statusCode()).isEqualTo(200);
        assertThat(node.post("/v1/topics/none/scrub", JSON, "{}").statusCode()).isEqualTo(404);
    }

    @Test
    void whatMayLoseDataIsDoneForWhoSaysSoOnly() {
        HttpResponse<String> unsaid = node.post(REPLICA + "/recover-uncleanly", JSON, "{}");
        assertThat(unsaid.statusCode()).isEqualTo(400);
        assertThat(unsaid.body()).contains("accept_data_loss");
        assertThat(node.post(REPLICA + "/recover-uncleanly", JSON, "{\"accept_data_loss\":\"yes\"}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(node.post(REPLICA + "/recover-uncleanly", JSON, "{\"accept_data_loss\":true}")
                        .body())
                .contains("INVALID_ARGUMENT", "does not abstain");
    }

    @Test
    void theOutcomeIsHowItStandsThen() {
        node.watched()
                .answer(
                        "recoverUncleanly",
                        arguments -> CompletableFuture.completedStage(
                                new Replica.Standing(true, false, new LogPosition(7, 40), 30)));
        assertThat(node.post(REPLICA + "/recover-uncleanly", JSON, "{\"accept_data_loss\":true}")
                        .body())
                .contains("\"votes\":true", "\"leads\":false", "\"lastEpoch\":7", "\"endOffset\":40");
        node.watched().answerTruly("recoverUncleanly");
    }

    @Test
    void aNodeWithoutThatReplicaSaysSo() {
        node.watched()
                .answer(
                        "replica",
                        arguments -> CompletableFuture.failedStage(
                                new TailraceException(ErrorCode.NO_REPLICA, "Ask another node.")));
        HttpResponse<String> answer = node.get(REPLICA);
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).contains("NO_REPLICA");
        node.watched().answerTruly("replica");
    }
}
