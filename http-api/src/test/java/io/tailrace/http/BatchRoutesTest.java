package io.tailrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchRoutesTest {
    private static final String BYTES = "application/octet-stream";
    private static ServedNodes node;

    @BeforeAll
    static void start(@TempDir Path directory) {
        node = new ServedNodes(directory);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static HttpResponse<byte[]> send(HttpRequest.Builder request) {
        try {
            return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String path(String topic) {
        return "http://127.0.0.1:" + node.address().getPort() + "/v1/topics/" + topic + "/partitions/0/batches";
    }

    private static String post(String topic, byte[] body) {
        HttpResponse<byte[]> answer = send(HttpRequest.newBuilder(URI.create(path(topic)))
                .header("Content-Type", BYTES)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
        return answer.statusCode() + " " + new String(answer.body(), StandardCharsets.UTF_8);
    }

    private static byte[] batches(long producerId, int first, int... sizes) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        int sequence = first;
        for (int size : sizes) {
            RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1 << 20);
            for (int i = 0; i < size; i++) {
                builder.append(1_000, null, ("record " + sequence++).getBytes(StandardCharsets.UTF_8));
            }
            RecordBatch batch =
                    builder.producer(producerId, (short) 0, sequence - size).build();
            all.write(batch.bytes().array(), 0, batch.sizeInBytes());
        }
        return all.toByteArray();
    }

    @Test
    void aRequestThatIsSentAgainStoresNothingTwice() {
        node.withTopic("twice", 1);
        byte[] body = batches(17, 0, 3, 2, 4, 1);
        String stored =
                "200 {\"batches\":[{\"base_offset\":0,\"records\":3},{\"base_offset\":3,\"records\":2},{\"base_offset\":5,\"records\":4},{\"base_offset\":9,\"records\":1}]}";
        assertThat(post("twice", body)).isEqualTo(stored);
        assertThat(post("twice", body)).isEqualTo(stored);
        assertThat(post("twice", batches(17, 10, 1))).contains("\"base_offset\":10");
        assertThat(post("twice", batches(17, 20, 1))).contains("OUT_OF_ORDER_SEQUENCE");
    }

    @Test
    void whatIsNoBatchOrAnsweredByNobodyTwiceIsRefused() {
        node.withTopic("refused", 1);
        byte[] good = batches(18, 0, 2);
        byte[] damaged = good.clone();
        damaged[70] ^= 1;
        assertThat(post("refused", damaged)).contains("CORRUPT_BATCH");
        assertThat(post("refused", Arrays.copyOf(good, good.length - 1))).contains("CORRUPT_BATCH");
        assertThat(post("refused", new byte[0])).startsWith("400 ").contains("0 batches");
        assertThat(post("refused", batches(18, 0, 1, 1, 1, 1, 1, 1))).contains("6 batches");
        assertThat(post("refused", batches(-1, 0, 1))).contains("MALFORMED_REQUEST");
        HttpResponse<byte[]> json = send(HttpRequest.newBuilder(URI.create(path("refused")))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(good)));
        assertThat(json.statusCode()).isEqualTo(415);
        assertThat(post("nowhere", good)).contains("UNKNOWN_TOPIC");
        assertThat(new String(
                        send(HttpRequest.newBuilder(URI.create(path("refused"))))
                                .body(),
                        StandardCharsets.UTF_8))
                .isEmpty();
    }

    @Test
    void batchesAreReadFromAnOffsetToAnother() {
        node.withTopic("read", 1);
        post("read", batches(19, 0, 10, 10, 10));
        HttpResponse<byte[]> all = send(HttpRequest.newBuilder(URI.create(path("read"))));
        assertThat(all.headers().firstValue("Content-Type")).contains(BYTES);
        assertThat(all.headers().firstValue("Tailrace-End-Offset")).contains("30");
        byte[] some = send(HttpRequest.newBuilder(URI.create(path("read") + "?from=15&to=25")))
                .body();
        RecordBatch first = RecordBatch.at(ByteBuffer.wrap(some));
        RecordBatch second =
                RecordBatch.at(ByteBuffer.wrap(some, first.sizeInBytes(), some.length - first.sizeInBytes()));
        assertThat(first.records(1 << 20))
                .extracting(record -> record.offset())
                .containsExactly(15L, 16L, 17L, 18L, 19L);
        assertThat(second.records(1 << 20))
                .extracting(record -> record.offset())
                .containsExactly(20L, 21L, 22L, 23L, 24L);
        assertThat(first.checksumMatches() && second.checksumMatches()).isTrue();
        assertThat(send(HttpRequest.newBuilder(URI.create(path("read") + "?from=31")))
                        .statusCode())
                .isEqualTo(416);
        assertThat(send(HttpRequest.newBuilder(URI.create(path("read") + "?to=31")))
                        .statusCode())
                .isEqualTo(416);
        assertThat(send(HttpRequest.newBuilder(URI.create(path("read") + "?from=x")))
                        .statusCode())
                .isEqualTo(400);
        HttpResponse<byte[]> head = send(
                HttpRequest.newBuilder(URI.create(path("read"))).method("HEAD", HttpRequest.BodyPublishers.noBody()));
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
    }
}
