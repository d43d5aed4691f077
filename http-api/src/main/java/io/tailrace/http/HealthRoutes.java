package io.tailrace.http;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.jspecify.annotations.Nullable;

/** {@code /alive} and {@code /ready}. */
final class HealthRoutes implements Routes {
    private final BooleanSupplier ready;

    HealthRoutes(BooleanSupplier ready) {
        this.ready = ready;
    }

    @Override
    public @Nullable Resource at(List<String> path) {
        if (path.equals(List.of("alive"))) {
            return Resource.of("GET", request -> status("alive"));
        }
        if (path.equals(List.of("ready"))) {
            return Resource.of("GET", request -> {
                if (!ready.getAsBoolean()) {
                    throw ServedNode.notReady();
                }
                return status("ready");
            });
        }
        return null;
    }

    private static CompletionStage<HttpResponse> status(String status) {
        return CompletableFuture.completedFuture(HttpResponse.create()
                .withEntity(
                        HttpEntities.create(Media.JSON, Json.object(json -> json.writeStringField("status", status)))));
    }
}
