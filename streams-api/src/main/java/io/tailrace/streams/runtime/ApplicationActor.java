package io.tailrace.streams.runtime;

import io.tailrace.cluster.group.Assigned;
import io.tailrace.cluster.group.Assignor;
import io.tailrace.cluster.group.GroupJoin;
import io.tailrace.cluster.group.GroupListener;
import io.tailrace.cluster.group.GroupMembership;
import io.tailrace.cluster.group.GroupState;
import io.tailrace.cluster.group.TopicPartitionId;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.streams.topology.SubTopology;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ChildFailed;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.jspecify.annotations.Nullable;

/**
 * An instance of an application on one actor system of its node: makes the topics, becomes a member of the application's group (decision 51), and has the tasks run
 * that it is dealt. One that comes after it, on the node's next actor system, begins from nothing.
 */
final class ApplicationActor {
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);
    private static final Duration LOOK_OFTEN = Duration.ofMillis(50);
    private static final Duration AGAIN_AFTER = Duration.ofMillis(500);
    private static final DispatcherSelector DISPATCHER = DispatcherSelector.fromConfig("tailrace.stream-dispatcher");

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final ApplicationSetup setup;
    private final StateHolder state;
    private final RunningTasks tasks;
    private final OpenStates states = new OpenStates();
    private final Map<String, SubTopology> partByLog = new HashMap<>();
    private @Nullable TaskTopics topics;
    private @Nullable GlobalCopies globals;
    private @Nullable GroupMembership membership;
    private @Nullable ActorRef<Done> closing;

    /** What it understands. */
    sealed interface Command {}

    /** Says how all tasks of this instance stand, as of a moment ago. */
    record ListTasks(ActorRef<List<TaskStatus>> replyTo) implements Command {}

    /** Let all tasks commit and stop, leave, end. */
    record Close(ActorRef<Done> replyTo) implements Command {}

    private record Asked(StreamMessage.Question question) implements Command {}

    private record Prepared(TopicPreparation.Prepared result) implements Command {}

    private record NotPrepared(TailraceException why) implements Command {}

    private record GlobalsRead() implements Command {}

    private record GlobalsFailed(TailraceException why) implements Command {}

    private record Dealt(List<Assigned> partitions) implements Command {}

    private record Revoke(Set<PartitionId> logs) implements Command {}

    private record Lost(Set<PartitionId> logs) implements Command {}

    private record Ended(TailraceException why) implements Command {}

    private record BeginAgain(PartitionId log) implements Command {}

    private record Said(TaskStatus status) implements Command {}

    private record Settled(boolean nothingToDo) implements Command {}

    private record Left() implements Command {}

    private enum Tick implements Command {
        PREPARE,
        JOIN,
        LOOK,
        GIVE_UP
    }

    private ApplicationActor(
            ActorContext<Command> context, TimerScheduler<Command> timers, ApplicationSetup setup, StateHolder state) {
        this.context = context;
        this.timers = timers;
        this.setup = setup;
        this.state = state;
        this.tasks = new RunningTasks(setup.name(), setup.settings(), new ChildLives());
    }

    static Behavior<Command> create(ApplicationSetup setup, StateHolder state) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            ApplicationActor actor = new ApplicationActor(context, timers, setup, state);
            state.become(StreamState.STARTING);
            actor.register();
            actor.prepare();
            return Behaviors.receive(Command.class)
                    .onMessage(Prepared.class, actor::prepared)
                    .onMessage(NotPrepared.class, actor::notPrepared)
                    .onMessage(GlobalsRead.class, read -> actor.join())
                    .onMessage(GlobalsFailed.class, actor::globalsFailed)
                    .onMessage(Dealt.class, actor::dealt)
                    .onMessage(Revoke.class, actor::revoke)
                    .onMessage(Lost.class, actor::lost)
                    .onMessage(Ended.class, actor::ended)
                    .onMessage(BeginAgain.class, actor::beginAgain)
                    .onMessage(Said.class, actor::said)
                    .onMessage(Settled.class, actor::settled)
                    .onMessage(ListTasks.class, actor::list)
                    .onMessage(Asked.class, actor::asked)
                    .onMessage(Close.class, actor::close)
                    .onMessage(Left.class, left -> Behaviors.stopped())
                    .onMessageEquals(Tick.PREPARE, actor::prepare)
                    .onMessageEquals(Tick.JOIN, actor::join)
                    .onMessageEquals(Tick.LOOK, actor::look)
                    .onMessageEquals(Tick.GIVE_UP, actor::giveUp)
                    .onSignal(ChildFailed.class, failed -> actor.gone(failed.getRef(), failed.cause()))
                    .onSignal(Terminated.class, ended -> actor.gone(ended.getRef(), null))
                    .onSignal(PostStop.class, signal -> actor.end())
                    .build();
        }));
    }

    // --- topics ------------------------------------------------------------------------------------------------------

    private Behavior<Command> prepare() {
        if (closing == null) {
            TopicPreparation preparation = new TopicPreparation(
                    setup.tailrace().topics(),
                    setup.name(),
                    setup.topology(),
                    setup.settings().replicas());
            context.pipeToSelf(
                    preparation.prepare(),
                    (result, failure) ->
                            failure == null ? new Prepared(result) : new NotPrepared(Failures.named(failure)));
        }
        return Behaviors.same();
    }

    private Behavior<Command> notPrepared(NotPrepared not) {
        if (closing != null) {
            return Behaviors.same();
        }
        if (not.why.code().retriable()) {
            context.getLog().warn("Application {} waits for its topics: {}", setup.name(), not.why.getMessage());
            timers.startSingleTimer(Tick.PREPARE, AGAIN_AFTER);
        } else {
            state.fail(not.why);
        }
        return Behaviors.same();
    }

    private Behavior<Command> prepared(Prepared prepared) {
        if (closing == null) {
            topics = prepared.result.topics();
            List<String> logs = prepared.result.plan().taskLogs();
            for (SubTopology part : setup.topology().subTopologies()) {
                partByLog.put(logs.get(part.number()), part);
            }
            if (setup.topology().globalStores().isEmpty()) {
                join();
            } else {
                readGlobals(prepared.result.topics());
            }
        }
        return Behaviors.same();
    }

    /** Tasks begin when what was in the global tables' topics before them can be found. */
    private void readGlobals(TaskTopics known) {
        GlobalCopies copies = GlobalCopies.begin(setup, known);
        globals = copies;
        context.pipeToSelf(
                copies.caughtUp(),
                (done, failure) -> failure == null ? new GlobalsRead() : new GlobalsFailed(Failures.named(failure)));
        ActorRef<Command> self = context.getSelf();
        copies.caughtUp().thenCompose(done -> copies.ended()).whenComplete((done, failure) -> {
            if (failure != null) {
                self.tell(new GlobalsFailed(Failures.named(failure)));
            }
        });
    }

    /** What tasks look up would grow old without anybody's noticing. */
    private Behavior<Command> globalsFailed(GlobalsFailed failed) {
        if (closing == null && state.get() != StreamState.ERROR) {
            tasks.lostAll();
            if (membership != null) {
                membership.leave();
                membership = null;
            }
            state.fail(failed.why);
        }
        return Behaviors.same();
    }

    // --- the group ---------------------------------------------------------------------------------------------------

    private Behavior<Command> join() {
        if (closing != null || state.get() == StreamState.ERROR) {
            return Behaviors.same();
        }
        if (!tasks.isEmpty()) {
            // Lives from an earlier membership have not ended yet.
            timers.startSingleTimer(Tick.JOIN, AGAIN_AFTER);
            return Behaviors.same();
        }
        state.become(StreamState.REBALANCING);
        StreamSettings settings = setup.settings();
        membership = setup.tailrace()
                .groups()
                .join(
                        new GroupJoin(
                                setup.name(),
                                "streams",
                                settings.instanceId(),
                                new GroupJoin.Names(List.copyOf(partByLog.keySet())),
                                Assignor.UNIFORM,
                                settings.stopTimeout(),
                                settings.sessionTimeout()),
                        new Listener(context.getSelf()));
        timers.startTimerWithFixedDelay(Tick.LOOK, LOOK_OFTEN);
        return Behaviors.same();
    }

    /** Hears on another actor's thread. */
    private record Listener(ActorRef<Command> self) implements GroupListener {
        @Override
        public void assigned(List<Assigned> partitions) {
            self.tell(new Dealt(partitions));
        }

        @Override
        public void revoke(Set<TopicPartitionId> partitions) {
            self.tell(new Revoke(ids(partitions)));
        }

        @Override
        public void lost(Set<TopicPartitionId> partitions) {
            self.tell(new Lost(ids(partitions)));
        }

        @Override
        public void ended(TailraceException why) {
            self.tell(new Ended(why));
        }

        private static Set<PartitionId> ids(Set<TopicPartitionId> partitions) {
            return partitions.stream().map(TopicPartitionId::id).collect(Collectors.toSet());
        }
    }

    private Behavior<Command> dealt(Dealt dealt) {
        if (closing == null && state.get() != StreamState.ERROR) {
            rebalancing();
            for (Assigned each : dealt.partitions) {
                TopicPartitionId log = each.partition();
                SubTopology part = Objects.requireNonNull(partByLog.get(log.topic()), log.topic());
                tasks.dealt(new TaskSlot(new TaskId(part.number(), log.id().partition()), part, log.id()));
            }
        }
        return Behaviors.same();
    }

    private void rebalancing() {
        state.become(StreamState.REBALANCING);
        timers.startTimerWithFixedDelay(Tick.LOOK, LOOK_OFTEN);
    }

    private Behavior<Command> revoke(Revoke revoke) {
        if (closing == null) {
            rebalancing();
            tasks.revoke(revoke.logs);
        }
        return Behaviors.same();
    }

    private Behavior<Command> lost(Lost lost) {
        if (closing == null) {
            rebalancing();
        }
        tasks.lost(lost.logs);
        return Behaviors.same();
    }

    private Behavior<Command> ended(Ended ended) {
        tasks.lostAll();
        membership = null;
        if (closing != null) {
            return closeIfAllEnded();
        }
        if (ended.why.code() == ErrorCode.INVALID_ARGUMENT) {
            state.fail(ended.why);
        } else {
            context.getLog()
                    .warn(
                            "Application {} is no member of its group any more, and joins again: {}",
                            setup.name(),
                            ended.why.getMessage());
            state.become(StreamState.REBALANCING);
            timers.startSingleTimer(Tick.JOIN, AGAIN_AFTER);
        }
        return Behaviors.same();
    }

    // --- tasks -------------------------------------------------------------------------------------------------------

    private final class ChildLives implements RunningTasks.Lives {
        @Override
        public ActorRef<TaskActor.Command> begin(TaskSlot task) {
            ActorRef<TaskActor.Command> life = context.spawn(
                    setup.tasks()
                            .apply(setup.task(
                                    task,
                                    Objects.requireNonNull(topics),
                                    globals == null ? null : globals.stores(),
                                    states)),
                    "task-" + task.id + "-" + task.log.topicId() + "-" + task.lives,
                    DISPATCHER);
            context.watch(life);
            return life;
        }

        @Override
        public void stop(ActorRef<TaskActor.Command> life) {
            life.tell(new TaskActor.Stop(context.getSystem().ignoreRef()));
        }

        @Override
        public void kill(ActorRef<TaskActor.Command> life) {
            context.stop(life);
        }

        @Override
        public void beginLater(PartitionId log, Duration pause) {
            timers.startSingleTimer(log, new BeginAgain(log), pause);
        }

        @Override
        public void released(Set<PartitionId> logs) {
            if (membership != null) {
                membership.released(logs);
            }
        }
    }

    private Behavior<Command> beginAgain(BeginAgain again) {
        if (closing == null) {
            tasks.beginAgain(again.log);
        }
        return Behaviors.same();
    }

    private Behavior<Command> gone(ActorRef<?> life, @Nullable Throwable failure) {
        tasks.ended(life, failure);
        return closing == null ? Behaviors.same() : closeIfAllEnded();
    }

    /** Asks the tasks how they stand; one that has been dealt none asks the group whether that is all. */
    private Behavior<Command> look() {
        if (closing != null) {
            return Behaviors.same();
        }
        ActorRef<TaskStatus> said = context.messageAdapter(TaskStatus.class, Said::new);
        for (TaskSlot task : tasks.all()) {
            if (task.actor != null) {
                task.actor.tell(new TaskActor.Describe(said));
            }
        }
        if (tasks.isEmpty() && membership != null && state.get() == StreamState.REBALANCING) {
            String member = membership.memberId();
            context.pipeToSelf(
                    setup.tailrace().groups().describe(setup.name()),
                    (group, failure) -> new Settled(failure == null
                            && group.state() == GroupState.STABLE
                            && group.members().stream()
                                    .anyMatch(each -> each.memberId().equals(member)
                                            && each.target().isEmpty())));
            timers.startTimerWithFixedDelay(Tick.LOOK, LOOK_EVERY);
        }
        return Behaviors.same();
    }

    private Behavior<Command> said(Said said) {
        tasks.said(said.status);
        if (!tasks.isEmpty() && tasks.settled()) {
            runs();
        }
        return Behaviors.same();
    }

    private Behavior<Command> settled(Settled settled) {
        if (settled.nothingToDo && tasks.isEmpty()) {
            runs();
        }
        return Behaviors.same();
    }

    private void runs() {
        if (closing == null && membership != null && state.get() == StreamState.REBALANCING) {
            state.become(StreamState.RUNNING);
            timers.startTimerWithFixedDelay(Tick.LOOK, LOOK_EVERY);
        }
    }

    private Behavior<Command> list(ListTasks list) {
        list.replyTo.tell(tasks.statuses());
        return Behaviors.same();
    }

    // --- being seen --------------------------------------------------------------------------------------------------

    /** So that every node can ask it. */
    private void register() {
        context.getSystem()
                .receptionist()
                .tell(Receptionist.register(
                        StreamApplications.KEY, context.messageAdapter(StreamMessage.Question.class, Asked::new)));
        context.spawn(StoreKeeper.create(setup.name(), states), "stores", StoreKeeper.props());
    }

    private Behavior<Command> asked(Asked asked) {
        if (asked.question instanceof StreamMessage.Describe describe) {
            List<TaskStatus> all = tasks.statuses();
            List<TaskStatus> some = all.stream()
                    .skip(describe.firstTask())
                    .limit(StreamMessage.Describe.TASKS_AT_ONCE)
                    .toList();
            TailraceException failure = state.failure();
            describe.replyTo()
                    .tell(new StreamMessage.Described(
                            new StreamInstance(
                                    setup.name(),
                                    setup.instance(),
                                    setup.tailrace().nodeName(),
                                    state.get(),
                                    failure == null ? null : failure.code() + " " + failure.getMessage(),
                                    some),
                            all.size()));
        } else if (asked.question instanceof StreamMessage.ShowTopology show) {
            String text = show.format().of(setup.topology());
            show.replyTo()
                    .tell(new StreamMessage.Shown(
                            setup.name(),
                            text.length() <= StreamMessage.Shown.LONGEST
                                    ? text
                                    : text.substring(0, StreamMessage.Shown.LONGEST) + "\n... (cut off)\n"));
        }
        return Behaviors.same();
    }

    // --- the end -----------------------------------------------------------------------------------------------------

    private Behavior<Command> close(Close close) {
        if (closing != null) {
            return Behaviors.same();
        }
        closing = close.replyTo;
        state.become(StreamState.CLOSING);
        timers.startSingleTimer(Tick.GIVE_UP, setup.settings().stopTimeout());
        tasks.stopAll();
        return closeIfAllEnded();
    }

    private Behavior<Command> giveUp() {
        context.getLog()
                .warn(
                        "Application {} leaves without {} tasks that have not stopped within {}: they end without a last commit",
                        setup.name(),
                        tasks.all().size(),
                        setup.settings().stopTimeout());
        return leave();
    }

    private Behavior<Command> closeIfAllEnded() {
        return tasks.isEmpty() ? leave() : Behaviors.same();
    }

    private Behavior<Command> leave() {
        if (membership == null) {
            return Behaviors.stopped();
        }
        context.pipeToSelf(membership.leave(), (done, failure) -> new Left());
        membership = null;
        return Behaviors.same();
    }

    /** Also when the actor system ends: of a node that joins its cluster again another one follows. */
    private Behavior<Command> end() {
        if (globals != null) {
            globals.close();
        }
        if (closing == null) {
            if (state.get() != StreamState.ERROR) {
                state.become(StreamState.STARTING);
            }
        } else {
            closing.tell(Done.getInstance());
        }
        return Behaviors.same();
    }
}
