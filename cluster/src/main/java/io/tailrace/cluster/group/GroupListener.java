package io.tailrace.cluster.group;

import io.tailrace.engine.error.TailraceException;
import java.util.List;
import java.util.Set;

/** What a member hears of its group, one call at a time, on an actor's thread: do not block. */
public interface GroupListener {
    /** These partitions are the member's from now on, in addition to those that it has. */
    void assigned(List<Assigned> partitions);

    /**
     * The member is to give these partitions back: emit nothing of them any more, let what is in flight be done, commit it, then call
     * {@link GroupMembership#released}. What is not released within {@link GroupJoin#maxDrain} goes to somebody else all the same, and is
     * {@link #lost}.
     */
    void revoke(Set<TopicPartitionId> partitions);

    /** These partitions are somebody else's already, or may be: whatever is committed of them is refused. */
    void lost(Set<TopicPartitionId> partitions);

    /**
     * The membership is over, and all partitions are lost; nothing is heard after that.
     *
     * @param why MEMBER_FENCED: taken for dead, or replaced by a member of the same instance id; INVALID_ARGUMENT: could not join as it
     *     wanted to; CLOSED: the node has ended
     */
    void ended(TailraceException why);
}
