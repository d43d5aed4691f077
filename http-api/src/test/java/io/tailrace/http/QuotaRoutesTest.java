package io.tailrace.http;

import static io.tailrace.http.ServedNodes.JSON;
import static io.tailrace.http.ServedNodes.NDJSON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.cluster.quota.ClientIdentity;
import io.tailrace.cluster.quota.Quota;
import io.tailrace.cluster.quota.QuotaKind;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Quotas over HTTP: how they are set, and that they hold. */
class QuotaRoutesTest {
    private static ServedNodes node;

    @BeforeAll
    static void start(@TempDir Path directory) {
        node = new ServedNodes(directory);
        node.withTopic("t", 1);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @AfterEach
    void removeAll() {
        for (Quota quota : node.tailrace().quotas().list().toCompletableFuture().join()) {
            node.tailrace()
                    .quotas()
                    .delete(quota.entity())
                    .toCompletableFuture()
                    .join();
        }
    }

    private static HttpResponse<String> put(String body) {
        return node.send(node.request("/v1/quotas").header("Content-Type", JSON).PUT(BodyPublishers.ofString(body)));
    }

    private static HttpResponse<String> delete(String query) {
        return node.send(node.request("/v1/quotas" + query).DELETE());
    }

    /** Sets it, and waits until the node holds clients to it. */
    private static void limit(String clientId, QuotaKind kind, long rate) {
        limit(clientId, "\"" + clientId + "\"", kind, rate);
    }

    private static void limit(String clientId, String entity, QuotaKind kind, long rate) {
        String field = kind == QuotaKind.PRODUCE ? "producer_byte_rate" : "consumer_byte_rate";
        assertThat(put("{\"client_id\":" + entity + ",\"" + field + "\":" + rate + "}")
                        .statusCode())
                .isEqualTo(200);
        await().until(() -> node.tailrace()
                .throttles()
                .of(kind, ClientIdentity.anonymous(clientId))
                .rate()
                .equals(OptionalLong.of(rate)));
    }

    private static HttpRequest.Builder as(String clientId, String path) {
        return node.request(path).header("X-Client-Id", clientId);
    }

    private static HttpResponse<String> produce(String clientId, String type, String body) {
        return node.send(as(clientId, "/v1/topics/t/records")
                .header("Content-Type", type)
                .POST(BodyPublishers.ofString(body)));
    }

    private static String record(int size) {
        return "{\"value\":{\"data\":\"" + "x".repeat(size) + "\"}}";
    }

    private static long throttled(HttpResponse<?> response) {
        return response.headers().firstValueAsLong("X-Throttle-Time-Ms").orElse(0);
    }

    // --- setting -----------------------------------------------------------------------------------------------------

    @Test
    void quotasAreSetListedAndDeleted() {
        assertThat(put("{\"client_id\":\"billing\",\"producer_byte_rate\":5000000}")
                        .body())
                .isEqualTo("{\"client_id\":\"billing\",\"producer_byte_rate\":5000000}");
        assertThat(put("{\"client_id\":null,\"consumer_byte_rate\":10000000,\"producer_byte_rate\":null}")
                        .body())
                .isEqualTo("{\"client_id\":null,\"consumer_byte_rate\":10000000}");
        assertThat(put("{\"principal\":\"anonymous\",\"producer_byte_rate\":7000}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(node.get("/v1/quotas").body())
                .isEqualTo("{\"quotas\":[{\"client_id\":null,\"consumer_byte_rate\":10000000},"
                        + "{\"client_id\":\"billing\",\"producer_byte_rate\":5000000},"
                        + "{\"principal\":\"anonymous\",\"producer_byte_rate\":7000}]}");
        assertThat(delete("?client_id=billing").statusCode()).isEqualTo(204);
        assertThat(delete("?default=client_id").statusCode()).isEqualTo(204);
        assertThat(delete("?principal=anonymous").statusCode()).isEqualTo(204);
        assertThat(node.get("/v1/quotas").body()).isEqualTo("{\"quotas\":[]}");
        assertThat(delete("?client_id=billing").statusCode()).isEqualTo(404);
    }

    @Test
    void whatIsNoQuotaIsRefused() {
        assertThat(put("{\"producer_byte_rate\":5000}").body()).contains("INVALID_ARGUMENT");
        assertThat(put("{\"client_id\":\"a\"}").body()).contains("No rate is given");
        assertThat(put("{\"client_id\":\"\",\"producer_byte_rate\":5000}").statusCode())
                .isEqualTo(400);
        assertThat(put("{\"client_id\":\"a\",\"producer_byte_rate\":999}").body())
                .contains("MALFORMED_REQUEST");
        assertThat(put("{\"client_id\":\"a\",\"producer_byte_rat\":5000}").statusCode())
                .isEqualTo(400);
        assertThat(delete("").statusCode()).isEqualTo(400);
        assertThat(delete("?default=x").statusCode()).isEqualTo(400);
        assertThat(delete("?client_id=a&default=client_id").statusCode()).isEqualTo(400);
        assertThat(produce("x".repeat(256), JSON, record(1)).statusCode()).isEqualTo(400);
    }

    // --- holding -----------------------------------------------------------------------------------------------------

    @Test
    void aRequestWaitsForWhatItsClientHasStoredBefore() {
        limit("slow", QuotaKind.PRODUCE, 10_000);
        long start = System.nanoTime();
        HttpResponse<String> first = produce("slow", JSON, record(5_000));
        HttpResponse<String> second = produce("slow", JSON, record(1));
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(throttled(first)).isZero();
        assertThat(second.statusCode()).isEqualTo(200);
        // A tenth of a second may have been earned before.
        assertThat(throttled(second)).isBetween(1L, took);
        assertThat(took).isGreaterThanOrEqualTo(400);
        assertThat(throttled(produce("fast", JSON, record(5_000)))).isZero();
        assertThat(throttled(produce("fast", JSON, record(5_000)))).isZero();
    }

    @Test
    void aDefaultQuotaIsEachClientsForItself() {
        limit("any", "null", QuotaKind.PRODUCE, 1_000);
        assertThat(throttled(produce("one", JSON, record(60_000)))).isZero();
        assertThat(throttled(produce("two", JSON, record(60_000)))).isZero();
        assertThat(throttled(produce("three", NDJSON, record(1) + "\n"))).isZero();
        assertThat(node.tailrace()
                        .throttles()
                        .of(QuotaKind.PRODUCE, ClientIdentity.anonymous("one"))
                        .nanosToWait())
                .isPositive();
    }

    @Test
    void linesAreReadMoreSlowlyAndAreAllStored() {
        limit("slow", QuotaKind.PRODUCE, 500_000);
        // What is stored before something is owed counts as well: so it is sent twice.
        String lines = (record(1_000) + "\n").repeat(400);
        long start = System.nanoTime();
        HttpResponse<String> first = produce("slow", NDJSON, lines);
        HttpResponse<String> second = produce("slow", NDJSON, record(1) + "\n");
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        assertThat(first.body().lines()).hasSize(400).allMatch(line -> line.contains("\"offset\":"));
        assertThat(second.body()).contains("\"offset\":");
        assertThat(took).isGreaterThanOrEqualTo(700);
    }

    @Test
    void aReaderIsGivenItsRecordsMoreSlowly() {
        node.withTopicThatKeeps("read", 1);
        node.produce("read", (record(1_000) + "\n").repeat(400));
        limit("slow", QuotaKind.CONSUME, 500_000);
        long start = System.nanoTime();
        HttpResponse<String> first = node.send(as("slow", "/v1/topics/read/records?until=end"));
        HttpResponse<String> second = node.send(as("slow", "/v1/topics/read/records?limit=1"));
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        assertThat(first.body().lines()).hasSize(400);
        assertThat(second.body().lines()).hasSize(1);
        assertThat(took).isGreaterThanOrEqualTo(700);
        HttpResponse<String> other = node.send(as("other", "/v1/topics/read/records?until=end"));
        assertThat(throttled(other)).isZero();
        assertThat(other.body().lines()).hasSize(400);
    }

    @Test
    void aQuotaThatIsTakenAwayLetsARequestGoOn() {
        limit("slow", QuotaKind.PRODUCE, 1_000);
        produce("slow", JSON, record(100_000));
        var waiting = node.client()
                .sendAsync(
                        as("slow", "/v1/topics/t/records")
                                .header("Content-Type", JSON)
                                .POST(BodyPublishers.ofString(record(1)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(delete("?client_id=slow").statusCode()).isEqualTo(204);
        assertThat(waiting.orTimeout(10, TimeUnit.SECONDS).join().statusCode()).isEqualTo(200);
    }
}
