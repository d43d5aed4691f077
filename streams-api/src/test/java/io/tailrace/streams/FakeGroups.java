package io.tailrace.streams;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.group.CommittedOffset;
import io.tailrace.cluster.group.GroupDescription;
import io.tailrace.cluster.group.GroupJoin;
import io.tailrace.cluster.group.GroupListener;
import io.tailrace.cluster.group.GroupMembership;
import io.tailrace.cluster.group.GroupState;
import io.tailrace.cluster.group.GroupSummary;
import io.tailrace.cluster.group.Groups;
import io.tailrace.cluster.group.TopicPartitionId;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.apache.pekko.Done;

/**
 * A coordinator in memory: {@link FakeGroup} decides, and members hear of it one after the other on a thread of its own. Commits can be held
 * back or refused.
 */
final class FakeGroups implements Groups {
    private final Executor thread = Executors.newSingleThreadExecutor(task -> {
        Thread daemon = new Thread(task, "fake-coordinator");
        daemon.setDaemon(true);
        return daemon;
    });
    private final Supplier<Collection<Topic>> topics;
    private final Map<String, FakeGroup> groups = new HashMap<>();
    private final List<Member> members = new ArrayList<>();
    private final ArrayDeque<Runnable> held = new ArrayDeque<>();
    private final List<List<GroupMembership.Commit>> commits = new ArrayList<>();
    private boolean holding;
    private int unavailable;
    private int unavailableDescriptions;
    private int joined;

    FakeGroups(Supplier<Collection<Topic>> topics) {
        this.topics = topics;
    }

    synchronized FakeGroup group(String name) {
        return groups.computeIfAbsent(name, key -> new FakeGroup());
    }

    synchronized void topicsChanged() {
        groups.values().forEach(group -> group.reconcile(topics.get()));
    }

    /** What the group goes on with, -1 if it has committed nothing. */
    synchronized long committed(String group, PartitionId partition) {
        return group(group).committed(partition);
    }

    synchronized String metadata(String group, PartitionId partition) {
        return group(group).metadata(partition);
    }

    synchronized void begin(String group, PartitionId partition, long offset) {
        group(group).store(new GroupMembership.Commit(partition, 0, offset, -1, ""));
    }

    /** The partitions of a member by its client id. */
    synchronized Set<Integer> ownedBy(String client) {
        return members.stream()
                .filter(member -> member.join.clientId().equals(client))
                .findFirst()
                .map(member -> group(member.join.group()).ownedBy(member))
                .orElse(Set.of());
    }

    /** Those that members are to give back and have not yet. */
    synchronized int revoking(String group) {
        return group(group).revoking();
    }

    synchronized int members() {
        return members.size();
    }

    /** How many have joined, those included that have left. */
    synchronized int joined() {
        return joined;
    }

    synchronized List<List<GroupMembership.Commit>> commits() {
        return List.copyOf(commits);
    }

    synchronized void holdCommits() {
        holding = true;
    }

    synchronized void releaseCommits() {
        holding = false;
        held.forEach(thread::execute);
        held.clear();
    }

    /** So many questions for a group are answered by nobody. */
    synchronized void unavailableDescriptions(int count) {
        unavailableDescriptions = count;
    }

    /** So many commits are answered by nobody. */
    synchronized void unavailableCommits(int count) {
        unavailable = count;
    }

    /** As when its max drain is over. */
    synchronized void takeAway(String group, PartitionId partition) {
        group(group).takeAway(partition);
        group(group).reconcile(topics.get());
    }

    /** As {@link #takeAway}, and the member does not hear of it. */
    synchronized void takeAwayUnheard(String group, PartitionId partition) {
        group(group).forget(partition);
    }

    synchronized void fence(String client) {
        Member fenced = members.stream()
                .filter(member -> member.join.clientId().equals(client))
                .findFirst()
                .orElseThrow();
        fenced.tell(listener -> listener.ended(new TailraceException(ErrorCode.MEMBER_FENCED, "Fault of the test.")));
        remove(fenced);
    }

    private synchronized void remove(Member member) {
        if (members.remove(member)) {
            group(member.join.group()).leave(member, topics.get());
        }
    }

    @Override
    public synchronized GroupMembership join(GroupJoin join, GroupListener listener) {
        Member member = new Member(join, listener, "member-" + joined++);
        members.add(member);
        group(join.group()).join(member, topics.get());
        return member;
    }

    /** A member, and what it says. */
    final class Member implements GroupMembership {
        final GroupJoin join;
        private final GroupListener listener;
        private final String id;
        private volatile boolean left;

        Member(GroupJoin join, GroupListener listener, String id) {
            this.join = join;
            this.listener = listener;
            this.id = id;
        }

        void tell(java.util.function.Consumer<GroupListener> what) {
            thread.execute(() -> {
                if (!left) {
                    what.accept(listener);
                }
            });
        }

        @Override
        public String memberId() {
            return id;
        }

        @Override
        public CompletionStage<Done> commit(List<Commit> wanted) {
            CompletableFuture<Done> answer = new CompletableFuture<>();
            Runnable step = () -> store(wanted, answer);
            synchronized (FakeGroups.this) {
                if (holding) {
                    held.add(step);
                } else {
                    thread.execute(step);
                }
            }
            return answer;
        }

        private void store(List<Commit> wanted, CompletableFuture<Done> answer) {
            ErrorCode failure;
            synchronized (FakeGroups.this) {
                if (unavailable > 0) {
                    unavailable--;
                    failure = ErrorCode.COORDINATOR_UNAVAILABLE;
                } else if (!members.contains(this)) {
                    failure = left ? ErrorCode.CLOSED : ErrorCode.MEMBER_FENCED;
                } else {
                    commits.add(wanted);
                    failure = group(join.group()).commit(this, wanted) ? null : ErrorCode.STALE_COMMIT;
                }
            }
            if (failure == null) {
                answer.complete(Done.getInstance());
            } else {
                answer.completeExceptionally(new TailraceException(failure, "Fault of the test."));
            }
        }

        @Override
        public void released(Set<PartitionId> partitions) {
            synchronized (FakeGroups.this) {
                group(join.group()).released(this, partitions, topics.get());
            }
        }

        @Override
        public CompletionStage<Done> leave() {
            left = true;
            CompletableFuture<Done> answer = new CompletableFuture<>();
            thread.execute(() -> {
                remove(this);
                answer.complete(Done.getInstance());
            });
            return answer;
        }
    }

    private GroupDescription described(String name, FakeGroup group) {
        Map<TopicPartitionId, CommittedOffset> offsets = new HashMap<>();
        for (Topic topic : topics.get()) {
            for (int number = 0; number < topic.partitions(); number++) {
                long offset = group.committed(topic.partition(number));
                if (offset >= 0) {
                    offsets.put(
                            new TopicPartitionId(topic.name(), topic.partition(number)),
                            new CommittedOffset(offset, -1, "", 1));
                }
            }
        }
        return new GroupDescription(name, GroupState.EMPTY, 1, null, List.of(), offsets);
    }

    @Override
    public CompletionStage<List<GroupSummary>> list() {
        return unsupported("list");
    }

    @Override
    public CompletionStage<GroupDescription> describe(String group) {
        synchronized (this) {
            if (unavailableDescriptions > 0) {
                unavailableDescriptions--;
                return CompletableFuture.failedStage(
                        new TailraceException(ErrorCode.COORDINATOR_UNAVAILABLE, "Fault of the test."));
            }
            FakeGroup known = groups.get(group);
            return known == null
                    ? CompletableFuture.failedStage(
                            new TailraceException(ErrorCode.UNKNOWN_GROUP, "There is no group '" + group + "'."))
                    : CompletableFuture.completedStage(described(group, known));
        }
    }

    @Override
    public CompletionStage<GroupDescription> resetOffsets(String group, Map<PartitionId, Long> offsets) {
        synchronized (this) {
            if (unavailable > 0) {
                unavailable--;
                return CompletableFuture.failedStage(
                        new TailraceException(ErrorCode.OUTCOME_UNKNOWN, "Fault of the test."));
            }
            if (members.stream().anyMatch(member -> member.join.group().equals(group))) {
                return CompletableFuture.failedStage(
                        new TailraceException(ErrorCode.GROUP_ACTIVE, "Group '" + group + "' has members."));
            }
            FakeGroup known = group(group);
            offsets.forEach(known::reset);
            return CompletableFuture.completedStage(described(group, known));
        }
    }

    @Override
    public CompletionStage<Done> delete(String group) {
        return unsupported("delete");
    }

    @Override
    public CompletionStage<Done> deleteOffsets(String group, List<PartitionId> partitions) {
        return unsupported("deleteOffsets");
    }

    @Override
    public CompletionStage<Done> removeMember(String group, String memberId) {
        return unsupported("removeMember");
    }

    private static <T> CompletionStage<T> unsupported(String what) {
        return CompletableFuture.failedStage(new UnsupportedOperationException(what));
    }
}
