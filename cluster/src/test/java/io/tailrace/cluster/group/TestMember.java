package io.tailrace.cluster.group;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;

/** A member that remembers what it heard, and gives back what it is told to, after a last commit, when it may. */
public final class TestMember implements GroupListener {
    private final Map<PartitionId, Assigned> has = Collections.synchronizedMap(new HashMap<>());
    private final List<String> heard = Collections.synchronizedList(new ArrayList<>());
    private final Set<PartitionId> revoked =
            Collections.synchronizedSet(new TreeSet<>(Comparator.comparing(PartitionId::text)));
    private final boolean givesBack;
    private volatile @Nullable GroupMembership membership;
    private volatile @Nullable TailraceException why;

    private TestMember(boolean givesBack) {
        this.givesBack = givesBack;
    }

    /** Gives back at once. */
    public static TestMember join(Groups groups, GroupJoin join) {
        return join(groups, join, true);
    }

    /** Gives back at once, or when it is told to. */
    public static TestMember join(Groups groups, GroupJoin join, boolean givesBack) {
        TestMember member = new TestMember(givesBack);
        member.membership = groups.join(join, member);
        return member;
    }

    /** Its membership. */
    public GroupMembership membership() {
        GroupMembership now = membership;
        if (now == null) {
            throw new IllegalStateException("not yet");
        }
        return now;
    }

    @Override
    public void assigned(List<Assigned> partitions) {
        partitions.forEach(each -> {
            heard.add("assigned " + each.partition().id().partition());
            has.put(each.partition().id(), each);
        });
    }

    @Override
    public void revoke(Set<TopicPartitionId> partitions) {
        partitions.forEach(each -> heard.add("revoke " + each.id().partition()));
        partitions.forEach(each -> revoked.add(each.id()));
        GroupMembership now = membership;
        if (givesBack && now != null) {
            giveBack();
        }
    }

    /** What it was told to give back is given back. */
    public void giveBack() {
        Set<PartitionId> back = Set.copyOf(revoked);
        revoked.removeAll(back);
        has.keySet().removeAll(back);
        membership().released(back);
    }

    @Override
    public void lost(Set<TopicPartitionId> partitions) {
        partitions.forEach(each -> heard.add("lost " + each.id().partition()));
        partitions.forEach(each -> has.remove(each.id()));
    }

    @Override
    public void ended(TailraceException reason) {
        heard.add("ended " + reason.code());
        has.clear();
        why = reason;
    }

    /** What it has. */
    public Map<PartitionId, Assigned> has() {
        synchronized (has) {
            return Map.copyOf(has);
        }
    }

    /** What it was told to give back, and has not. */
    public Set<PartitionId> toGiveBack() {
        synchronized (revoked) {
            return Set.copyOf(revoked);
        }
    }

    /** What it heard, in order. */
    public List<String> heard() {
        synchronized (heard) {
            return List.copyOf(heard);
        }
    }

    /** Why it is over, {@code null} if it is not. */
    public @Nullable TailraceException why() {
        return why;
    }

    /** Commits one offset of a partition that it has. */
    public CompletionStage<Done> commit(PartitionId partition, long offset) {
        Assigned assigned = has().get(partition);
        if (assigned == null) {
            throw new IllegalStateException("It does not have " + partition);
        }
        return membership()
                .commit(List.of(new GroupMembership.Commit(partition, assigned.generation(), offset, -1, "")));
    }

    /** Where to go on with a partition, -1 if nothing is committed. */
    public long committed(PartitionId partition) {
        Assigned assigned = has().get(partition);
        CommittedOffset committed = assigned == null ? null : assigned.committed();
        return committed == null ? -1 : committed.offset();
    }
}
