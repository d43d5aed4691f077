package io.tailrace.streams;

import io.tailrace.cluster.group.Assigned;
import io.tailrace.cluster.group.GroupListener;
import io.tailrace.cluster.group.TopicPartitionId;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.streams.ConsumerMessage.GroupTopicPartition;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The partitions that a consumer group deals to this consumer.
 *
 * <table>
 * <caption>What becomes of a partition</caption>
 * <tr><td>assigned</td><td>it is read, from where the group has committed</td></tr>
 * <tr><td>revoke</td><td>it is not read any more, and what has been fetched is thrown away; when all that was emitted is committed it is
 * released</td></tr>
 * <tr><td>lost</td><td>it is not read any more, and not committed either</td></tr>
 * </table>
 *
 * <p>Others are not disturbed by any of that. At the end the consumer leaves as soon as all that was emitted is committed, or can no longer be.
 * It does so too when it {@linkplain #giveUp gives up}, which is not the end of its stream.
 */
final class GroupAssignment implements Assignment, GroupListener {
    /** Who reads a partition. */
    @FunctionalInterface
    interface Readers {
        /** Begins to read it. */
        PartitionShare begin(OwnedPartition owned, PartitionStart start);
    }

    private record Held(OwnedPartition owned, PartitionShare share) {}

    private final StageHost host;
    private final ConsumerSettings<?, ?> settings;
    private final GroupPlan plan;
    private final Readers readers;
    private final String groupId;
    /** Those whose start the application is being asked for. */
    private final Map<PartitionId, Assigned> awaited = new LinkedHashMap<>();

    private final Map<PartitionId, Held> held = new LinkedHashMap<>();
    /** Those of which nothing is emitted any more, and something may be in flight. */
    private final Map<PartitionId, OwnedPartition> draining = new LinkedHashMap<>();
    /** Those that are to be given back. */
    private final Set<PartitionId> revoked = new HashSet<>();

    private @Nullable GroupSession session;
    private @Nullable Ending ending;
    private boolean leaving;
    private boolean givesUp;

    GroupAssignment(StageHost host, ConsumerSettings<?, ?> settings, GroupPlan plan, Readers readers) {
        this.host = host;
        this.settings = settings;
        this.plan = plan;
        this.readers = readers;
        this.groupId = settings.requireGroupId();
    }

    @Override
    public void start() {
        session = new GroupSession(
                plan.joining().join(settings, this), settings, plan.commits(), () -> host.enqueue(this::goOn));
    }

    private GroupSession session() {
        GroupSession known = session;
        if (known == null) {
            throw new IllegalStateException("The consumer has not joined group " + groupId + ".");
        }
        return known;
    }

    @Override
    public void assigned(List<Assigned> partitions) {
        host.enqueue(() -> await(partitions));
    }

    @Override
    public void revoke(Set<TopicPartitionId> partitions) {
        host.enqueue(() -> giveBack(partitions));
    }

    @Override
    public void lost(Set<TopicPartitionId> partitions) {
        host.enqueue(() -> {
            if (!leaving) {
                partitions.forEach(partition -> lose(partition.id()));
                plan.handler().onLost(names(partitions), handled(Set.of()));
                goOn();
            }
        });
    }

    @Override
    public void ended(TailraceException why) {
        host.enqueue(() -> over(why));
    }

    private void await(List<Assigned> partitions) {
        if (ending != null) {
            // They go to somebody else as soon as this consumer leaves.
            return;
        }
        partitions.forEach(assigned -> {
            lose(assigned.partition().id());
            awaited.put(assigned.partition().id(), assigned);
        });
        Set<TopicPartition> names =
                names(partitions.stream().map(Assigned::partition).toList());
        HandledConsumer consumer = handled(names);
        plan.handler().onAssign(names, consumer);
        GroupPlan.StartOffsets offsets = plan.startOffsets();
        if (offsets == null) {
            partitions.forEach(
                    assigned -> own(assigned, consumer.sought(TopicPartition.of(assigned.partition()), null)));
            return;
        }
        offsets.of(names)
                .whenComplete((starts, failure) -> host.enqueue(() -> {
                    if (failure != null) {
                        host.failed(Failures.cause(failure));
                    } else {
                        partitions.forEach(assigned -> {
                            TopicPartition name = TopicPartition.of(assigned.partition());
                            own(assigned, consumer.sought(name, starts.get(name)));
                        });
                    }
                }));
    }

    private HandledConsumer handled(Set<TopicPartition> coming) {
        return new HandledConsumer(coming, heldNames(), this::seek);
    }

    private Set<TopicPartition> heldNames() {
        return held.values().stream()
                .map(each -> each.owned().key().topicPartition())
                .collect(Collectors.toUnmodifiableSet());
    }

    private void own(Assigned assigned, @Nullable Long from) {
        PartitionId id = assigned.partition().id();
        if (ending != null || !awaited.remove(id, assigned)) {
            return;
        }
        TopicPartition partition = TopicPartition.of(assigned.partition());
        PartitionTerm term = new PartitionTerm(
                session(),
                new GroupTopicPartition(groupId, partition.topic(), partition.partition()),
                id,
                assigned.generation());
        term.onHold(() -> host.enqueue(() -> holdChanged(id, term)));
        OwnedPartition owned = new OwnedPartition(term);
        held.put(id, new Held(owned, readers.begin(owned, plan.start(partition, assigned.committed(), from))));
    }

    private void holdChanged(PartitionId id, PartitionTerm term) {
        Held now = held.get(id);
        if (now != null && now.owned().term() == term) {
            now.share().holdChanged();
        }
    }

    private @Nullable Held find(TopicPartition partition) {
        for (Held each : held.values()) {
            if (each.owned().key().topicPartition().equals(partition)) {
                return each;
            }
        }
        return null;
    }

    private Held get(TopicPartition partition) {
        return Objects.requireNonNull(find(partition), partition::toString);
    }

    @Override
    public boolean has(TopicPartition partition) {
        return find(partition) != null;
    }

    @Override
    public void pause(TopicPartition partition, boolean paused) {
        get(partition).share().pause(paused);
    }

    /** What was emitted before and what is emitted from now on is committed apart, so that the one does not pass for the other. */
    @Override
    public void seek(TopicPartition partition, long offset) {
        Held now = get(partition);
        OwnedPartition before = now.owned();
        OwnedPartition next = before.sought();
        held.put(before.id(), new Held(next, now.share()));
        now.share().seek(offset, next, emittedTo -> {
            before.drainTo(emittedTo);
            goOn();
        });
    }

    /** Somebody else reads that partition from now on; false if it is not here any more. */
    boolean replace(OwnedPartition owned, PartitionShare share) {
        Held before = held.get(owned.id());
        if (before == null || before.owned() != owned) {
            return false;
        }
        held.put(owned.id(), new Held(owned, share));
        return true;
    }

    private void giveBack(Set<TopicPartitionId> partitions) {
        if (leaving) {
            return;
        }
        Set<PartitionId> free = new HashSet<>();
        for (TopicPartitionId partition : partitions) {
            PartitionId id = partition.id();
            awaited.remove(id);
            drain(id);
            if (draining.containsKey(id)) {
                revoked.add(id);
            } else {
                free.add(id);
            }
        }
        if (!free.isEmpty()) {
            session().membership().released(free);
        }
        plan.handler().onRevoke(names(partitions), handled(Set.of()));
        goOn();
    }

    /** Nothing more is emitted of it; how much was is known soon. */
    private void drain(PartitionId id) {
        Held gone = held.remove(id);
        if (gone == null) {
            return;
        }
        draining.put(id, gone.owned());
        gone.share().end(emittedTo -> {
            gone.owned().drainTo(emittedTo);
            session().commitNow();
            goOn();
        });
    }

    private void lose(PartitionId id) {
        awaited.remove(id);
        drain(id);
        revoked.remove(id);
        OwnedPartition gone = draining.remove(id);
        if (gone != null) {
            gone.term().lose();
        }
    }

    /** Something was committed, or nobody is left who could: gives back what can be, and leaves when that is all. */
    private void goOn() {
        if (leaving) {
            return;
        }
        if (ending != null && mayLeave(ending)) {
            leave();
            return;
        }
        held.values().forEach(each -> each.owned().pass());
        Set<PartitionId> free = new HashSet<>();
        revoked.forEach(id -> {
            OwnedPartition owned = draining.get(id);
            if (owned == null || owned.isDrained()) {
                free.add(id);
            }
        });
        if (!free.isEmpty()) {
            revoked.removeAll(free);
            draining.keySet().removeAll(free);
            session().membership().released(free);
        }
    }

    private boolean mayLeave(Ending how) {
        boolean drained = held.isEmpty() && draining.values().stream().allMatch(OwnedPartition::isDrained);
        return switch (how) {
            case AT_ONCE -> true;
            case FAILED -> drained || session().isIdle();
            case DRAINING -> drained || (session().isIdle() && session().hasEverCommitted());
        };
    }

    @Override
    public void end(Ending how) {
        if (ending == null) {
            ending = how;
            plan.handler().onStop(heldNames(), handled(Set.of()));
            List.copyOf(held.keySet()).forEach(this::drain);
        } else if (how.compareTo(ending) > 0) {
            ending = how;
        }
        goOn();
    }

    /** Whether it has partitions of which something would be emitted if it were wanted. */
    boolean hasToEmit() {
        return held.values().stream().anyMatch(each -> !each.owned().term().isHeld());
    }

    /** Whether it has partitions. */
    boolean hasAny() {
        return !held.isEmpty();
    }

    /** How many times somebody has wanted to commit. */
    long commits() {
        return session().asked();
    }

    /** Which member of the group this is. */
    String memberId() {
        return session().membership().memberId();
    }

    /** Emits no more, and leaves when all that was emitted is committed: as if all partitions were revoked. */
    void giveUp() {
        if (ending == null) {
            givesUp = true;
            ending = Ending.DRAINING;
            plan.handler().onRevoke(heldNames(), handled(Set.of()));
            List.copyOf(held.keySet()).forEach(this::drain);
            goOn();
        }
    }

    /** Leaves if it has not yet: what is not committed by now is read by whoever gets it. */
    void giveUpAtOnce() {
        ending = Ending.AT_ONCE;
        goOn();
    }

    /** What is committed of these from now on is refused here already, since the stream goes on. */
    private void loseAll() {
        Set<TopicPartition> undone = draining.values().stream()
                .filter(owned -> !owned.isDrained())
                .map(owned -> owned.key().topicPartition())
                .collect(Collectors.toUnmodifiableSet());
        List.copyOf(draining.keySet()).forEach(this::lose);
        if (!undone.isEmpty()) {
            plan.handler().onLost(undone, handled(Set.of()));
        }
    }

    private void leave() {
        leaving = true;
        if (givesUp) {
            loseAll();
        }
        session().end();
        session().membership().leave().whenComplete((done, failure) -> host.enqueue(host::left));
    }

    private void over(TailraceException why) {
        if (leaving) {
            return;
        }
        leaving = true;
        session().end();
        Set<TopicPartition> gone = heldNames();
        List.copyOf(held.keySet()).forEach(this::lose);
        List.copyOf(draining.keySet()).forEach(this::lose);
        plan.handler().onLost(gone, handled(Set.of()));
        host.failed(why);
        host.left();
    }

    @Override
    public void stop() {
        GroupSession joined = session;
        if (joined != null && !leaving) {
            leaving = true;
            List.copyOf(held.keySet()).forEach(this::drain);
            joined.end();
            joined.membership().leave();
        }
    }

    private static Set<TopicPartition> names(Collection<TopicPartitionId> partitions) {
        return partitions.stream().map(TopicPartition::of).collect(Collectors.toUnmodifiableSet());
    }
}
