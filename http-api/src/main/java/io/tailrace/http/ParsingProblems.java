package io.tailrace.http;

import io.tailrace.engine.error.ErrorCode;
import java.util.Set;
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

    private static final Set<Integer> TOO_LARGE = Set.of(413, 414, 431);

    private ParsingProblems() {}

    @Override
    public HttpResponse handle(StatusCode status, ErrorInfo error, LoggingAdapter log, ServerSettings settings) {
        int code = status.intValue();
        // What a client asks for wrongly is the client's error, an unknown method or version of HTTP too.
        int shown = code < 500 ? code : 400;
        String detail = "The request cannot be read: " + Json.shown(error.summary(), 200);
        return new Problem(
                        shown,
                        TOO_LARGE.contains(code) ? ErrorCode.REQUEST_TOO_LARGE : ErrorCode.MALFORMED_REQUEST,
                        detail,
                        json -> {})
                .response();
    }
}
