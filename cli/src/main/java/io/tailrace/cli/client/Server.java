package io.tailrace.cli.client;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A server, spoken to as docs/http.md says: HTTP/1.1, one kept-alive connection where requests follow each other. */
public final class Server {
    private static final String NDJSON = "application/x-ndjson";
    private static final String JSON = "application/json";
    private static final String BYTES = "application/octet-stream";
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final int PROBLEM_BYTES = 64 << 10;
    private static final int OK = 200;
    private static final int FIRST_OF_NO_SUCCESS = 300;

    private final String url;
    private final HttpClient http;
    private final @Nullable String clientId;

    static {
        // Less than a server keeps an idle connection (60 s): else a request could run into its closing.
        if (System.getProperty("jdk.httpclient.keepalive.timeout") == null) {
            System.setProperty("jdk.httpclient.keepalive.timeout", "20");
        }
    }

    /**
     * The server at an address; it is not asked for anything yet.
     *
     * @param address absolute, {@code http} or {@code https}; a path is kept as a prefix
     */
    public Server(URI address) {
        String text = address.toString();
        this.url = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .build();
        this.clientId = null;
    }

    private Server(Server other, String clientId) {
        this.url = other.url;
        this.http = other.http;
        this.clientId = clientId;
    }

    /** The same, to which every request says that it is from that client, whose quota holds. */
    public Server withClientId(String name) {
        return new Server(this, name);
    }

    /** Its address, without a slash at the end. */
    public String url() {
        return url;
    }

    /** One piece of a path or a query, with everything escaped that has a meaning there. */
    public static String escaped(String piece) {
        return URLEncoder.encode(piece, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /**
     * Sends a request with a JSON body, or none, and gives the JSON of the answer, which is empty for 204.
     *
     * @throws ServerProblem if the server refuses
     * @throws ServerUnreachable if no answer comes, or not all of it
     */
    public byte[] call(String method, String path, byte @Nullable [] json, Duration timeout) {
        BodyPublisher body = json == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(json);
        HttpRequest.Builder request = request(path).header("Accept", JSON).method(method, body);
        return whole(exchange((json == null ? request : request.header("Content-Type", JSON)).build(), timeout));
    }

    /** What is there as plain text; the same errors as {@link #call}. */
    public String text(String path, Duration timeout) {
        return new String(
                whole(exchange(request(path).header("Accept", "text/plain").build(), timeout)), StandardCharsets.UTF_8);
    }

    private byte[] whole(Answer answer) {
        IOException cut = answer.cut();
        if (cut != null) {
            throw new ServerUnreachable("The answer of " + url + " broke off (" + cut.getMessage() + ").", true, cut);
        }
        return answer.body();
    }

    /**
     * Sends lines of JSON and gives the answer of a server that took them; it may have broken off.
     *
     * @throws ServerProblem if the server refuses
     * @throws ServerUnreachable if no answer comes
     */
    public Answer postLines(String path, BodyPublisher lines, Duration timeout) {
        return exchange(
                request(path)
                        .header("Accept", NDJSON)
                        .header("Content-Type", NDJSON)
                        .POST(lines)
                        .build(),
                timeout);
    }

    private Answer exchange(HttpRequest request, Duration timeout) {
        HttpResponse<BoundedBody.Bytes> response =
                await(http.sendAsync(request, headers -> new BoundedBody()), timeout);
        BoundedBody.Bytes body = response.body();
        if (response.statusCode() < OK || response.statusCode() >= FIRST_OF_NO_SUCCESS) {
            throw problem(response, body.bytes());
        }
        return new Answer(response.statusCode(), body.bytes(), body.cut());
    }

    /**
     * Opens a stream of lines of JSON, which is read as fast as the caller reads it.
     *
     * @param timeout until the stream begins
     * @throws ServerProblem if the server refuses
     * @throws ServerUnreachable if no answer comes
     */
    public InputStream openLines(String path, Duration timeout) {
        return openLines(request(path).header("Accept", NDJSON).build(), timeout);
    }

    /** The same by sending a JSON body. */
    public InputStream openLines(String path, byte[] json, Duration timeout) {
        return openLines(
                request(path)
                        .header("Accept", NDJSON)
                        .header("Content-Type", JSON)
                        .POST(BodyPublishers.ofByteArray(json))
                        .build(),
                timeout);
    }

    private InputStream openLines(HttpRequest request, Duration timeout) {
        return open(request, timeout).body();
    }

    /**
     * Opens a stream of bytes, which is read as fast as the caller reads it, and gives it with its headers.
     *
     * @param timeout until the stream begins
     * @throws ServerProblem if the server refuses
     * @throws ServerUnreachable if no answer comes
     */
    public HttpResponse<InputStream> openBytes(String path, Duration timeout) {
        return open(request(path).header("Accept", BYTES).build(), timeout);
    }

    /**
     * Sends bytes and gives the JSON of the answer.
     *
     * @throws ServerProblem if the server refuses
     * @throws ServerUnreachable if no answer comes, or not all of it
     */
    public byte[] postBytes(String path, BodyPublisher bytes, Duration timeout) {
        return whole(exchange(
                request(path)
                        .header("Accept", JSON)
                        .header("Content-Type", BYTES)
                        .POST(bytes)
                        .build(),
                timeout));
    }

    private HttpResponse<InputStream> open(HttpRequest request, Duration timeout) {
        HttpResponse<InputStream> response = await(http.sendAsync(request, BodyHandlers.ofInputStream()), timeout);
        if (response.statusCode() == OK) {
            return response;
        }
        try (InputStream body = response.body()) {
            throw problem(response, body.readNBytes(PROBLEM_BYTES));
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path));
        return clientId == null ? request : request.header("X-Client-Id", clientId);
    }

    private ServerProblem problem(HttpResponse<?> response, byte[] body) {
        String retryAfter = response.headers().firstValue("Retry-After").orElse(null);
        return ServerProblem.of(response.statusCode(), body, retryAfter, url);
    }

    private <T> T await(CompletableFuture<T> response, Duration timeout) {
        try {
            return response.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            response.cancel(true);
            throw new ServerUnreachable(
                    "No answer from " + url + " within " + timeout.toSeconds() + " s: see what the server says.",
                    true,
                    e);
        } catch (InterruptedException e) {
            response.cancel(true);
            CancellationException cancelled = new CancellationException("Interrupted");
            cancelled.initCause(e);
            throw cancelled;
        } catch (ExecutionException e) {
            throw unreachable(e.getCause() == null ? e : e.getCause());
        }
    }

    private TailraceException unreachable(Throwable cause) {
        if (cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException) {
            return new ServerUnreachable(
                    "No server answers at " + url + ": start one with 'tailrace start', or name another with --url.",
                    false,
                    cause);
        }
        if (cause instanceof IOException failure) {
            return broken(failure);
        }
        return new TailraceException(ErrorCode.INTERNAL_ERROR, "Speaking to " + url + " failed: " + cause, cause);
    }

    /** The connection to this server broke off while something was under way. */
    public ServerUnreachable broken(IOException cause) {
        String why = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return new ServerUnreachable("The connection to " + url + " broke off (" + why + ").", true, cause);
    }
}
