package io.tailrace.streams;

import io.tailrace.cluster.group.GroupMembership.Commit;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.streams.ConsumerMessage.GroupTopicPartition;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time from when a group deals a partition to this consumer until it goes. It is read in one {@link OwnedPartition}, or in several one after
 * the other, if the consumer seeks. Safe for use by many threads.
 */
final class PartitionTerm implements KeyedOrigin {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionTerm.class);

    private final GroupSession session;
    private final GroupTopicPartition key;
    private final PartitionId id;
    private final int generation;
    private final AtomicInteger holds = new AtomicInteger();
    private volatile boolean lost;
    private volatile Runnable onHold = () -> {};

    PartitionTerm(GroupSession session, GroupTopicPartition key, PartitionId id, int generation) {
        this.session = session;
        this.key = key;
        this.id = id;
        this.generation = generation;
    }

    GroupSession session() {
        return session;
    }

    GroupTopicPartition key() {
        return key;
    }

    PartitionId id() {
        return id;
    }

    Commit commit(EmittedOffset emitted) {
        return new Commit(id, generation, emitted.position(), emitted.leaderEpoch(), emitted.metadata());
    }

    /** Somebody else has it, or may have. */
    void lose() {
        lost = true;
    }

    @Override
    public boolean isLost() {
        return lost;
    }

    /** A commit of it was refused: somebody else has it, though that has not been heard yet. */
    void refused() {
        if (!lost) {
            lost = true;
            LOG.warn(
                    "{} was taken away from this consumer of group {} before all of its records were committed: they are read again by"
                            + " whoever has it now. If records take long, raise tailrace.consumer.max-drain.",
                    key.topicPartition(),
                    key.groupId());
        }
        session.changed();
    }

    /** Calls that, on any thread, when {@link #isHeld} has changed. */
    void onHold(Runnable changed) {
        onHold = changed;
    }

    @Override
    public void hold() {
        if (holds.getAndIncrement() == 0) {
            onHold.run();
        }
    }

    @Override
    public void release() {
        if (holds.decrementAndGet() == 0) {
            onHold.run();
        }
    }

    /** Whether somebody downstream has so much of it that nothing more is to be emitted for now. */
    boolean isHeld() {
        return holds.get() > 0;
    }

    @Override
    public String toString() {
        return key.topicPartition() + " of group " + key.groupId() + ", generation " + generation;
    }
}
