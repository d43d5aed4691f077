package io.tailrace.cluster.group;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.group.GroupEvent.GroupDeleted;
import io.tailrace.cluster.group.GroupEvent.MemberJoined;
import io.tailrace.cluster.group.GroupEvent.MemberLeft;
import io.tailrace.cluster.group.GroupEvent.MemberReplaced;
import io.tailrace.cluster.group.GroupEvent.OffsetsCommitted;
import io.tailrace.cluster.group.GroupEvent.OffsetsForgotten;
import io.tailrace.cluster.group.GroupEvent.OffsetsReset;
import io.tailrace.cluster.group.GroupEvent.PartitionsReleased;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the coordinator decides, given its state: what may be done to one group, and which events come of it. Pure. */
final class GroupRules {
    private final GroupLimits limits;

    GroupRules(GroupLimits limits) {
        this.limits = limits;
    }

    /** What comes of a wish. */
    record Decision(List<GroupEvent> events, Outcome outcome) {
        /** Takes a copy. */
        Decision {
            events = List.copyOf(events);
        }

        static Decision done(GroupEvent... events) {
            return new Decision(List.of(events), new Outcome.Done());
        }
    }

    /**
     * Decides.
     *
     * @param op anything but {@link GroupOp.TopicsChanged}
     * @param nowMillis since 1970, kept with offsets
     */
    Decision decide(GroupTable all, GroupOp op, Topology topology, long nowMillis) {
        try {
            if (op instanceof GroupOp.Join join) {
                return join(all, join, topology.assignors());
            }
            if (op instanceof GroupOp.Leave leave) {
                return leave(all.find(leave.group()), leave.memberId(), nowMillis);
            }
            if (op instanceof GroupOp.Release release) {
                return release(all.find(release.group()), release);
            }
            if (op instanceof GroupOp.Commit commit) {
                return commit(all, commit, nowMillis);
            }
            if (op instanceof GroupOp.Reset reset) {
                return reset(all, reset, topology, nowMillis);
            }
            if (op instanceof GroupOp.Delete delete) {
                idle(all, delete.group());
                return Decision.done(new GroupDeleted(delete.group()));
            }
            if (op instanceof GroupOp.DeleteOffsets delete) {
                return deleteOffsets(idle(all, delete.group()), delete);
            }
            GroupOp.RemoveMember remove = (GroupOp.RemoveMember) op;
            return remove(existing(all, remove.group()), remove.memberId(), nowMillis);
        } catch (TailraceException e) {
            return new Decision(List.of(), Outcome.Refused.of(e));
        }
    }

    /** The groups that nobody has used for as long as they are kept. */
    List<String> expired(GroupTable all, long nowMillis) {
        long before = nowMillis - limits.retention().toMillis();
        return all.byName().values().stream()
                .filter(group -> group.unusedSinceMillis() < before)
                .map(Group::name)
                .toList();
    }

    // --- members -----------------------------------------------------------------------------------------------------

    private Decision join(GroupTable all, GroupOp.Join join, Assignors known) {
        GroupMember member = join.member();
        Group present = all.find(join.group());
        Group group = present == null ? Group.empty(join.group()) : present;
        if (group.members().containsKey(member.memberId())) {
            return Decision.done();
        }
        JoinCheck.check(join.group(), member);
        Assignor assignor = group.assignor();
        if (assignor != null
                && !assignor.equals(join.assignor())
                && !group.members().isEmpty()) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Group '" + join.group() + "' deals its partitions out by " + assignor + ", and not by "
                            + join.assignor() + ": join as the other members do, or stop them first.");
        }
        if (!known.has(join.assignor())) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The assignor '" + join.assignor() + "' is not known, only " + known.names()
                            + ": list its class in tailrace.groups.assignors on every storage node.");
        }
        int generation = group.generation() + 1;
        String instanceId = member.instanceId();
        GroupMember replaced = instanceId == null ? null : group.instance(instanceId);
        if (replaced != null) {
            GroupMember successor = member.joinedAt(replaced.joined());
            return Decision.done(new MemberReplaced(join.group(), generation, replaced.memberId(), successor));
        }
        if (present == null && all.byName().size() >= limits.groups()) {
            throw exceeded(all.byName().size() + " groups", "tailrace.groups.max-groups");
        }
        if (group.members().size() >= limits.members()) {
            throw exceeded(
                    group.members().size() + " members in group '" + join.group() + "'", "tailrace.groups.max-members");
        }
        ensureRoom(all, member.weight());
        return Decision.done(new MemberJoined(join.group(), generation, member.joinedAt(generation), join.assignor()));
    }

    private static Decision leave(@Nullable Group group, String memberId, long nowMillis) {
        return group == null || !group.members().containsKey(memberId)
                ? Decision.done()
                : Decision.done(new MemberLeft(group.name(), group.generation() + 1, memberId, nowMillis));
    }

    private static Decision remove(Group group, String memberId, long nowMillis) {
        if (!group.members().containsKey(memberId)) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Group '" + group.name() + "' has no member '" + memberId + "': describe it to see who is there.");
        }
        return leave(group, memberId, nowMillis);
    }

    private static Decision release(@Nullable Group group, GroupOp.Release release) {
        if (group == null) {
            return Decision.done();
        }
        List<PartitionId> released = new ArrayList<>();
        release.partitions().forEach((partition, generation) -> {
            Owner owner = group.owners().get(partition);
            if (owner != null && owner.is(release.memberId(), generation)) {
                released.add(partition);
            }
        });
        return released.isEmpty()
                ? Decision.done()
                : Decision.done(new PartitionsReleased(group.name(), group.generation() + 1, released));
    }

    // --- offsets -----------------------------------------------------------------------------------------------------

    /** The partition's owner commits, in the generation in which it was dealt to it; what is lower than what is committed is done already. */
    private Decision commit(GroupTable all, GroupOp.Commit commit, long nowMillis) {
        Group group = all.find(commit.group());
        if (group == null || !group.members().containsKey(commit.memberId())) {
            throw fenced(commit.group());
        }
        List<PartitionId> stale = new ArrayList<>();
        Map<TopicPartitionId, CommittedOffset> changed = new HashMap<>();
        long more = 0;
        for (GroupMembership.Commit each : commit.commits()) {
            Owner owner = group.owners().get(each.partition());
            if (owner == null || !owner.is(commit.memberId(), each.generation())) {
                stale.add(each.partition());
                continue;
            }
            TopicPartitionId partition = new TopicPartitionId(owner.topic(), each.partition());
            CommittedOffset before = group.offsets().get(partition);
            CommittedOffset after = new CommittedOffset(each.offset(), each.leaderEpoch(), each.metadata(), nowMillis);
            CommittedOffset sooner = changed.get(partition);
            if (isNews(before, after) && (sooner == null || sooner.offset() <= after.offset())) {
                changed.put(partition, after);
                more += Group.weight(after) - (before == null ? 0 : Group.weight(before));
            }
        }
        if (more > 0) {
            ensureRoom(all, more);
        }
        return new Decision(
                changed.isEmpty() ? List.of() : List.of(new OffsetsCommitted(group.name(), changed)),
                stale.isEmpty() ? new Outcome.Done() : new Outcome.Stale(stale));
    }

    private static boolean isNews(@Nullable CommittedOffset before, CommittedOffset after) {
        if (before == null || after.offset() > before.offset()) {
            return true;
        }
        boolean isTheSame =
                after.leaderEpoch() == before.leaderEpoch() && after.metadata().equals(before.metadata());
        return after.offset() == before.offset() && !isTheSame;
    }

    private Decision reset(GroupTable all, GroupOp.Reset reset, Topology topology, long nowMillis) {
        GroupName.checked(reset.group());
        Group group = all.find(reset.group());
        if (group == null) {
            if (all.byName().size() >= limits.groups()) {
                throw exceeded(all.byName().size() + " groups", "tailrace.groups.max-groups");
            }
        } else {
            ensureIdle(group);
        }
        Map<TopicPartitionId, CommittedOffset> offsets = new HashMap<>();
        long more = 0;
        for (Map.Entry<PartitionId, Long> entry : reset.offsets().entrySet()) {
            CommittedOffset offset = new CommittedOffset(entry.getValue(), -1, "", nowMillis);
            offsets.put(resettable(entry.getKey(), offset.offset(), topology), offset);
            more += Group.weight(offset);
        }
        ensureRoom(all, more);
        return offsets.isEmpty() && group != null
                ? Decision.done()
                : Decision.done(new OffsetsReset(reset.group(), offsets));
    }

    private static TopicPartitionId resettable(PartitionId partition, long offset, Topology topology) {
        Topic topic = topology.find(partition.topicId());
        if (topic == null || partition.partition() < 0 || partition.partition() >= topic.partitions()) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "There is no partition " + partition
                            + " to set an offset of: list the topics to see what is there.");
        }
        if (offset < 0) {
            throw new TailraceException(ErrorCode.INVALID_ARGUMENT, offset + " is no offset: use 0 or more.");
        }
        return new TopicPartitionId(topic.name(), partition);
    }

    private static Decision deleteOffsets(Group group, GroupOp.DeleteOffsets delete) {
        return delete.partitions().isEmpty()
                ? Decision.done()
                : Decision.done(new OffsetsForgotten(group.name(), delete.partitions()));
    }

    // --- refusals ----------------------------------------------------------------------------------------------------

    static Group existing(GroupTable all, String name) {
        Group group = all.find(GroupName.checked(name));
        if (group == null) {
            throw new TailraceException(
                    ErrorCode.UNKNOWN_GROUP,
                    "There is no group '" + name + "': list the groups, or mind the spelling.");
        }
        return group;
    }

    private static Group idle(GroupTable all, String name) {
        Group group = existing(all, name);
        ensureIdle(group);
        return group;
    }

    private static void ensureIdle(Group group) {
        if (!group.members().isEmpty()) {
            throw new TailraceException(
                    ErrorCode.GROUP_ACTIVE,
                    "Group '" + group.name() + "' has " + group.members().size()
                            + " members: stop its consumers, or remove its members, and try again.");
        }
    }

    static TailraceException fenced(String group) {
        return new TailraceException(
                ErrorCode.MEMBER_FENCED,
                "This is no member of group '" + group
                        + "' any more: it was taken for dead, removed, or replaced by one of the same instance id. Start the consumer again.");
    }

    private void ensureRoom(GroupTable all, long more) {
        if (all.weight() + more > limits.stateBytes()) {
            throw exceeded(all.weight() + " bytes of groups", "tailrace.groups.max-state-bytes");
        }
    }

    private static TailraceException exceeded(String what, String setting) {
        return new TailraceException(
                ErrorCode.LIMIT_EXCEEDED,
                "There are " + what + " already: delete groups that nobody uses, or raise " + setting + ".");
    }
}
