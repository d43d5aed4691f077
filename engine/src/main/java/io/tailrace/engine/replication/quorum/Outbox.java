package io.tailrace.engine.replication.quorum;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Collects what one step puts out, and numbers timers and I/O so that answers to what is over are known as such. */
final class Outbox {
    private final ReplicaId self;
    private final Map<TimerKind, Long> timers = new EnumMap<>(TimerKind.class);
    private final Deque<Message> toSelf = new ArrayDeque<>();
    private List<Output> outputs = new ArrayList<>();
    private long lastId;

    Outbox(ReplicaId self) {
        this.self = self;
    }

    List<Output> take() {
        List<Output> taken = outputs;
        outputs = new ArrayList<>();
        return taken;
    }

    void send(ReplicaId to, Message message) {
        if (to.equals(self)) {
            toSelf.add(message);
        } else {
            outputs.add(new Output.Send(to, message));
        }
    }

    /** What the replica has to say to itself: a nominee votes through its own replica (rule 3). */
    @Nullable
    Message nextToSelf() {
        return toSelf.poll();
    }

    void decide(Output.Decision decision) {
        outputs.add(decision);
    }

    long io(LongFunction<Output.Io> work) {
        long id = ++lastId;
        outputs.add(work.apply(id));
        return id;
    }

    void setTimer(TimerKind kind) {
        long id = ++lastId;
        timers.put(kind, id);
        outputs.add(new Output.SetTimer(kind, id));
    }

    void cancelTimer(TimerKind kind) {
        timers.remove(kind);
    }

    void cancelTimers() {
        timers.clear();
    }

    /** Whether that timer is still awaited; it is not any more then. */
    boolean isDue(TimerKind kind, long id) {
        return timers.remove(kind, id);
    }
}
