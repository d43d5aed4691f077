package io.tailrace.engine.partition;

import io.tailrace.engine.journal.PartitionJournal;
import io.tailrace.engine.journal.PartitionSnapshotStore;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.Leadership;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
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
 * <p>Its gate sends the next group only after the answer to the last, so nothing is ever stashed here. When a persist fails
 * the actor stops, as Pekko has it; the gate watches.
 */
final class PersistentPartition
        extends EventSourcedBehavior<PersistentPartition.AppendAll, BatchAppended, PartitionState> {
    private final Leadership leadership;
    private final long logEndOffset;
    private final PartitionEnvironment.Limits limits;
    private final ActorRef<Answer> gate;

    /**
     * Batches that arrived during the last persist, to be written as one.
     *
     * @param appendTimeMillis the time to stamp them with, or -1
     */
    record AppendAll(List<RecordBatch> batches, long appendTimeMillis) {}

    /** What the gate hears. */
    sealed interface Answer {}

    /** Recovery is over: send. */
    enum Recovered implements Answer {
        INSTANCE
    }

    /** A group is stored: what became of each batch, in their order. */
    record Stored(List<Decision> decisions) implements Answer {}

    private PersistentPartition(
            PartitionId id, Leadership leadership, PartitionEnvironment.Limits limits, ActorRef<Answer> gate) {
        super(persistenceId(id));
        this.leadership = leadership;
        this.logEndOffset = leadership.log().endOffset();
        this.limits = limits;
        this.gate = gate;
    }

    static Behavior<AppendAll> create(
            PartitionId id, Leadership leadership, PartitionEnvironment.Limits limits, ActorRef<Answer> gate) {
        return new PersistentPartition(id, leadership, limits, gate);
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
    public CommandHandler<AppendAll, BatchAppended, PartitionState> commandHandler() {
        return this::append;
    }

    private Effect<BatchAppended, PartitionState> append(PartitionState state, AppendAll group) {
        List<Decision> decisions = new ArrayList<>(group.batches.size());
        List<BatchAppended> events = new ArrayList<>(group.batches.size());
        PartitionState ahead = state;
        for (RecordBatch batch : group.batches) {
            Decision decision = ahead.decide(batch, leadership.epoch(), logEndOffset, group.appendTimeMillis);
            decisions.add(decision);
            if (decision instanceof Decision.Accept accept) {
                events.add(accept.event());
                ahead = ahead.apply(accept.event());
            }
        }
        Stored stored = new Stored(decisions);
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
                .onSignal(RecoveryCompleted.instance(), state -> gate.tell(Recovered.INSTANCE))
                .build();
    }
}
