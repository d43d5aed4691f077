package io.tailrace.streams;

import io.tailrace.cluster.group.GroupMembership.Commit;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.streams.ConsumerMessage.GroupTopicPartition;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A partition that a group has dealt to this consumer, as its source and its committers know it together: how far it is committed, and how
 * far it has to be before it can be given back. Everything that was emitted of it points here. Safe for use by many threads.
 */
final class OwnedPartition {
    private static final Logger LOG = LoggerFactory.getLogger(OwnedPartition.class);
    private static final long NEVER = Long.MAX_VALUE;

    private final GroupSession session;
    private final GroupTopicPartition key;
    private final PartitionId id;
    private final int generation;
    private volatile long committed;
    private volatile long drainTo = NEVER;
    private volatile boolean lost;

    OwnedPartition(GroupSession session, GroupTopicPartition key, PartitionId id, int generation) {
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

    /** Nothing was committed before: the group begins there, whoever reads the partition. */
    void beginAt(long offset) {
        if (session.commits()) {
            session.commit(List.of(new EmittedOffset(this, offset - 1, -1, "")));
        }
    }

    /** Everything below that offset is committed. */
    void committed(long position) {
        synchronized (this) {
            committed = Math.max(committed, position);
        }
        if (position >= drainTo) {
            session.changed();
        }
    }

    /** Nothing is emitted any more, and when everything below that offset is committed, if ever anything is, it can be given back. */
    void drainTo(long position) {
        drainTo = session.commits() ? position : 0;
    }

    /** The offset below which everything has to be committed at once; {@link Long#MAX_VALUE} while more is emitted. */
    long drainTo() {
        return drainTo;
    }

    /** Somebody else has it, or may have. */
    void lose() {
        lost = true;
    }

    boolean isLost() {
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

    /** Whether nothing that was emitted of it is still to be committed. */
    boolean isDrained() {
        return lost || committed >= drainTo;
    }

    @Override
    public String toString() {
        return key.topicPartition() + " of group " + key.groupId() + ", generation " + generation;
    }
}
