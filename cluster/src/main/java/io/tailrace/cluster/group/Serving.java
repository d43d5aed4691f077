package io.tailrace.cluster.group;

import io.tailrace.cluster.group.GroupCoordinator.Command;
import io.tailrace.cluster.group.GroupCoordinator.Lost;
import io.tailrace.cluster.group.GroupCoordinator.TakenAway;
import io.tailrace.cluster.group.GroupStore.Stored;
import io.tailrace.engine.error.TailraceException;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * What the coordinator does while it serves: it makes wishes of what is said to it, has them stored, lot by lot, and passes on what is stored
 * to the groups' actors and to who asked. Belongs to one actor.
 */
final class Serving {
    /** Long answers that may be handed out at once; each is held in memory meanwhile. */
    private static final int MAX_PAGED = 8;
    /** What is certainly not longer than a message goes without detour. */
    private static final long SHORT_BYTES = 128 << 10;

    private final ActorContext<Command> context;
    private final ActorRef<GroupStore.Apply> store;
    private final Clock clock;
    private final PendingQueue queue = new PendingQueue();
    /** Of each group that has members. */
    private final Map<String, ActorRef<GroupActor.Command>> actors = new HashMap<>();
    /** Who waits for its join to be stored; it may say so many times. */
    private final Set<String> joining = new HashSet<>();
    /** Long answers that are being handed out. */
    private final Set<ActorRef<PagedReply.Command>> pages = new HashSet<>();

    private GroupTable groups;
    private Topology topology;

    Serving(
            ActorContext<Command> context,
            ActorRef<GroupStore.Apply> store,
            GroupTable groups,
            Topology topology,
            Clock clock) {
        this.context = context;
        this.store = store;
        this.groups = groups;
        this.topology = topology;
        this.clock = clock;
        groups.byName().keySet().forEach(this::pass);
        follow(topology);
    }

    /** There are other topics. */
    void follow(Topology changed) {
        topology = changed;
        submit(new GroupOp.TopicsChanged(), outcome -> {});
    }

    /** Looks for groups that nobody uses any more. */
    void expire() {
        submit(new GroupOp.Expire(), outcome -> {});
    }

    void hear(GroupRequest request) {
        if (request instanceof GroupRequest.Commit commit) {
            commit(commit);
        } else if (request instanceof GroupRequest.Here here) {
            here(here);
        } else if (request instanceof GroupRequest.Join join) {
            join(join);
        } else if (request instanceof GroupRequest.Leave leave) {
            leave(leave);
        } else {
            answer((GroupRequest.Admin) request);
        }
    }

    // --- members -----------------------------------------------------------------------------------------------------

    private void join(GroupRequest.Join join) {
        String name = join.join().group();
        GroupActor.Here here = new GroupActor.Here(join.memberId(), 0, join.member());
        if (attend(name, here) || !queue.hasRoom() || !joining.add(join.memberId())) {
            return;
        }
        GroupMember member = GroupMember.of(join.join(), join.memberId(), join.node());
        submit(new GroupOp.Join(name, member, join.join().assignor()), outcome -> {
            joining.remove(join.memberId());
            if (outcome instanceof Outcome.Refused refused) {
                // What may pass it says again by itself.
                if (!refused.code().retriable()) {
                    join.member().tell(new MemberMessage.Ended(refused.code(), refused.message()));
                }
            } else {
                attend(name, here);
            }
        });
    }

    /** Whether it is a member. */
    private boolean attend(String group, GroupActor.Here here) {
        Group present = groups.find(group);
        ActorRef<GroupActor.Command> actor = actors.get(group);
        if (actor == null || present == null || !present.members().containsKey(here.memberId())) {
            return false;
        }
        actor.tell(here);
        return true;
    }

    private void here(GroupRequest.Here here) {
        if (!attend(here.group(), new GroupActor.Here(here.memberId(), here.generation(), here.member()))) {
            here.member().tell(GroupActor.fenced(here.group()));
        } else if (!here.released().isEmpty() && queue.hasRoom()) {
            submit(new GroupOp.Release(here.group(), here.memberId(), here.released()), outcome -> {});
        }
    }

    private void leave(GroupRequest.Leave leave) {
        submitIfRoom(new GroupOp.Leave(leave.group(), leave.memberId()), outcome -> {
            if (outcome instanceof Outcome.Done) {
                leave.member().tell(GroupActor.fenced(leave.group()));
            }
        });
    }

    private void commit(GroupRequest.Commit commit) {
        submitIfRoom(new GroupOp.Commit(commit.group(), commit.memberId(), commit.commits()), outcome -> {
            if (outcome instanceof Outcome.Refused refused) {
                commit.member()
                        .tell(new MemberMessage.NotCommitted(commit.number(), refused.code(), refused.message()));
            } else if (outcome instanceof Outcome.Stale stale) {
                commit.member().tell(new MemberMessage.Committed(commit.number(), stale.partitions()));
            } else {
                commit.member().tell(new MemberMessage.Committed(commit.number(), List.of()));
            }
        });
    }

    /** Nobody would say it again, so there is always room: there are not more of these than members and partitions. */
    void lose(Lost lost) {
        submit(new GroupOp.Leave(lost.group(), lost.memberId()), outcome -> {});
    }

    void takeAway(TakenAway taken) {
        submit(new GroupOp.Release(taken.group(), taken.memberId(), taken.partitions()), outcome -> {});
    }

    // --- everybody else ----------------------------------------------------------------------------------------------

    private void answer(GroupRequest.Admin asked) {
        if (asked instanceof GroupRequest.ListGroups list) {
            list(list.replyTo());
        } else if (asked instanceof GroupRequest.Describe describe) {
            describe(describe);
        } else if (asked instanceof GroupRequest.Reset reset) {
            submitIfRoom(new GroupOp.Reset(reset.group(), reset.offsets()), outcome -> {
                if (outcome instanceof Outcome.Done) {
                    describe(new GroupRequest.Describe(reset.group(), reset.replyTo()));
                } else {
                    reply(reset.replyTo(), outcome);
                }
            });
        } else if (asked instanceof GroupRequest.Delete delete) {
            submitIfRoom(new GroupOp.Delete(delete.group()), outcome -> reply(delete.replyTo(), outcome));
        } else if (asked instanceof GroupRequest.DeleteOffsets delete) {
            submitIfRoom(
                    new GroupOp.DeleteOffsets(delete.group(), delete.partitions()),
                    outcome -> reply(delete.replyTo(), outcome));
        } else if (asked instanceof GroupRequest.RemoveMember remove) {
            submitIfRoom(
                    new GroupOp.RemoveMember(remove.group(), remove.memberId()),
                    outcome -> reply(remove.replyTo(), outcome));
        }
    }

    private void list(ActorRef<GroupReply> replyTo) {
        List<GroupSummary> all = groups.byName().values().stream()
                .map(group -> new GroupSummary(
                        group.name(),
                        Target.of(group, topology).state(group),
                        group.members().size()))
                .toList();
        long weight = all.stream().mapToLong(GroupSummary::weight).sum();
        answer(weight, replyTo, to -> to.tell(new GroupReply.Summaries(all)));
    }

    private void describe(GroupRequest.Describe asked) {
        try {
            Group group = GroupRules.existing(groups, asked.group());
            ActorRef<GroupActor.Command> actor = actors.get(asked.group());
            answer(GroupActor.descriptionWeight(group), asked.replyTo(), to -> {
                if (actor != null) {
                    actor.tell(new GroupActor.Describe(group, to));
                } else {
                    Target nothing = Target.of(group, topology);
                    to.tell(new GroupReply.Described(GroupActor.described(group, nothing, Set.of())));
                }
            });
        } catch (TailraceException e) {
            reply(asked.replyTo(), Outcome.Refused.of(e));
        }
    }

    /** An answer that may be long goes by way of somebody who cuts it into pages. */
    private void answer(long weight, ActorRef<GroupReply> replyTo, Consumer<ActorRef<GroupReply>> answer) {
        if (weight <= SHORT_BYTES) {
            answer.accept(replyTo);
        } else if (pages.size() >= MAX_PAGED) {
            reply(replyTo, PendingQueue.unavailable());
        } else {
            ActorRef<PagedReply.Command> paged = context.spawnAnonymous(PagedReply.create(replyTo));
            pages.add(paged);
            context.watchWith(paged, new GroupCoordinator.PagesGone(paged));
            answer.accept(paged.narrow());
        }
    }

    void gone(GroupCoordinator.PagesGone gone) {
        pages.remove(gone.pages());
    }

    private static void reply(ActorRef<GroupReply> to, Outcome outcome) {
        to.tell(
                outcome instanceof Outcome.Refused refused
                        ? new GroupReply.Refused(refused.code(), refused.message())
                        : new GroupReply.Changed());
    }

    // --- storing -----------------------------------------------------------------------------------------------------

    private void submitIfRoom(GroupOp op, Consumer<Outcome> then) {
        if (queue.hasRoom()) {
            submit(op, then);
        } else {
            then.accept(PendingQueue.unavailable());
        }
    }

    private void submit(GroupOp op, Consumer<Outcome> then) {
        queue.add(Pending.of(op, then));
        send();
    }

    private void send() {
        List<GroupOp> lot = queue.next();
        if (!lot.isEmpty()) {
            store.tell(new GroupStore.Apply(lot, topology, clock.millis()));
        }
    }

    /** A lot is stored: the next one goes, and then everybody hears. */
    void stored(Stored stored) {
        groups = stored.groups();
        List<Pending> done = queue.stored();
        send();
        stored.touched().forEach(this::pass);
        for (int place = 0; place < done.size(); place++) {
            done.get(place).then().accept(stored.outcomes().get(place));
        }
    }

    /** The group's actor is to know how it is now; it ends by itself if there are no members. */
    private void pass(String name) {
        Group group = groups.find(name);
        ActorRef<GroupActor.Command> actor = actors.get(name);
        boolean hasMembers = group != null && !group.members().isEmpty();
        GroupActor.Now now = new GroupActor.Now(group == null ? Group.empty(name) : group, topology);
        if (actor != null) {
            actor.tell(now);
            if (!hasMembers) {
                actors.remove(name);
            }
        } else if (hasMembers) {
            actors.put(name, context.spawnAnonymous(GroupActor.create(now, context.getSelf())));
        }
    }

    /** Gives up what waits; whether nothing is being stored. */
    boolean settles() {
        queue.refuse();
        return !queue.isBusy();
    }

    /** The store is gone: who waits hears what is known of that, and all groups begin anew. */
    void end() {
        actors.values().forEach(context::stop);
        actors.clear();
        queue.fail();
    }
}
