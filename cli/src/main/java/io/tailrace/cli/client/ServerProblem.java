package io.tailrace.cli.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What a server answered instead of what was asked for: {@code application/problem+json}, RFC 9457. */
public final class ServerProblem extends TailraceException {
    private static final long serialVersionUID = 1L;
    private static final JsonFactory JSON = new JsonFactory();
    private static final int SERVICE_UNAVAILABLE = 503;

    private final String codeName;
    private final int status;
    private final Duration retryAfter;

    private ServerProblem(String codeName, String detail, int status, Duration retryAfter) {
        super(known(codeName), detail);
        this.codeName = codeName;
        this.status = status;
        this.retryAfter = retryAfter;
    }

    /** The problem that an answer with that status holds, or that there is none in it. */
    static ServerProblem of(int status, byte[] body, @Nullable String retryAfter, String url) {
        ServerProblem problem = parse(body, 0, body.length, status, duration(retryAfter));
        return problem != null
                ? problem
                : new ServerProblem(
                        ErrorCode.SERVER_UNREACHABLE.name(),
                        "What answers at " + url + " (with status " + status + ") is no Tailrace server: check --url.",
                        status,
                        Duration.ZERO);
    }

    /** The problem that a line of a stream is, or {@code null} if it is something else. */
    public static @Nullable ServerProblem in(byte[] buffer, int start, int length) {
        return parse(buffer, start, length, 0, Duration.ZERO);
    }

    private static @Nullable ServerProblem parse(
            byte[] buffer, int start, int length, int status, Duration retryAfter) {
        String code = "";
        String detail = "";
        try (JsonParser json = JSON.createParser(buffer, start, length)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                json.nextToken();
                switch (name) {
                    case "error_code" -> code = json.getText();
                    case "detail" -> detail = json.getText();
                    default -> json.skipChildren();
                }
            }
        } catch (IOException e) {
            return null;
        }
        String told = detail.isEmpty() ? "The server says no more." : detail;
        return code.isEmpty() ? null : new ServerProblem(code, told, status, retryAfter);
    }

    /** RFC 9110, 10.2.3; seconds only, since the server sends no dates. */
    private static Duration duration(@Nullable String retryAfter) {
        try {
            return retryAfter == null
                    ? Duration.ZERO
                    : Duration.ofSeconds(Integer.parseUnsignedInt(retryAfter.strip()));
        } catch (NumberFormatException e) {
            return Duration.ZERO;
        }
    }

    /** A newer server may have codes that this client does not know. */
    public static ErrorCode known(String codeName) {
        return Arrays.stream(ErrorCode.values())
                .filter(code -> code.name().equals(codeName))
                .findFirst()
                .orElse(ErrorCode.INTERNAL_ERROR);
    }

    /** The code of a failure: as the server named it, if it comes from one. */
    public static String codeName(TailraceException failure) {
        Throwable origin = failure instanceof ServerProblem ? failure : failure.getCause();
        return origin instanceof ServerProblem problem && problem.code() == failure.code()
                ? problem.codeName
                : failure.code().name();
    }

    /** Whether nothing of the request was done, and the same request may well succeed in a moment. */
    public boolean mayBeSentAgain() {
        return status == SERVICE_UNAVAILABLE && code() != ErrorCode.OUTCOME_UNKNOWN;
    }

    /** How long the server would like to be left alone; zero where it says nothing. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
