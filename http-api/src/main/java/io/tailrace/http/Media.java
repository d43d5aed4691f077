package io.tailrace.http;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.MediaRange;
import org.apache.pekko.http.javadsl.model.MediaType;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.Accept;

/** The media types that are spoken. */
final class Media {
    static final ContentType JSON = ContentTypes.APPLICATION_JSON;
    static final ContentType PROBLEM = application("problem+json");
    static final ContentType NDJSON = application("x-ndjson");
    static final ContentType BYTES = ContentTypes.APPLICATION_OCTET_STREAM;

    private Media() {}

    private static ContentType application(String subType) {
        MediaType.WithFixedCharset type = MediaTypes.applicationWithFixedCharset(subType, HttpCharsets.UTF_8);
        return ContentTypes.create(type);
    }

    static boolean is(HttpRequest request, ContentType type) {
        MediaType given = request.entity().getContentType().mediaType();
        return given.mainType().equals(type.mediaType().mainType())
                && given.subType().equals(type.mediaType().subType());
    }

    /** Refuses a request whose body is not JSON. */
    static void requireJson(HttpRequest request) {
        if (!is(request, JSON)) {
            throw unsupported(request, "application/json");
        }
        requirePlain(request);
    }

    /** Refuses a body that is compressed. */
    static void requirePlain(HttpRequest request) {
        request.getHeader("Content-Encoding").ifPresent(encoding -> {
            if (!encoding.value().equalsIgnoreCase("identity")) {
                throw new TailraceException(
                        ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                        "Compressed requests are not understood: send it without Content-Encoding.");
            }
        });
    }

    /** A handler that answers JSON, and takes no parameters. */
    static Resource.Handler json(Resource.Handler handler) {
        return request -> {
            requireAccepted(request, JSON);
            Parameters.of(request);
            return handler.handle(request);
        };
    }

    /** Refuses a request whose sender does not take that type. */
    static void requireAccepted(HttpRequest request, ContentType type) {
        Optional<Accept> accept = request.getHeader(Accept.class);
        if (accept.isPresent() && !accepts(accept.get(), type.mediaType())) {
            throw new TailraceException(
                    ErrorCode.NOT_ACCEPTABLE,
                    "The answer is " + type.mediaType() + ", which the Accept header does not take: add it there.");
        }
    }

    private static boolean accepts(Accept accept, MediaType type) {
        for (MediaRange range : accept.getMediaRanges()) {
            if (range.matches(type) && range.qValue() > 0) {
                return true;
            }
        }
        return false;
    }

    static TailraceException unsupported(HttpRequest request, String wanted) {
        return new TailraceException(
                ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                "The body is " + request.entity().getContentType().mediaType() + ": send " + wanted
                        + " and say so in Content-Type.");
    }
}
