package io.tailrace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpServerTest {
    private static ServedNodes node;

    @BeforeAll
    static void start(@TempDir Path directory) {
        node = new ServedNodes(directory, Map.of("tailrace.http.keep-alive-timeout", "500ms"));
        node.withTopic("t", 1);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static String ask(String request) throws IOException {
        try (RawConnection connection = new RawConnection(node.address())) {
            return connection.send(request).readAll();
        }
    }

    @Test
    void aNodeThatServesIsAliveAndReady() {
        assertThat(node.get("/alive").statusCode()).isEqualTo(200);
        assertThat(node.get("/ready").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "interface,0.0.0.0",
        "interface,192.0.2.1",
        "interface,''",
        "port,65536",
        "port,x",
        "max-line-bytes,10",
        "max-connections,0",
        "keep-alive-timeout,0s",
        "max-body-bytes,3 GiB",
    })
    void settingsThatAreNotUsableAreRefused(String name, String value) {
        assertThatThrownBy(() -> HttpSettings.of(ConfigFactory.parseMap(Map.of("tailrace.http." + name, value))))
                .isInstanceOfSatisfying(TailraceException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SETTING);
                    assertThat(e.getMessage()).contains("tailrace.http").doesNotContain("\n");
                });
    }

    @Test
    void aPortThatIsTakenIsAnInvalidSetting() {
        assertThatThrownBy(() ->
                        node.serve(Map.of("tailrace.http.port", node.address().getPort())))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(TailraceException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SETTING);
                    assertThat(e.getMessage()).contains("tailrace.http.port").doesNotContain("\n");
                });
    }

    @ParameterizedTest
    @CsvSource({
        "localhost,200",
        "LocalHost:7070,200",
        "127.0.0.1:7070,200",
        "127.1.2.3,200",
        "[::1]:7070,200",
        "evil.example,400",
        "127.0.0.1.evil.example,400",
        "localhost.evil.example,400",
        "192.0.2.1,400",
    })
    void onlyNamesOfTheLoopbackAreServed(String host, int status) throws IOException {
        assertThat(ask("GET /alive HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 " + status);
    }

    @Test
    void headAnswersAsGetWithoutABody() throws IOException {
        assertThat(ask("HEAD /v1/topics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ")
                .contains("Content-Length: ")
                .endsWith("\r\n\r\n");
        assertThat(ask("HEAD /v1/topics/t/records HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ")
                .contains("application/x-ndjson")
                .endsWith("\r\n\r\n");
    }

    @Test
    void optionsNamesTheMethods() throws IOException {
        assertThat(ask("OPTIONS /v1/topics/t HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 204 ")
                .contains("Allow: DELETE, GET, PATCH, HEAD, OPTIONS")
                .doesNotContainIgnoringCase("Access-Control");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /alive HTTP/1.1\r\n\r\n",
                "GET /alive HTTP/3.0\r\nHost: localhost\r\n\r\n",
                "BREW /alive HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /alive HTTP/1.1\r\nHost: localhost\r\nBad Header: x\r\n\r\n",
                "POST /v1/topics HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
                "POST /v1/topics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            })
    void whatIsNoRequestIsAProblemToo(String request) throws IOException {
        assertThat(ask(request))
                .startsWith("HTTP/1.1 4")
                .contains("application/problem+json", "\"error_code\":\"MALFORMED_REQUEST\"");
    }

    @Test
    void aClientThatWaitsIsToldToContinue() throws IOException {
        try (RawConnection connection = new RawConnection(node.address())) {
            connection.send(String.join(
                    "\r\n",
                    "POST /v1/topics HTTP/1.1",
                    "Host: localhost",
                    "Content-Type: application/json",
                    "Content-Length: 19",
                    "Expect: 100-continue",
                    "",
                    ""));
            assertThat(connection.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 100 Continue");
            assertThat(connection.send("{\"name\":\"expected\"}").readUntil("\r\n\r\n"))
                    .startsWith("HTTP/1.1 201 ");
        }
    }

    @Test
    void aConnectionWithoutARequestIsClosedButAStreamAtItsTailIsNot() throws IOException {
        try (RawConnection tail = new RawConnection(node.address());
                RawConnection producing = new RawConnection(node.address())) {
            tail.get("/v1/topics/t/records?from=latest").readUntil("\r\n\r\n");
            producing.begin("POST", "/v1/topics/t/records", ServedNodes.NDJSON);
            // Two of those that do nothing, and one that never ends its header, go meanwhile.
            assertThat(ask("")).isEmpty();
            assertThat(ask("GET /alive HTTP/1.1\r\nHost: loc")).isEmpty();
            assertThat(ask("GET /alive HTTP/1.1\r\nHost: localhost\r\n\r\n")).startsWith("HTTP/1.1 200");
            producing.sendChunk("{\"value\":{\"data\":\"late\"}}\n").readUntil("{\"line\":1,\"partition_id\":0,");
            tail.readUntil("late");
        }
    }

    @Test
    void closingEndsStreamsSayingWhyAndIsIdempotent() throws IOException {
        HttpServer other = node.serve(Map.of());
        try (RawConnection tail = new RawConnection(other.address());
                RawConnection producing = new RawConnection(other.address())) {
            tail.get("/v1/topics/t/records?from=latest").readUntil("\r\n\r\n");
            producing
                    .begin("POST", "/v1/topics/t/records", ServedNodes.NDJSON)
                    .sendChunk("{\"value\":{\"data\":\"x\"}}\n")
                    .readUntil("}\n");
            other.close();
            assertThat(tail.readAll()).contains("{\"error_code\":\"NOT_READY\"").doesNotContain("\r\n0\r\n");
            assertThat(producing.readAll()).contains("{\"error_code\":\"NOT_READY\"");
            other.close().toCompletableFuture().join();
        }
        assertThatThrownBy(() -> new RawConnection(other.address())).isInstanceOf(IOException.class);
    }
}
