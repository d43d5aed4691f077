package io.tailrace.streams;

import io.tailrace.engine.partition.PartitionId;
import io.tailrace.streams.ConsumerMessage.GroupTopicPartition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One reading of a partition that a group has dealt to this consumer, from where it began or from where the consumer sought to, as its source
 * and its committers know it together: how far it is committed, and how far it has to be before it can be given back. Everything that was
 * emitted of it points here. Safe for use by many threads.
 */
final class OwnedPartition {
    private static final long NEVER = Long.MAX_VALUE;

    private final PartitionTerm term;
    /** What was emitted before a seek, while it is not committed yet. */
    private volatile @Nullable OwnedPartition before;

    private volatile long committed;
    private volatile long drainTo = NEVER;
    /** Records were passed over: when all below the first is committed, the second is to be. */
    private long passedFrom;

    private long passedTo;
    private boolean passing;

    /** The first of a term. */
    OwnedPartition(PartitionTerm term) {
        this(term, null);
    }

    private OwnedPartition(PartitionTerm term, @Nullable OwnedPartition before) {
        this.term = term;
        this.before = before;
    }

    /** The partition is read on from elsewhere, this reading being at its end: it is drained when both are. */
    OwnedPartition sought() {
        return new OwnedPartition(term, this);
    }

    PartitionTerm term() {
        return term;
    }

    GroupSession session() {
        return term.session();
    }

    GroupTopicPartition key() {
        return term.key();
    }

    PartitionId id() {
        return term.id();
    }

    /** Nothing was committed before: the group begins there, whoever reads the partition. */
    void beginAt(long offset) {
        if (session().commits()) {
            session().commit(List.of(new EmittedOffset(this, offset - 1, -1, "")));
        }
    }

    /** Everything below that offset is committed. */
    void committed(long position) {
        synchronized (this) {
            committed = Math.max(committed, position);
        }
        if (position >= drainTo) {
            session().changed();
        }
        pass();
    }

    /** Whether everything below that offset is committed. */
    boolean isCommitted(long position) {
        return committed >= position;
    }

    /** No record is emitted of the offsets between these: when all below is committed, they are too, even if nothing follows. */
    void passOver(long from, long to) {
        synchronized (this) {
            passedFrom = passedTo == from ? passedFrom : from;
            passedTo = to;
        }
        pass();
    }

    /** One commit at a time, so a row of such records costs a few. */
    void pass() {
        long to;
        synchronized (this) {
            if (passing
                    || passedTo <= committed
                    || passedFrom > committed
                    || !isFirst()
                    || !session().commits()) {
                return;
            }
            passing = true;
            to = passedTo;
        }
        session().commit(List.of(new EmittedOffset(this, to - 1, -1, ""))).whenComplete((done, failure) -> {
            synchronized (this) {
                passing = false;
            }
            if (failure == null && !term.isLost()) {
                pass();
            }
        });
    }

    /** Nothing is emitted any more, and when everything below that offset is committed, if ever anything is, it can be given back. */
    void drainTo(long position) {
        drainTo = session().commits() ? position : 0;
    }

    /** The offset below which everything has to be committed at once; {@link Long#MAX_VALUE} while more is emitted. */
    long drainTo() {
        return drainTo;
    }

    /** Whether nothing that was emitted of it is still to be committed. */
    boolean isDrained() {
        return term.isLost() || (committed >= drainTo && isFirst());
    }

    /** Whether nothing of what was emitted before a seek is still to be committed. */
    private boolean isFirst() {
        OwnedPartition earlier = before;
        if (earlier != null && earlier.isDrained()) {
            before = null;
            return true;
        }
        return earlier == null;
    }

    @Override
    public String toString() {
        return term.toString();
    }
}
