package io.tailrace.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What went wrong with a request, RFC 9457.
 *
 * @param status usually the one of {@link ErrorTable}
 * @param detail one line: what is wrong, what to do
 * @param more further members
 */
record Problem(int status, ErrorCode code, String detail, Json.Members more) {
    private static final Logger LOG = LoggerFactory.getLogger(Problem.class);
    private static final String RETRY_AFTER_SECONDS = "1";

    Problem(ErrorCode code, String detail) {
        this(ErrorTable.status(code), code, detail, json -> {});
    }

    /** What a failure is to the client. One that nobody foresaw is logged, and not shown. */
    static Problem of(Throwable failure) {
        TailraceException known = known(failure);
        return new Problem(known.code(), String.valueOf(known.getMessage()));
    }

    /** The failure as one with a code. */
    static TailraceException known(Throwable failure) {
        Throwable cause = Failures.cause(failure);
        if (cause instanceof TailraceException known) {
            return known;
        }
        LOG.error("A request failed in a way that nobody foresaw", cause);
        return new TailraceException(
                ErrorCode.INTERNAL_ERROR, "Something went wrong in the node; its log knows more.", cause);
    }

    HttpResponse response() {
        HttpResponse response = HttpResponse.create()
                .withStatus(StatusCodes.get(status))
                .withEntity(HttpEntities.create(Media.PROBLEM, Json.object(this::write)));
        return status == 503 ? response.addHeader(RawHeader.create("Retry-After", RETRY_AFTER_SECONDS)) : response;
    }

    private void write(JsonGenerator json) throws IOException {
        json.writeStringField("type", "about:blank");
        json.writeStringField("title", StatusCodes.get(status).reason());
        json.writeNumberField("status", status);
        writeError(json, code, detail);
        more.write(json);
    }

    /** The members that a report of a single record has too. */
    static void writeError(JsonGenerator json, ErrorCode code, String detail) throws IOException {
        json.writeStringField("error_code", code.name());
        json.writeStringField("detail", detail);
        json.writeBooleanField("retriable", code.retriable());
    }
}
