package io.tailrace.http;

import io.tailrace.streams.runtime.StreamApplications;
import io.tailrace.streams.runtime.TopologyFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** {@code /v1/streams}: stream applications are listed, described, shown, and reset. */
final class StreamRoutes implements Routes {
    private static final ContentType TEXT = ContentTypes.TEXT_PLAIN_UTF8;

    private final ServedNode node;

    StreamRoutes(ServedNode node) {
        this.node = node;
    }

    @Override
    public @Nullable Resource at(List<String> path) {
        if (path.size() < 2 || !path.get(0).equals("v1") || !path.get(1).equals("streams")) {
            return null;
        }
        if (path.size() == 2) {
            return Resource.of("GET", Media.json(request -> list()));
        }
        String application = path.get(2);
        if (path.size() == 3) {
            return Resource.of("GET", Media.json(request -> describe(application)));
        }
        if (path.size() == 4 && path.get(3).equals("topology")) {
            return Resource.of("GET", request -> topology(application, request));
        }
        if (path.size() == 4 && path.get(3).equals("reset")) {
            return Resource.of("POST", Media.json(request -> reset(application, request)));
        }
        return null;
    }

    private StreamApplications applications() {
        return StreamApplications.of(node.tailrace());
    }

    private CompletionStage<HttpResponse> list() {
        return applications().list().thenApply(all -> json(StreamJson.list(all)));
    }

    private CompletionStage<HttpResponse> describe(String application) {
        return applications().describe(application).thenApply(found -> json(StreamJson.single(application, found)));
    }

    private CompletionStage<HttpResponse> topology(String application, HttpRequest request) {
        Media.requireAccepted(request, TEXT);
        TopologyFormat format = format(Parameters.of(request, "format").single("format"));
        return applications().topology(application, format).thenApply(text -> HttpResponse.create()
                .withEntity(HttpEntities.create(TEXT, ByteString.fromString(text))));
    }

    private static TopologyFormat format(@Nullable String said) {
        if (said == null) {
            return TopologyFormat.TEXT;
        }
        for (TopologyFormat format : TopologyFormat.values()) {
            if (format.name().toLowerCase(Locale.ROOT).equals(said)) {
                return format;
            }
        }
        throw Json.malformed("format is '" + Json.shown(said, 30) + "': give text, mermaid or dot.");
    }

    private CompletionStage<HttpResponse> reset(String application, HttpRequest request) {
        Media.requireJson(request);
        return Bodies.read(node, request).thenCompose(body -> {
            boolean execute = execute(body);
            CompletionStage<List<String>> topics =
                    execute ? applications().reset(application) : applications().internalTopics(application);
            return topics.thenApply(names -> json(StreamJson.reset(application, execute, names)));
        });
    }

    private static boolean execute(byte[] body) {
        boolean[] execute = new boolean[1];
        ObjectReader.readBody(body, (field, value) -> {
            if (!field.equals("execute")) {
                return false;
            }
            execute[0] = ObjectReader.flag(value, field);
            return true;
        });
        return execute[0];
    }

    private static HttpResponse json(ByteString body) {
        return HttpResponse.create().withEntity(HttpEntities.create(Media.JSON, body));
    }
}
