package io.tailrace.cluster.group;

import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/**
 * The coordinator's persistent child: all groups' events, in an internal partition, written through the public journal, so that a second
 * coordinator is fenced. It takes what its gate sends one lot at a time, and persists what comes of it, all or none; nothing is ever stashed
 * here. When a persist fails it stops, as Pekko has it; the coordinator watches.
 */
final class GroupStore extends EventSourcedBehavior<GroupStore.Apply, GroupEvent, GroupTable> {
    /** Whose events these are. */
    static final String PERSISTENCE_ID = "tailrace-groups";

    private static final int SNAPSHOT_EVERY = 5000;
    private static final int SNAPSHOTS_KEPT = 2;

    private final int number;
    private final GroupRules rules;
    private final ActorRef<Answer> gate;

    /**
     * What came during the last persist.
     *
     * @param nowMillis since 1970
     */
    record Apply(List<GroupOp> ops, Topology topology, long nowMillis) {
        /** Takes a copy. */
        Apply {
            ops = List.copyOf(ops);
        }
    }

    /** What the gate hears. */
    sealed interface Answer {
        /** Which of the coordinator's stores says so: one that has ended may be heard late. */
        int store();
    }

    /** Recovery is over: send. */
    record Recovered(int store, GroupTable groups) implements Answer {}

    /**
     * A lot is stored.
     *
     * @param outcomes what became of each wish, in their order
     * @param touched the groups whose members or owners may have changed, or which are gone
     * @param groups all of them, now
     */
    record Stored(int store, List<Outcome> outcomes, Set<String> touched, GroupTable groups) implements Answer {}

    private GroupStore(int number, GroupRules rules, ActorRef<Answer> gate) {
        super(PersistenceId.ofUniqueId(PERSISTENCE_ID));
        this.number = number;
        this.rules = rules;
        this.gate = gate;
    }

    /** The coordinator's store of that number. */
    static Behavior<Apply> create(int number, GroupRules rules, ActorRef<Answer> gate) {
        return Behaviors.setup(context -> new GroupStore(number, rules, gate));
    }

    @Override
    public String journalPluginId() {
        return "tailrace.journal";
    }

    @Override
    public String snapshotPluginId() {
        return "tailrace.snapshot-store";
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(SNAPSHOT_EVERY, SNAPSHOTS_KEPT).withDeleteEventsOnSnapshot();
    }

    @Override
    public GroupTable emptyState() {
        return GroupTable.EMPTY;
    }

    @Override
    public EventHandler<GroupTable, GroupEvent> eventHandler() {
        return GroupTable::apply;
    }

    @Override
    public SignalHandler<GroupTable> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(RecoveryCompleted.instance(), groups -> gate.tell(new Recovered(number, groups)))
                .build();
    }

    @Override
    public CommandHandler<Apply, GroupEvent, GroupTable> commandHandler() {
        return (groups, lot) -> apply(groups, lot);
    }

    private Effect<GroupEvent, GroupTable> apply(GroupTable groups, Apply lot) {
        Draft draft = new Draft(groups, rules, lot.topology, lot.nowMillis);
        lot.ops.forEach(draft::add);
        draft.finish();
        List<GroupEvent> events = draft.events();
        return (events.isEmpty() ? Effect().none() : Effect().persist(events))
                .thenRun((GroupTable now) -> gate.tell(new Stored(number, draft.outcomes(), draft.touched(), now)));
    }
}
