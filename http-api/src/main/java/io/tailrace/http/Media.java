package io.tailrace.http;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.MediaType;
import org.apache.pekko.http.javadsl.model.MediaTypes;

/** The media types that are spoken. */
final class Media {
    static final ContentType JSON = ContentTypes.APPLICATION_JSON;
    static final ContentType PROBLEM = application("problem+json");
    static final ContentType NDJSON = application("x-ndjson");

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

    static TailraceException unsupported(HttpRequest request, String wanted) {
        return new TailraceException(
                ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                "The body is " + request.entity().getContentType().mediaType() + ": send " + wanted
                        + " and say so in Content-Type.");
    }
}
