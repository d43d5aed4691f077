package io.tailrace.engine.partition;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.replication.Leadership;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes the voters of the log that is led, one at a time (log-safety rule 17). A new one is brought up first, while appends go
 * on. The change itself takes an offset, so it is made while the gate holds: that lasts until a quorum has its entry, as an append does.
 *
 * <p>Lives as long as one leadership and belongs to one actor; not thread-safe.
 */
final class VoterMover {
    private static final Logger LOG = LoggerFactory.getLogger(VoterMover.class);

    private final PartitionId id;
    private final Leadership leadership;
    private final Gate gate;
    private final Consumer<CompletionStage<Event>> pipe;
    private Partition.@Nullable ChangeVoter underWay;
    private boolean holding;

    /** What becomes of the work that it does elsewhere. */
    sealed interface Event {}

    private enum Learned implements Event {
        INSTANCE
    }

    private enum Changed implements Event {
        INSTANCE
    }

    private record Failed(TailraceException why) implements Event {}

    /**
     * For one leadership.
     *
     * @param pipe brings what work on other threads ends with back to {@link #hear}
     */
    VoterMover(PartitionId id, Leadership leadership, Gate gate, Consumer<CompletionStage<Event>> pipe) {
        this.id = id;
        this.leadership = leadership;
        this.gate = gate;
        this.pipe = pipe;
    }

    /** Somebody wants one voter more or less. */
    void change(Partition.ChangeVoter wanted) {
        if (underWay != null) {
            wanted.replyTo()
                    .tell(new Partition.Refused(
                            ErrorCode.PARTITION_BUSY,
                            "Another change of the voters of partition " + id + " is under way: ask again."));
            return;
        }
        underWay = wanted;
        if (wanted.votes()) {
            pipe(leadership.learn(wanted.replica()), Learned.INSTANCE);
        } else {
            gate.hold(this::append);
        }
    }

    private void append() {
        Partition.ChangeVoter wanted = underWay;
        holding = true;
        if (wanted != null) {
            pipe(leadership.changeVoter(wanted.replica(), wanted.votes()), Changed.INSTANCE);
        }
    }

    private void pipe(CompletionStage<Void> work, Event done) {
        pipe.accept(work.thenApply(nothing -> done).exceptionally(failure -> new Failed(Failures.named(failure))));
    }

    /** The outcome of some work. */
    void hear(Event event) {
        Partition.ChangeVoter wanted = underWay;
        if (wanted == null) {
            return;
        }
        if (event == Learned.INSTANCE) {
            gate.hold(this::append);
        } else if (event instanceof Failed failed) {
            end(wanted, new Partition.Refused(failed.why.code(), String.valueOf(failed.why.getMessage())));
        } else {
            LOG.info("Partition {}: {} votes {}", id, wanted.replica(), wanted.votes() ? "from now on" : "no longer");
            end(wanted, new Partition.VoterChanged(wanted.replica(), wanted.votes()));
        }
    }

    private void end(Partition.ChangeVoter wanted, Partition.VoterReply reply) {
        underWay = null;
        wanted.replyTo().tell(reply);
        if (holding) {
            holding = false;
            gate.resume();
        }
    }

    /** The leadership is over: a change under way may have happened, or happen yet. */
    void fail(Partition.Refused underWayEnds) {
        Partition.ChangeVoter wanted = underWay;
        underWay = null;
        if (wanted != null) {
            wanted.replyTo().tell(underWayEnds);
        }
    }
}
