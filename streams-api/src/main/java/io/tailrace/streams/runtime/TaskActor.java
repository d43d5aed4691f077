package io.tailrace.streams.runtime;

import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * One life of a task: claims its log, restores its state, then reads, processes and commits until it is told to stop. An error ends it: it
 * throws, and who watches it learns why ({@code ChildFailed}) and begins another life after a while.
 */
final class TaskActor {
    /** What a task is told. */
    sealed interface Command {}

    /** Commit what has been processed, close, answer, and end. */
    record Stop(ActorRef<Done> replyTo) implements Command {}

    /** Say how it stands. */
    record Describe(ActorRef<TaskStatus> replyTo) implements Command {}

    private TaskActor() {}

    static Behavior<Command> create(TaskSetup setup) {
        return Behaviors.setup(context -> {
            throw new UnsupportedOperationException("Task " + setup.id() + " cannot run yet.");
        });
    }
}
