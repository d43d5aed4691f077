package io.tailrace.streams.runtime;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Tasks that do nothing but tell, and fail when they are to. Safe for use by many threads. */
final class FakeTasks {
    final List<TaskId> begun = new CopyOnWriteArrayList<>();
    final List<TaskId> committed = new CopyOnWriteArrayList<>();
    final Map<TaskId, Integer> running = new ConcurrentHashMap<>();
    final Set<TaskId> failing = ConcurrentHashMap.newKeySet();

    Behavior<TaskActor.Command> create(TaskSetup setup) {
        return Behaviors.setup(context -> {
            begun.add(setup.id());
            running.merge(setup.id(), 1, Integer::sum);
            return Behaviors.receive(TaskActor.Command.class)
                    .onMessage(TaskActor.Describe.class, describe -> {
                        if (failing.remove(setup.id())) {
                            throw new IllegalStateException("broken");
                        }
                        describe.replyTo().tell(status(setup.id()));
                        return Behaviors.same();
                    })
                    .onMessage(TaskActor.Stop.class, stop -> {
                        committed.add(setup.id());
                        stop.replyTo().tell(Done.getInstance());
                        return Behaviors.stopped();
                    })
                    .onSignal(PostStop.class, signal -> {
                        running.merge(setup.id(), -1, Integer::sum);
                        return Behaviors.same();
                    })
                    .build();
        });
    }

    private static TaskStatus status(TaskId id) {
        return new TaskStatus(id, TaskStatus.State.RUNNING, Map.of(), Map.of(), 0, 0, -1, 0, 0, 0, 1, null);
    }

    /** How many lives go on. */
    int live() {
        return running.values().stream().mapToInt(Integer::intValue).sum();
    }
}
