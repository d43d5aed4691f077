package io.tailrace.cluster.node;

import io.tailrace.cluster.group.GroupDescription;
import io.tailrace.cluster.group.GroupJoin;
import io.tailrace.cluster.group.GroupListener;
import io.tailrace.cluster.group.GroupMembership;
import io.tailrace.cluster.group.GroupSummary;
import io.tailrace.cluster.group.Groups;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Function;
import org.apache.pekko.Done;

/** The groups, asked of the node as it is at the moment. A membership lives as long as the actor system that it began on. */
final class LastingGroups implements Groups {
    private final Lives lives;

    LastingGroups(Lives lives) {
        this.lives = lives;
    }

    private <T> CompletionStage<T> question(Function<Groups, CompletionStage<T>> question) {
        return lives.ask(
                ErrorCode.COORDINATOR_UNAVAILABLE,
                ErrorCode.COORDINATOR_UNAVAILABLE,
                node -> question.apply(node.groups()));
    }

    private <T> CompletionStage<T> change(Function<Groups, CompletionStage<T>> change) {
        return lives.ask(
                ErrorCode.COORDINATOR_UNAVAILABLE, ErrorCode.OUTCOME_UNKNOWN, node -> change.apply(node.groups()));
    }

    @Override
    public GroupMembership join(GroupJoin join, GroupListener listener) {
        Life life = lives.present();
        if (life != null) {
            return life.node().groups().join(join, listener);
        }
        NoMembership none = new NoMembership(
                UUID.randomUUID().toString(),
                new TailraceException(
                        ErrorCode.CLOSED,
                        "The node has lost its cluster and joins it again, or was closed: join the group again."));
        // Not before the caller knows its membership.
        ForkJoinPool.commonPool().execute(() -> listener.ended(none.why()));
        return none;
    }

    /** One that was over before it began. */
    private record NoMembership(String memberId, TailraceException why) implements GroupMembership {
        @Override
        public CompletionStage<Done> commit(List<Commit> commits) {
            return CompletableFuture.failedStage(why);
        }

        @Override
        public void released(Set<PartitionId> partitions) {}

        @Override
        public CompletionStage<Done> leave() {
            return CompletableFuture.completedStage(Done.getInstance());
        }
    }

    @Override
    public CompletionStage<List<GroupSummary>> list() {
        return question(Groups::list);
    }

    @Override
    public CompletionStage<GroupDescription> describe(String group) {
        return question(groups -> groups.describe(group));
    }

    @Override
    public CompletionStage<GroupDescription> resetOffsets(String group, Map<PartitionId, Long> offsets) {
        return change(groups -> groups.resetOffsets(group, offsets));
    }

    @Override
    public CompletionStage<Done> delete(String group) {
        return change(groups -> groups.delete(group));
    }

    @Override
    public CompletionStage<Done> deleteOffsets(String group, List<PartitionId> partitions) {
        return change(groups -> groups.deleteOffsets(group, partitions));
    }

    @Override
    public CompletionStage<Done> removeMember(String group, String memberId) {
        return change(groups -> groups.removeMember(group, memberId));
    }
}
