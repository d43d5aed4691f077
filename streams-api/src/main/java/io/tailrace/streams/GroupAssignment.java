package io.tailrace.streams;

import io.tailrace.cluster.group.Assigned;
import io.tailrace.cluster.group.CommittedOffset;
import io.tailrace.cluster.group.GroupListener;
import io.tailrace.cluster.group.TopicPartitionId;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.streams.ConsumerMessage.GroupTopicPartition;
import io.tailrace.streams.PartitionStart.AtOffset;
import io.tailrace.streams.PartitionStart.ByReset;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
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
 */
final class GroupAssignment<K, V> implements Assignment, GroupListener {
    private final ReadingHost<K, V> host;
    private final ConsumerSettings<K, V> settings;
    private final AutoSubscription subscription;
    private final boolean committing;
    private final String groupId;
    private final Map<PartitionId, PartitionReading<K, V>> readings = new LinkedHashMap<>();
    /** Those that are to be given back when they are drained. */
    private final Map<PartitionId, OwnedPartition> draining = new LinkedHashMap<>();

    private @Nullable GroupSession session;
    private @Nullable Ending ending;
    private boolean leaving;

    /** Nothing is waited for before a partition is given back unless this consumer is {@code committing}. */
    GroupAssignment(
            ReadingHost<K, V> host,
            ConsumerSettings<K, V> settings,
            AutoSubscription subscription,
            boolean committing) {
        this.host = host;
        this.settings = settings;
        this.subscription = subscription;
        this.committing = committing;
        this.groupId = settings.requireGroupId();
    }

    @Override
    public void start() {
        session = new GroupSession(
                settings.tailrace().groups().join(settings.join(subscription), this),
                settings,
                () -> host.enqueue(this::goOn));
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
        host.enqueue(() -> partitions.forEach(this::own));
    }

    @Override
    public void revoke(Set<TopicPartitionId> partitions) {
        host.enqueue(() -> giveBack(partitions));
    }

    @Override
    public void lost(Set<TopicPartitionId> partitions) {
        host.enqueue(() -> {
            partitions.forEach(partition -> lose(partition.id()));
            goOn();
        });
    }

    @Override
    public void ended(TailraceException why) {
        host.enqueue(() -> over(why));
    }

    private void own(Assigned assigned) {
        if (ending != null) {
            // It goes to somebody else as soon as this consumer leaves.
            return;
        }
        PartitionId id = assigned.partition().id();
        lose(id);
        TopicPartition partition = new TopicPartition(assigned.partition().topic(), id.partition());
        OwnedPartition owned = committing
                ? new OwnedPartition(
                        session(),
                        new GroupTopicPartition(groupId, partition.topic(), partition.partition()),
                        id,
                        assigned.generation())
                : null;
        CommittedOffset committed = assigned.committed();
        PartitionStart start = committed == null ? new ByReset() : new AtOffset(committed.offset());
        PartitionReading<K, V> reading = PartitionReading.dealt(host, settings, partition, id, start, owned);
        readings.put(id, reading);
        host.begin(reading);
    }

    private void giveBack(Set<TopicPartitionId> partitions) {
        Set<PartitionId> free = new HashSet<>();
        for (TopicPartitionId partition : partitions) {
            PartitionReading<K, V> reading = readings.remove(partition.id());
            if (reading == null) {
                if (!draining.containsKey(partition.id())) {
                    free.add(partition.id());
                }
                continue;
            }
            host.end(reading);
            OwnedPartition owned = reading.owned();
            if (owned == null) {
                free.add(partition.id());
            } else {
                owned.drainTo(reading.emittedTo());
                draining.put(partition.id(), owned);
            }
        }
        if (leaving) {
            return;
        }
        if (!free.isEmpty()) {
            session().membership().released(free);
        }
        if (!draining.isEmpty()) {
            session().commitNow();
        }
        goOn();
    }

    private void lose(PartitionId id) {
        PartitionReading<K, V> reading = readings.remove(id);
        if (reading != null) {
            host.end(reading);
            forget(reading.owned());
        }
        forget(draining.remove(id));
    }

    private static void forget(@Nullable OwnedPartition owned) {
        if (owned != null) {
            owned.lose();
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
        Set<PartitionId> free = new HashSet<>();
        draining.forEach((id, owned) -> {
            if (owned.isDrained()) {
                free.add(id);
            }
        });
        if (!free.isEmpty()) {
            free.forEach(draining::remove);
            session().membership().released(free);
        }
    }

    private boolean mayLeave(Ending how) {
        return switch (how) {
            case AT_ONCE -> true;
            case FAILED -> isDrained() || session().isIdle();
            case DRAINING -> isDrained() || session().isIdle() && session().hasEverCommitted();
        };
    }

    private boolean isDrained() {
        return draining.values().stream().allMatch(OwnedPartition::isDrained)
                && readings.values().stream().allMatch(GroupAssignment::isDrained);
    }

    private static boolean isDrained(PartitionReading<?, ?> reading) {
        OwnedPartition owned = reading.owned();
        return owned == null || owned.isDrained();
    }

    @Override
    public void end(Ending how) {
        if (ending == null) {
            readings.values().forEach(reading -> {
                OwnedPartition owned = reading.owned();
                if (owned != null) {
                    owned.drainTo(reading.emittedTo());
                }
            });
            ending = how;
            session().commitNow();
        } else if (how.compareTo(ending) > 0) {
            ending = how;
        }
        goOn();
    }

    private void leave() {
        leaving = true;
        session().end();
        session().membership().leave().whenComplete((done, failure) -> host.enqueue(host::left));
    }

    private void over(TailraceException why) {
        if (leaving) {
            return;
        }
        leaving = true;
        session().end();
        everyOwned(OwnedPartition::lose);
        host.failed(why);
        host.left();
    }

    private void everyOwned(Consumer<OwnedPartition> action) {
        draining.values().forEach(action);
        readings.values().forEach(reading -> {
            OwnedPartition owned = reading.owned();
            if (owned != null) {
                action.accept(owned);
            }
        });
    }

    @Override
    public void stop() {
        GroupSession joined = session;
        if (joined != null && !leaving) {
            leaving = true;
            joined.end();
            joined.membership().leave();
        }
    }
}
