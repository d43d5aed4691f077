package io.tailrace.streams.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
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

    /** Something of the task's own is to be done. */
    private record Step(Runnable step) implements Command {}

    private final Mailbox mailbox;
    private final TaskLife life;
    private final List<ActorRef<Done>> stoppers = new ArrayList<>();
    private boolean over;

    private TaskActor(ActorContext<Command> context, TaskSetup setup) {
        this.mailbox = new Mailbox(context);
        this.life = new TaskLife(setup, mailbox, System::currentTimeMillis);
    }

    static Behavior<Command> create(TaskSetup setup) {
        return Behaviors.setup(context -> {
            TaskActor task = new TaskActor(context, setup);
            task.mailbox.execute(task.life::begin);
            return Behaviors.receive(Command.class)
                    .onMessage(Step.class, task::step)
                    .onMessage(Describe.class, task::describe)
                    .onMessage(Stop.class, task::stop)
                    .onSignal(PostStop.class, signal -> task.ended())
                    .build();
        });
    }

    /** The actor's own thread as a loop. */
    private static final class Mailbox implements TaskLoop {
        private final ActorContext<Command> context;
        private final ActorRef<Command> self;
        /** Answers that come late are for nobody. */
        private volatile boolean closed;

        Mailbox(ActorContext<Command> context) {
            this.context = context;
            this.self = context.getSelf();
        }

        @Override
        public void execute(Runnable step) {
            if (!closed) {
                self.tell(new Step(step));
            }
        }

        @Override
        public void later(Duration pause, Runnable step) {
            context.scheduleOnce(pause, self, new Step(step));
        }
    }

    private Behavior<Command> step(Step step) {
        step.step().run();
        return next();
    }

    private Behavior<Command> next() {
        return over ? Behaviors.stopped() : Behaviors.same();
    }

    private Behavior<Command> describe(Describe describe) {
        describe.replyTo().tell(life.status());
        return Behaviors.same();
    }

    private Behavior<Command> stop(Stop stop) {
        stoppers.add(stop.replyTo());
        if (stoppers.size() == 1) {
            life.stop(() -> over = true);
        }
        return next();
    }

    private Behavior<Command> ended() {
        mailbox.closed = true;
        life.close();
        if (over) {
            stoppers.forEach(stopper -> stopper.tell(Done.getInstance()));
        }
        return Behaviors.same();
    }
}
