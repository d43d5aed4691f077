package io.tailrace.cluster.group;

import io.tailrace.cluster.group.GroupCoordinator.Lost;
import io.tailrace.cluster.group.GroupCoordinator.TakenAway;
import io.tailrace.engine.partition.PartitionId;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * What does not survive of a group that has members: who is there, who was told what, how long somebody may still take. It tells members
 * what is stored and nothing else, and stores nothing itself. Ends when the group has no members.
 */
final class GroupActor {
    private static final int BYTES_OF_PARTITION = 64;

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final ActorRef<GroupCoordinator.Command> coordinator;
    private final Map<String, Attendance> present = new HashMap<>();
    private Group group;
    private Target target;

    /** What it understands. */
    sealed interface Command {}

    /** What is stored. */
    record Now(Group group, Topology topology) implements Command {}

    /** A member is there, and knows what it was told until that generation. */
    record Here(String memberId, int generation, ActorRef<MemberMessage> member) implements Command {}

    /** The group as it is now: offsets alone are no news here. */
    record Describe(Group group, ActorRef<GroupReply> replyTo) implements Command {}

    private record Gone(String memberId, ActorRef<MemberMessage> member) implements Command {}

    /** Also the timer's key. */
    private record SessionOver(String memberId) implements Command {}

    /** Also the timer's key. */
    private record DrainOver(String memberId, Map<PartitionId, Integer> partitions) implements Command {}

    private GroupActor(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            Now now,
            ActorRef<GroupCoordinator.Command> coordinator) {
        this.context = context;
        this.timers = timers;
        this.coordinator = coordinator;
        this.group = now.group;
        this.target = Target.of(now.group, now.topology);
    }

    /** Nobody is there yet, and everybody has a session's time to come. */
    static Behavior<Command> create(Now now, ActorRef<GroupCoordinator.Command> coordinator) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            GroupActor actor = new GroupActor(context, timers, now, coordinator);
            now.group.members().values().forEach(actor::startSession);
            return Behaviors.receive(Command.class)
                    .onMessage(Now.class, actor::follow)
                    .onMessage(Here.class, actor::here)
                    .onMessage(Describe.class, actor::describe)
                    .onMessage(Gone.class, actor::gone)
                    .onMessage(SessionOver.class, actor::sessionOver)
                    .onMessage(DrainOver.class, actor::drainOver)
                    .build();
        }));
    }

    private void startSession(GroupMember member) {
        SessionOver over = new SessionOver(member.memberId());
        timers.startSingleTimer(over, over, member.sessionTimeout());
    }

    private Behavior<Command> follow(Now now) {
        Group before = group;
        group = now.group;
        target = Target.of(now.group, now.topology);
        for (String memberId : new LinkedHashSet<>(before.members().keySet())) {
            if (!group.members().containsKey(memberId)) {
                dismiss(memberId);
            }
        }
        if (group.members().isEmpty()) {
            return Behaviors.stopped();
        }
        group.members().values().stream()
                .filter(member -> !before.members().containsKey(member.memberId()))
                .forEach(this::startSession);
        Map<String, Map<TopicPartitionId, Integer>> owned = group.owned();
        present.forEach((memberId, attendance) -> tell(memberId, attendance, owned.getOrDefault(memberId, Map.of())));
        return Behaviors.same();
    }

    private void dismiss(String memberId) {
        timers.cancel(new SessionOver(memberId));
        Attendance gone = present.remove(memberId);
        if (gone != null) {
            context.unwatch(gone.member());
            gone.member().tell(fenced(group.name()));
        }
    }

    /** What is said to who is no member any more. */
    static MemberMessage.Ended fenced(String group) {
        Outcome.Refused why = Outcome.Refused.of(GroupRules.fenced(group));
        return new MemberMessage.Ended(why.code(), why.message());
    }

    private Behavior<Command> here(Here here) {
        if (!group.members().containsKey(here.memberId)) {
            here.member.tell(fenced(group.name()));
            return Behaviors.same();
        }
        Attendance attendance = present.get(here.memberId);
        if (attendance == null || !attendance.member().equals(here.member)) {
            if (attendance != null) {
                context.unwatch(attendance.member());
            }
            attendance = new Attendance(here.member);
            present.put(here.memberId, attendance);
            context.watchWith(here.member, new Gone(here.memberId, here.member));
            timers.cancel(new SessionOver(here.memberId));
        } else if (attendance.isBehind(here.generation)) {
            attendance.forget();
        } else {
            return Behaviors.same();
        }
        tell(here.memberId, attendance, group.owned().getOrDefault(here.memberId, Map.of()));
        return Behaviors.same();
    }

    private void tell(String memberId, Attendance attendance, Map<TopicPartitionId, Integer> owned) {
        GroupMember member = group.members().get(memberId);
        if (member == null) {
            return;
        }
        Map<PartitionId, Integer> unwanted = new HashMap<>();
        owned.forEach((partition, generation) -> {
            if (!target.of(memberId).contains(partition)) {
                unwanted.put(partition.id(), generation);
            }
        });
        Map<PartitionId, Integer> fresh = attendance.revoke(owned, unwanted);
        attendance.tell(group, owned, !fresh.isEmpty());
        if (!fresh.isEmpty()) {
            DrainOver over = new DrainOver(memberId, Map.copyOf(fresh));
            // A timer of no time would not be one.
            Duration drain = member.maxDrain().isZero() ? Duration.ofMillis(1) : member.maxDrain();
            timers.startSingleTimer(over, over, drain);
        }
    }

    /** A dynamic member whose actor is gone is gone; a static one may come back. */
    private Behavior<Command> gone(Gone gone) {
        Attendance attendance = present.get(gone.memberId);
        if (attendance == null || !attendance.member().equals(gone.member)) {
            return Behaviors.same();
        }
        present.remove(gone.memberId);
        GroupMember member = group.members().get(gone.memberId);
        if (member != null && member.isStatic()) {
            startSession(member);
        } else {
            coordinator.tell(new Lost(group.name(), gone.memberId));
        }
        return Behaviors.same();
    }

    private Behavior<Command> sessionOver(SessionOver over) {
        if (!present.containsKey(over.memberId)) {
            context.getLog().info("Member {} of group {} did not come back in time", over.memberId, group.name());
            coordinator.tell(new Lost(group.name(), over.memberId));
        }
        return Behaviors.same();
    }

    private Behavior<Command> drainOver(DrainOver over) {
        boolean isLate = over.partitions.entrySet().stream().anyMatch(entry -> {
            Owner owner = group.owners().get(entry.getKey());
            return owner != null && owner.is(over.memberId, entry.getValue());
        });
        if (isLate) {
            context.getLog()
                    .warn(
                            "Member {} of group {} did not give back in time what it was to",
                            over.memberId,
                            group.name());
            coordinator.tell(new TakenAway(group.name(), over.memberId, over.partitions));
        }
        return Behaviors.same();
    }

    private Behavior<Command> describe(Describe asked) {
        asked.replyTo.tell(new GroupReply.Described(described(asked.group, target, present.keySet())));
        return Behaviors.same();
    }

    /** About as many bytes as its description takes; {@link Long#MAX_VALUE} if a member may have any number of topics. */
    static long descriptionWeight(Group group) {
        boolean isOpen = group.members().values().stream()
                .anyMatch(member -> member.subscription() instanceof GroupJoin.Pattern);
        return isOpen
                ? Long.MAX_VALUE
                : group.weight() + (long) BYTES_OF_PARTITION * group.owners().size();
    }

    /** All that is known of a group. */
    static GroupDescription described(Group group, Target target, Set<String> present) {
        Map<String, Map<TopicPartitionId, Integer>> owned = group.owned();
        List<GroupDescription.Member> members = group.membersInOrder().stream()
                .map(member -> new GroupDescription.Member(
                        member.memberId(),
                        member.clientId(),
                        member.instanceId(),
                        member.node(),
                        present.contains(member.memberId()),
                        Set.copyOf(
                                owned.getOrDefault(member.memberId(), Map.of()).keySet()),
                        Set.copyOf(target.of(member.memberId()))))
                .toList();
        return new GroupDescription(
                group.name(),
                target.state(group),
                group.generation(),
                group.assignor(),
                members,
                Map.copyOf(group.offsets()));
    }
}
