package io.tailrace.engine.partition;

import io.tailrace.engine.journal.PartitionJournal;
import io.tailrace.engine.journal.PartitionSnapshotStore;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.Leadership;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/**
 * The partition's persistent child: it lives as long as one leadership, takes what the gate lets through one group at a time,
 * asks {@link PartitionState} what becomes of each batch and persists those that are accepted, all or none.
 *
 * <p>Its gate sends the next group only after the answer to the last, so nothing but a question for the state is ever stashed
 * here. When a persist fails the actor stops, as Pekko has it; the partition watches.
 */
final class PersistentPartition
        extends EventSourcedBehavior<PersistentPartition.Command, BatchAppended, PartitionState> {
    private final ActorContext<Command> context;
    private final Leadership leadership;
    private final PartitionEnvironment.Limits limits;
    private final ActorRef<Answer> gate;

    /** What it understands. */
    sealed interface Command {}

    /**
     * Batches that arrived during the last persist, to be written as one.
     *
     * @param logEndOffset where the log ends: control batches take offsets that no event tells of
     * @param appendTimeMillis the time to stamp them with, or -1
     */
    record AppendAll(List<RecordBatch> batches, long logEndOffset, long appendTimeMillis) implements Command {}

    /** What is the state? Answered with {@link StateNow} when nothing is being persisted. */
    enum TellState implements Command {
        INSTANCE
    }

    /** What the partition hears. */
    sealed interface Answer {}

    /**
     * Recovery is over: send.
     *
     * @param dataEndOffset the offset after the newest data batch
     */
    record Recovered(long dataEndOffset) implements Answer {}

    /**
     * A group is stored: what became of each batch, in their order.
     *
     * @param dataEndOffset the offset after the newest data batch
     */
    record Stored(List<Decision> decisions, long dataEndOffset) implements Answer {}

    /** The state, and the sequence number of the newest batch that it knows. */
    record StateNow(long sequenceNr, PartitionState state) implements Answer {}

    private PersistentPartition(
            ActorContext<Command> context,
            PartitionId id,
            Leadership leadership,
            PartitionEnvironment.Limits limits,
            ActorRef<Answer> gate) {
        super(persistenceId(id));
        this.context = context;
        this.leadership = leadership;
        this.limits = limits;
        this.gate = gate;
    }

    static Behavior<Command> create(
            PartitionId id, Leadership leadership, PartitionEnvironment.Limits limits, ActorRef<Answer> gate) {
        return Behaviors.setup(context -> new PersistentPartition(context, id, leadership, limits, gate));
    }

    static PersistenceId persistenceId(PartitionId id) {
        return PersistenceId.ofUniqueId("partition|" + id.text());
    }

    @Override
    public String journalPluginId() {
        return PartitionJournal.PLUGIN_ID;
    }

    @Override
    public String snapshotPluginId() {
        return PartitionSnapshotStore.PLUGIN_ID;
    }

    @Override
    public PartitionState emptyState() {
        return PartitionState.empty(limits.producers());
    }

    @Override
    public CommandHandler<Command, BatchAppended, PartitionState> commandHandler() {
        return (state, command) -> command instanceof AppendAll group ? append(state, group) : tell(state);
    }

    private Effect<BatchAppended, PartitionState> tell(PartitionState state) {
        gate.tell(new StateNow(lastSequenceNumber(context), state));
        return Effect().none();
    }

    private Effect<BatchAppended, PartitionState> append(PartitionState state, AppendAll group) {
        List<Decision> decisions = new ArrayList<>(group.batches.size());
        List<BatchAppended> events = new ArrayList<>(group.batches.size());
        PartitionState ahead = state;
        for (RecordBatch batch : group.batches) {
            Decision decision = ahead.decide(batch, leadership.epoch(), group.logEndOffset, group.appendTimeMillis);
            decisions.add(decision);
            if (decision instanceof Decision.Accept accept) {
                events.add(accept.event());
                ahead = ahead.apply(accept.event());
            }
        }
        Stored stored = new Stored(decisions, ahead.endOffset());
        return events.isEmpty()
                ? Effect().none().thenRun((PartitionState now) -> gate.tell(stored))
                : Effect().persist(events).thenRun((PartitionState now) -> gate.tell(stored));
    }

    @Override
    public EventHandler<PartitionState, BatchAppended> eventHandler() {
        return PartitionState::apply;
    }

    @Override
    public boolean shouldSnapshot(PartitionState state, BatchAppended event, long sequenceNr) {
        return state.crossedMultipleOf(limits.snapshotBytes(), event);
    }

    @Override
    public SignalHandler<PartitionState> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(RecoveryCompleted.instance(), state -> gate.tell(new Recovered(state.endOffset())))
                .build();
    }
}
