package io.tailrace.http;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** What there is at a path: who answers which method. */
record Resource(NavigableMap<String, Handler> methods) {
    /** Answers a request; may throw what the stage may fail with. */
    interface Handler {
        CompletionStage<HttpResponse> handle(HttpRequest request);
    }

    static Resource of(String method, Handler handler) {
        return new Resource(new TreeMap<>(Map.of(method, handler)));
    }

    Resource and(String method, Handler handler) {
        NavigableMap<String, Handler> more = new TreeMap<>(methods);
        more.put(method, handler);
        return new Resource(more);
    }

    /** As the header {@code Allow} lists them. */
    String allowed() {
        String names = String.join(", ", methods.keySet());
        return methods.containsKey("GET") ? names + ", HEAD, OPTIONS" : names + ", OPTIONS";
    }
}
