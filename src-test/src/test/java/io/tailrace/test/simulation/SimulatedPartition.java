package io.tailrace.test.simulation;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.partition.BatchAppended;
import io.tailrace.engine.partition.Decision;
import io.tailrace.engine.partition.PartitionState;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.quorum.Input;
import io.tailrace.engine.replication.quorum.Output;
import io.tailrace.engine.replication.quorum.QuorumReplica;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What stands above a leading replica: the real de-duplication, over the log that has just been won. It applies what it appends
 * at once, and answers when that is committed.
 */
final class SimulatedPartition {
    private static final int MAX_PENDING = 30;
    private static final int MAX_PRODUCERS = 100;

    private final SimulatedNode node;
    private final World world;
    private final History history;
    private final QuorumReplica replica;
    private final int epoch;
    private final Map<Long, Pending> pending = new HashMap<>();
    private final Map<Long, LongConsumer> reads = new HashMap<>();
    private final List<Duplicate> duplicates = new ArrayList<>();
    private PartitionState state;
    private boolean over;

    private record Pending(PartitionState before, long baseOffset, Consumer<Answer> client) {}

    private record Duplicate(long baseOffset, long endOffset, Consumer<Answer> client) {}

    SimulatedPartition(
            SimulatedNode node,
            World world,
            History history,
            QuorumReplica replica,
            int epoch,
            Log log,
            @Nullable SimulatedPartition keptFrom) {
        this.node = node;
        this.world = world;
        this.history = history;
        this.replica = replica;
        this.epoch = epoch;
        this.state = keptFrom == null ? PartitionState.empty(MAX_PRODUCERS) : asOf(log, keptFrom.state);
        log.replayChecked(1, Long.MAX_VALUE, (sequence, header) -> {
            if (header.baseOffset() >= state.endOffset()) {
                state = state.apply(BatchAppended.replayed(header));
            }
        });
    }

    /** What a leader would have that does not roll back: everything that it ever appended, as if that were in the log. */
    private static PartitionState asOf(Log log, PartitionState kept) {
        return new PartitionState(
                Math.min(kept.endOffset(), log.endOffset()),
                kept.appendedBytes(),
                kept.maxProducers(),
                kept.producers(),
                kept.producersByLastOffset());
    }

    void append(RecordBatch batch, Consumer<Answer> client) {
        if (pending.size() >= MAX_PENDING) {
            client.accept(Answer.refused(ErrorCode.PARTITION_BUSY));
            return;
        }
        Decision decision = state.decide(batch, epoch, replica.endOffset(), -1);
        if (decision instanceof Decision.Refuse refuse) {
            world.coverage.count("partition: refused with " + refuse.code());
            client.accept(Answer.refused(refuse.code()));
        } else if (decision instanceof Decision.Duplicate duplicate) {
            answerDuplicate(batch, duplicate.baseOffset(), client);
        } else if (decision instanceof Decision.Accept accept) {
            PlacedBatch placed = accept.event().placed();
            long token = history.nextToken();
            pending.put(token, new Pending(state, placed.baseOffset(), client));
            state = state.apply(accept.event());
            node.step(new Input.Append(token, epoch, List.of(placed)));
        }
    }

    private void answerDuplicate(RecordBatch batch, long baseOffset, Consumer<Answer> client) {
        if (baseOffset < 0) {
            world.coverage.count("partition: old duplicate, offset unknown");
            client.accept(Answer.duplicate());
            return;
        }
        long end = baseOffset + batch.lastOffsetDelta() + 1;
        if (end <= replica.highWatermark()) {
            world.coverage.count("partition: duplicate answered");
            client.accept(Answer.stored(baseOffset));
        } else if (duplicates.size() >= MAX_PENDING) {
            client.accept(Answer.unknown());
        } else {
            world.coverage.count("partition: duplicate waits");
            duplicates.add(new Duplicate(baseOffset, end, client));
        }
    }

    /** Asks for an offset at or above all that has been acknowledged by now; no answer if leading ends before. */
    void checkedEnd(LongConsumer client) {
        long token = history.nextToken();
        reads.put(token, client);
        node.step(new Input.CheckedRead(token));
    }

    void decided(Output.Decision decision) {
        if (decision instanceof Output.Appended appended) {
            Pending done = take(appended.token());
            world.coverage.count("decision: appended");
            done.client.accept(Answer.stored(done.baseOffset));
        } else if (decision instanceof Output.AppendUnknown unknown) {
            world.coverage.count("decision: append unknown");
            take(unknown.token()).client.accept(Answer.unknown());
        } else if (decision instanceof Output.AppendRefused refused) {
            if (refused.code() != ErrorCode.DISK_FULL) {
                throw new Violation(node.id + " refused what its own partition appended: " + refused.code());
            }
            world.coverage.count("decision: append refused, disk full");
            takeBack(take(refused.token()));
        } else if (decision instanceof Output.ReadConfirmed confirmed) {
            world.coverage.count("decision: read confirmed");
            LongConsumer client = reads.remove(confirmed.token());
            client.accept(confirmed.highWatermark());
        } else if (decision instanceof Output.ReadRefused refused) {
            world.coverage.count("decision: read refused");
            reads.remove(refused.token());
        } else if (decision instanceof Output.HighWatermarkMoved moved) {
            duplicates.removeIf(waiting -> {
                boolean due = waiting.endOffset <= moved.highWatermark();
                if (due) {
                    waiting.client.accept(Answer.stored(waiting.baseOffset));
                }
                return due;
            });
        }
    }

    /** Nothing of it was stored, nor of what came behind it: it can be told for certain, and those who waited for it too. */
    private void takeBack(Pending refused) {
        if (refused.before.endOffset() < state.endOffset()) {
            state = refused.before;
        }
        duplicates.removeIf(waiting -> {
            boolean gone = waiting.endOffset > refused.baseOffset;
            if (gone) {
                waiting.client.accept(Answer.refused(ErrorCode.DISK_FULL));
            }
            return gone;
        });
        refused.client.accept(Answer.refused(ErrorCode.DISK_FULL));
    }

    private Pending take(long token) {
        Pending done = pending.remove(token);
        if (done == null) {
            throw new Violation(node.id + " answers an append twice");
        }
        return done;
    }

    /** Leading is over; the appends have been answered, unless the machine has stopped. */
    void end() {
        if (!over) {
            over = true;
            duplicates.forEach(waiting -> waiting.client.accept(Answer.unknown()));
            duplicates.clear();
        }
    }
}
