package io.tailrace.http;

import io.tailrace.cluster.group.GroupDescription;
import io.tailrace.cluster.group.GroupState;
import io.tailrace.cluster.group.Groups;
import io.tailrace.cluster.group.TopicPartitionId;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.http.GroupReset.Change;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** {@code /v1/groups}: consumer groups are listed, described, set back or forward, and deleted. */
final class GroupRoutes implements Routes {
    private final ServedNode node;
    private final PartitionQuestions questions;
    private final InstantSource clock = InstantSource.system();

    GroupRoutes(ServedNode node) {
        this.node = node;
        this.questions = new PartitionQuestions(node);
    }

    @Override
    public @Nullable Resource at(List<String> path) {
        if (path.size() < 2 || !path.get(0).equals("v1") || !path.get(1).equals("groups")) {
            return null;
        }
        if (path.size() == 2) {
            return Resource.of("GET", Media.json(request -> list()));
        }
        String group = path.get(2);
        if (path.size() == 3) {
            return Resource.of("GET", request -> describe(group, request))
                    .and("DELETE", Media.json(request -> none(groups().delete(group))));
        }
        if (path.size() == 4 && path.get(3).equals("reset-offsets")) {
            return Resource.of("POST", Media.json(request -> reset(group, request)));
        }
        if (path.size() == 4 && path.get(3).equals("offsets")) {
            return Resource.of("DELETE", request -> forget(group, request));
        }
        if (path.size() == 5 && path.get(3).equals("members")) {
            return Resource.of("DELETE", Media.json(request -> none(groups().removeMember(group, path.get(4)))));
        }
        return null;
    }

    private Groups groups() {
        return node.tailrace().groups();
    }

    private CompletionStage<HttpResponse> list() {
        return groups().list().thenApply(all -> json(GroupJson.list(all)));
    }

    private CompletionStage<HttpResponse> describe(String name, HttpRequest request) {
        Media.requireAccepted(request, Media.JSON);
        List<String> topics = Parameters.of(request, "topic").all("topic");
        return groups().describe(name).thenCompose(group -> new GroupStanding(questions)
                .of(group, topics)
                .thenApply(partitions -> json(GroupJson.single(group, partitions, clock.millis()))));
    }

    // --- offsets -----------------------------------------------------------------------------------------------------

    private CompletionStage<HttpResponse> reset(String name, HttpRequest request) {
        Media.requireJson(request);
        return Bodies.read(node, request).thenCompose(body -> {
            GroupReset reset = GroupReset.of(body, clock);
            return present(name, reset).thenCompose(group -> node.tailrace()
                    .topics()
                    .list()
                    .thenCompose(topics -> reset.changes(
                            group,
                            reset.selection().among(topics, group.offsets().keySet()),
                            questions))
                    .thenCompose(changes -> done(group, reset, changes)));
        });
    }

    /** A group that is not there comes to be by a reset, so it is as one without members and offsets. */
    private CompletionStage<GroupDescription> present(String name, GroupReset reset) {
        return groups().describe(name).exceptionally(failure -> {
            TailraceException why = Failures.named(failure);
            if (why.code() != ErrorCode.UNKNOWN_GROUP || reset.selection().isAll()) {
                throw why;
            }
            return new GroupDescription(name, GroupState.EMPTY, 0, null, List.of(), Map.of());
        });
    }

    private CompletionStage<HttpResponse> done(GroupDescription group, GroupReset reset, List<Change> changes) {
        int members = group.members().size();
        if (!reset.execute()) {
            return Bodies.done(json(GroupJson.reset(group.group(), members, false, changes)));
        }
        Map<PartitionId, Long> offsets = new HashMap<>();
        changes.forEach(change -> offsets.put(change.partition().id(), change.after()));
        return groups().resetOffsets(group.group(), offsets)
                .thenApply(after ->
                        json(GroupJson.reset(group.group(), after.members().size(), true, changes)));
    }

    private CompletionStage<HttpResponse> forget(String name, HttpRequest request) {
        Media.requireAccepted(request, Media.JSON);
        GroupSelection selection = GroupSelection.of(Parameters.of(request, "topic", "partition"));
        if (selection.isEmpty()) {
            throw Json.malformed("Which partitions is not said: give topic=NAME, or partition=NAME:NUMBER.");
        }
        return groups().describe(name).thenCompose(group -> {
            Collection<TopicPartitionId> committed =
                    selection.among(group.offsets().keySet());
            return groups().deleteOffsets(
                            name, committed.stream().map(TopicPartitionId::id).toList())
                    .thenApply(done -> json(GroupJson.forgotten(group, committed)));
        });
    }

    private static CompletionStage<HttpResponse> none(CompletionStage<?> done) {
        return done.thenApply(nothing -> HttpResponse.create().withStatus(StatusCodes.NO_CONTENT));
    }

    private static HttpResponse json(ByteString body) {
        return HttpResponse.create().withEntity(HttpEntities.create(Media.JSON, body));
    }
}
