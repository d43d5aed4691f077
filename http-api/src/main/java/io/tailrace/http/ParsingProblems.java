package io.tailrace.http;

import io.tailrace.engine.error.ErrorCode;
import org.apache.pekko.event.LoggingAdapter;
import org.apache.pekko.http.ParsingErrorHandler;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.scaladsl.model.ErrorInfo;
import org.apache.pekko.http.scaladsl.model.StatusCode;
import org.apache.pekko.http.scaladsl.settings.ServerSettings;

/** What cannot be read as a request at all: pekko-http finds that, and this says it. Named in reference.conf. */
public final class ParsingProblems extends ParsingErrorHandler {
    /** Pekko looks for a Scala object, which is a class with a field of this name. */
    @SuppressWarnings("checkstyle:ConstantName")
    public static final ParsingProblems MODULE$ = new ParsingProblems();

    private ParsingProblems() {}

    @Override
    public HttpResponse handle(StatusCode status, ErrorInfo error, LoggingAdapter log, ServerSettings settings) {
        ErrorCode code = status.intValue() == 413 ? ErrorCode.REQUEST_TOO_LARGE : ErrorCode.MALFORMED_REQUEST;
        String detail = "The request cannot be read: " + Json.shown(error.summary(), 200);
        return new Problem(status.intValue(), code, detail, java.util.Map.of()).response();
    }
}
