package io.tailrace.http;

import com.fasterxml.jackson.core.JsonToken;
import io.tailrace.cluster.backup.BackupManifest;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.jspecify.annotations.Nullable;

/** {@code /v1/backups}: the node that is asked copies what it has into a directory of its machine. */
final class BackupRoutes implements Routes {
    private final ServedNode node;

    BackupRoutes(ServedNode node) {
        this.node = node;
    }

    @Override
    public @Nullable Resource at(List<String> path) {
        return path.equals(List.of("v1", "backups")) ? Resource.of("POST", Media.json(this::create)) : null;
    }

    private CompletionStage<HttpResponse> create(HttpRequest request) {
        Media.requireJson(request);
        return Bodies.read(node, request).thenCompose(body -> {
            Path directory = directory(body);
            return node.tailrace().backup(directory).thenApply(made -> json(directory, made));
        });
    }

    private static Path directory(byte[] body) {
        String[] named = {""};
        ObjectReader.readBody(body, (field, value) -> {
            if (!field.equals("directory")) {
                return false;
            }
            ObjectReader.require(value, JsonToken.VALUE_STRING, "directory", "a text");
            named[0] = value.getText();
            return true;
        });
        try {
            Path directory = Path.of(named[0]);
            if (directory.isAbsolute()) {
                return directory;
            }
        } catch (InvalidPathException e) {
            // Said below.
        }
        throw new TailraceException(
                ErrorCode.INVALID_ARGUMENT,
                "'directory' is '" + Json.shown(named[0], 200)
                        + "': name a new one on the node's machine by its whole path.");
    }

    private HttpResponse json(Path directory, BackupManifest made) {
        return HttpResponse.create().withEntity(HttpEntities.create(Media.JSON, Json.object(json -> {
            json.writeStringField("node", node.tailrace().nodeName());
            json.writeStringField("directory", directory.toString());
            json.writeStringField("createdAt", made.createdAt().toString());
            json.writeStringField("clusterId", made.membership().clusterId().toString());
            json.writeNumberField("partitions", made.partitions().size());
            json.writeNumberField("bytes", made.bytes(false));
            json.writeNumberField("linkedBytes", made.bytes(true));
        })));
    }
}
