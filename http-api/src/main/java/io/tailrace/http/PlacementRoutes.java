package io.tailrace.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tailrace.cluster.catalog.Placements;
import io.tailrace.cluster.catalog.Placements.GroupState;
import io.tailrace.cluster.catalog.Placements.NodeState;
import io.tailrace.cluster.catalog.Placements.State;
import io.tailrace.cluster.placement.PlacementGroup;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** {@code /v1/nodes}, {@code /v1/placement}, {@code /v1/cluster}: what nodes hold is shown and moved. A node is its name, or its id. */
final class PlacementRoutes implements Routes {
    private static final int MAX_VOTERS = 15;

    private final ServedNode node;

    PlacementRoutes(ServedNode node) {
        this.node = node;
    }

    @Override
    public @Nullable Resource at(List<String> path) {
        if (path.size() < 2 || !path.get(0).equals("v1")) {
            return null;
        }
        String what = path.get(1);
        if (path.equals(List.of("v1", "nodes"))) {
            return Resource.of("GET", Media.json(request -> show(PlacementJson::nodes)));
        }
        if (path.equals(List.of("v1", "placement"))) {
            return Resource.of("GET", Media.json(request -> show(PlacementJson::groups)));
        }
        if (path.equals(List.of("v1", "cluster", "rebalance"))) {
            return Resource.of("POST", Media.json(request -> told(request)
                    .thenCompose(body -> placements().rebalance())
                    .thenApply(state -> json(PlacementJson.moving(state)))));
        }
        if (path.size() == 4 && what.equals("nodes") && path.get(3).equals("drain")) {
            return Resource.of("POST", Media.json(request -> change(request, path.get(2), placements()::drain)));
        }
        if (path.size() == 4 && what.equals("nodes") && path.get(3).equals("undrain")) {
            return Resource.of("POST", Media.json(request -> change(request, path.get(2), placements()::undrain)));
        }
        if (path.size() == 4 && what.equals("placement") && path.get(3).equals("move")) {
            return Resource.of("POST", Media.json(request -> move(request, path.get(2))));
        }
        return null;
    }

    private Placements placements() {
        return node.tailrace().placements();
    }

    private CompletionStage<HttpResponse> show(Function<State, ByteString> shown) {
        return placements().state().thenApply(state -> json(shown.apply(state)));
    }

    /** Nothing has to be said. A page of a stranger's site can send a request without a body as well, but then it says where from. */
    private CompletionStage<byte[]> told(HttpRequest request) {
        if (request.entity().isKnownEmpty() && request.getHeader("Origin").isEmpty()) {
            return CompletableFuture.completedFuture(new byte[0]);
        }
        Media.requireJson(request);
        return Bodies.read(node, request).thenApply(body -> {
            ObjectReader.readBody(body, (field, value) -> false);
            return body;
        });
    }

    private CompletionStage<HttpResponse> change(
            HttpRequest request, String name, Function<UUID, CompletionStage<State>> change) {
        return told(request).thenCompose(body -> placements().state()).thenCompose(before -> {
            UUID id = find(before, name).id();
            return change.apply(id).thenApply(after -> json(PlacementJson.node(find(after, id.toString()))));
        });
    }

    private CompletionStage<HttpResponse> move(HttpRequest request, String text) {
        Media.requireJson(request);
        PlacementGroup group = PlacementGroup.parse(text)
                .orElseThrow(() -> new TailraceException(
                        ErrorCode.NOT_FOUND,
                        "There is no placement group '" + Json.shown(text, 30) + "': see /v1/placement."));
        return Bodies.read(node, request).thenCompose(body -> {
            List<String> names = voters(body);
            return placements().state().thenCompose(before -> placements()
                    .move(
                            group,
                            names.stream().map(name -> find(before, name).id()).toList())
                    .thenApply(after -> json(PlacementJson.group(find(after, group), after))));
        });
    }

    private static List<String> voters(byte[] body) {
        List<String> names = new ArrayList<>();
        ObjectReader.readBody(body, (field, value) -> {
            if (!field.equals("voters")) {
                return false;
            }
            read(value, names);
            return true;
        });
        if (names.isEmpty()) {
            throw Json.malformed("The field 'voters' is missing, or empty: give the names of the nodes.");
        }
        return names;
    }

    private static void read(JsonParser value, List<String> names) throws IOException {
        ObjectReader.require(value, JsonToken.START_ARRAY, "voters", "an array");
        while (value.nextToken() != JsonToken.END_ARRAY) {
            names.add(ObjectReader.text(value, "a voter"));
            if (names.size() > MAX_VOTERS) {
                throw Json.malformed("There are more than " + MAX_VOTERS + " voters: give as many as the group has.");
            }
        }
    }

    private static NodeState find(State state, String name) {
        return state.nodes().stream()
                .filter(known ->
                        known.name().equals(name) || known.id().toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new TailraceException(
                        ErrorCode.NOT_FOUND, "There is no node '" + Json.shown(name, 60) + "': see /v1/nodes."));
    }

    private static GroupState find(State state, PlacementGroup group) {
        return state.groups().stream()
                .filter(known -> known.group().equals(group))
                .findFirst()
                .orElseThrow(() -> new TailraceException(
                        ErrorCode.NOT_FOUND, "There is no placement group " + group + ": see /v1/placement."));
    }

    private static HttpResponse json(ByteString body) {
        return HttpResponse.create().withEntity(HttpEntities.create(Media.JSON, body));
    }
}
