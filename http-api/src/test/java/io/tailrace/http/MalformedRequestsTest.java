package io.tailrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Seeded requests that are wrong in some way: each hears so, and the node serves on. */
class MalformedRequestsTest {
    private static final int REQUESTS = 2000;
    private static final long SEED = 20261121;
    private static final String[] BODIES = {
        "{",
        "[]",
        "nul",
        "{\"name\":1}",
        "{\"name\":[]}",
        "{\"name\":{}}",
        "{\"name\":\"a/b\"}",
        "{\"name\":\"../a\"}",
        "{\"name\":\"a\",\"partitions\":\"x\"}",
        "{\"name\":\"a\",\"partitions\":1e99}",
        "{\"name\":\"a\",\"settings\":[]}",
        "{\"name\":\"\\u0000\"}",
        "{\"name\":\"\\ud800\"}",
        "{\"name\":\"a\"}}",
        "{\"name\":\"a\",\"\u0000\":1}",
    };

    /** What the server may do: say what is wrong, or, where a request never gets as far as to be one, just close. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Wrong(String kind, byte[] bytes, boolean mayJustClose) {}

    private final Random random = new Random(SEED);

    @Test
    void everyMalformedRequestHearsSoAndTheNodeServesOn(@TempDir Path directory) throws IOException {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).addAppender(log);
        try (ServedNodes node = new ServedNodes(directory, Map.of("tailrace.http.max-body-bytes", 100_000))) {
            node.withTopic("t", 1);
            for (int i = 0; i < 200; i++) {
                send(node, next());
            }
            long before = usedHeap();
            Map<String, Integer> justClosed = new TreeMap<>();
            List<String> wrong = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i++) {
                Wrong request = next();
                String answer = send(node, request);
                if (answer.isEmpty() && request.mayJustClose()) {
                    justClosed.merge(request.kind(), 1, Integer::sum);
                } else if (!answer.startsWith("HTTP/1.1 4") || !answer.contains("application/problem+json")) {
                    wrong.add(i + " " + request.kind() + " -> " + answer);
                }
            }
            System.out.println("closed without an answer: " + justClosed);
            assertThat(wrong).isEmpty();
            assertThat(justClosed.values().stream().mapToInt(Integer::intValue).sum())
                    .isLessThan(REQUESTS / 5);
            assertThat(usedHeap() - before).isLessThan(32 << 20);
            assertThat(node.get("/v1/topics/t").statusCode()).isEqualTo(200);
            assertThat(node.produce("t", "{\"value\":{\"data\":\"x\"}}")).hasSize(1);
            assertThat(node.watched().openReaders()).isZero();
        }
        assertThat(log.list)
                .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.ERROR))
                .extracting(ILoggingEvent::getFormattedMessage)
                .isEmpty();
    }

    private static String send(ServedNodes node, Wrong request) throws IOException {
        try (RawConnection connection = new RawConnection(node.address())) {
            try {
                connection.send(request.bytes());
                connection.socket().shutdownOutput();
            } catch (IOException e) {
                // The server has answered and closed before everything was sent; the answer is there.
                return connection.readAll();
            }
            return connection.readAll();
        }
    }

    private Wrong next() {
        int kind = random.nextInt(14);
        return switch (kind) {
            case 0 -> target("../", "/../".repeat(1 + random.nextInt(5)) + "etc/passwd");
            case 1 -> target("NUL", "/v1/topics/" + noise(5) + "\0" + noise(5));
            case 2 -> target("long target", "/" + "a".repeat(8_000 + random.nextInt(20_000)));
            case 3 -> target("invalid UTF-8 in target", "/v1/topics/\u00ff\u00fe" + noise(3));
            case 4 -> target("broken escape", "/v1/topics/%" + noise(1) + "g");
            case 5 -> post("not quite JSON", BODIES[random.nextInt(BODIES.length)].getBytes(StandardCharsets.UTF_8));
            case 6 ->
                post("deep JSON", "[".repeat(1_000 + random.nextInt(50_000)).getBytes(StandardCharsets.UTF_8));
            case 7 ->
                post("invalid UTF-8", new byte[] {'{', '"', (byte) 0xC0, (byte) (0x80 + random.nextInt(64)), '"', '}'});
            case 8 -> post("oversized", new byte[100_001 + random.nextInt(100_000)]);
            case 9 ->
                raw("bad length", head("Content-Length: " + pick("-1", "x", "1, 2", "99999999999999999999")) + "{}");
            case 10 ->
                raw(
                        "broken chunks",
                        head("Transfer-Encoding: chunked")
                                + pick("zz\r\n", "5\r\n{}", "-1\r\n", "fffffffff\r\n")
                                + noise(10));
            case 11 -> raw("truncated body", head("Content-Length: " + (50 + random.nextInt(1000))) + "{\"name\":");
            case 12 -> {
                String whole = head("Content-Length: 2") + "{}";
                yield new Wrong(
                        "truncated head", latin(whole.substring(0, random.nextInt(whole.indexOf("\r\n\r\n")))), true);
            }
            default -> {
                byte[] bytes = new byte[1 + random.nextInt(2000)];
                random.nextBytes(bytes);
                yield new Wrong("random bytes", bytes, true);
            }
        };
    }

    private static Wrong target(String kind, String target) {
        return raw(kind, "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }

    private static Wrong post(String kind, byte[] body) {
        byte[] head = latin(head("Content-Length: " + body.length));
        byte[] all = new byte[head.length + body.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        return new Wrong(kind, all, false);
    }

    private static Wrong raw(String kind, String request) {
        return new Wrong(kind, latin(request), false);
    }

    private static String head(String length) {
        return "POST /v1/topics HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + length
                + "\r\n\r\n";
    }

    private String pick(String... among) {
        return among[random.nextInt(among.length)];
    }

    private String noise(int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + random.nextInt(26)));
        }
        return text.toString();
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static long usedHeap() {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }
}
