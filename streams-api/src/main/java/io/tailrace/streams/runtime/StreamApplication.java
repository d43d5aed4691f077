package io.tailrace.streams.runtime;

import io.tailrace.cluster.catalog.TopicName;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.topology.Topology;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.jspecify.annotations.Nullable;

/**
 * An instance of a stream application: it runs those tasks of a topology that it is dealt. Instances of one name, on whichever nodes, share the tasks; what one that ends
 * had goes to the others.
 *
 * <pre>{@code
 * StreamApplication application = StreamApplication.start(tailrace, "word-count", topology, StreamSettings.create(tailrace));
 * ...
 * application.close().toCompletableFuture().join();
 * }</pre>
 *
 * <p>A task that fails begins anew after a pause, and no other is touched by that. When the node is closed, the application is closed before. When the node has lost
 * its cluster, so have its tasks; they begin again with what is committed when the node is a member again. Safe for use by many threads.
 */
public final class StreamApplication {
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
    private static final Duration LEAVE_WITHIN = Duration.ofSeconds(10);
    private static final int LONGEST_NAME = 150;

    private final ApplicationSetup setup;
    private final StateHolder state;
    private @Nullable ActorSystem<?> system;
    private @Nullable ActorRef<ApplicationActor.Command> actor;
    private boolean closing;

    private StreamApplication(ApplicationSetup setup) {
        this.setup = setup;
        this.state = new StateHolder(setup.name());
    }

    /**
     * Begins one. What it needs is done behind the call: {@link #whenRunning} tells when, or why not.
     *
     * @param name of the application, the same for all its instances, on all nodes and over all restarts: its group and its topics are called by it; 1 to 150 of
     *     the characters of topic names
     * @throws TailraceException INVALID_ARGUMENT: a name that cannot be; INVALID_TOPOLOGY: nothing is read
     */
    public static StreamApplication start(Tailrace tailrace, String name, Topology topology, StreamSettings settings) {
        return start(new ApplicationSetup(
                tailrace, name, UUID.randomUUID().toString(), topology, settings, TaskActor::create));
    }

    static StreamApplication start(ApplicationSetup setup) {
        checkName(setup.name());
        if (setup.topology().sourceTopics().isEmpty()) {
            throw new TailraceException(
                    ErrorCode.INVALID_TOPOLOGY, "The topology reads no topic: add a source before it is started.");
        }
        StreamApplication application = new StreamApplication(setup);
        setup.tailrace().onNewSystem(application::begin);
        Runnable forget = setup.tailrace().beforeClose(application::close);
        application.whenClosed().thenRun(forget);
        application.begin(setup.tailrace().system());
        setup.tailrace().whenEnded().whenComplete((done, failure) -> application.nodeEnded());
        return application;
    }

    private static void checkName(String name) {
        try {
            TopicName.checked(name);
        } catch (TailraceException e) {
            throw new TailraceException(ErrorCode.INVALID_ARGUMENT, "Of an application: " + e.getMessage(), e);
        }
        if (name.length() > LONGEST_NAME) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "An application's name has at most " + LONGEST_NAME
                            + " characters, since its topics are called by it: shorten it.");
        }
    }

    private synchronized void begin(ActorSystem<?> on) {
        if (closing || on.equals(system) || state.get() == StreamState.ERROR) {
            return;
        }
        system = on;
        actor = on.systemActorOf(
                ApplicationActor.create(setup, state),
                // Several instances of an application may live on one node.
                "tailrace-stream-" + setup.name() + "-" + setup.instance(),
                Props.empty());
    }

    private synchronized void nodeEnded() {
        closing = true;
        actor = null;
        state.become(StreamState.CLOSED);
    }

    /** The application's name. */
    public String name() {
        return setup.name();
    }

    /** What it runs. */
    public Topology topology() {
        return setup.topology();
    }

    /** Its stores, wherever its tasks run. */
    public StreamStores stores() {
        return StreamStores.of(setup.tailrace(), setup.name(), setup.topology());
    }

    /** What it is doing. */
    public StreamState state() {
        return state.get();
    }

    /** Why its state is {@link StreamState#ERROR}; {@code null} if it is another. */
    public @Nullable TailraceException failure() {
        return state.failure();
    }

    /** Has the listener called with each new state and the one before, on some thread, one change after the other; it does not block. */
    public void onStateChange(BiConsumer<StreamState, StreamState> listener) {
        state.listen(listener);
    }

    /**
     * Complete when it has been {@link StreamState#RUNNING} for the first time. Fails with UNKNOWN_TOPIC if what it reads is not there, INCOMPATIBLE_TOPOLOGY if it has run with
     * another topology, what keeps a topic from being made, CLOSED.
     */
    public CompletionStage<Done> whenRunning() {
        return state.whenRunning();
    }

    /** Complete when it is over. */
    public CompletionStage<Done> whenClosed() {
        return state.whenClosed();
    }

    /** How the tasks of this instance stand, by number; none while it has none. Fails with NOT_READY if that is not known at the moment. */
    public CompletionStage<List<TaskStatus>> tasks() {
        ActorRef<ApplicationActor.Command> asked;
        ActorSystem<?> on;
        synchronized (this) {
            asked = actor;
            on = system;
        }
        if (asked == null || on == null) {
            return CompletableFuture.completedStage(List.of());
        }
        return AskPattern.<ApplicationActor.Command, List<TaskStatus>>ask(
                        asked, ApplicationActor.ListTasks::new, ANSWER_WITHIN, on.scheduler())
                .exceptionally(failure -> {
                    throw new TailraceException(
                            ErrorCode.NOT_READY, "The application does not answer at the moment: ask again.", failure);
                });
    }

    /**
     * Lets all tasks commit what they have processed and stop, and gives them to others. Complete when that has happened, after {@link StreamSettings#stopTimeout} and a few
     * seconds at the latest; never fails. Idempotent.
     */
    public synchronized CompletionStage<Done> close() {
        ActorRef<ApplicationActor.Command> told = actor;
        ActorSystem<?> on = system;
        if (closing) {
            return state.whenClosed();
        }
        closing = true;
        if (told == null || on == null) {
            state.become(StreamState.CLOSED);
            return state.whenClosed();
        }
        Duration atMost = setup.settings().stopTimeout().plus(LEAVE_WITHIN);
        CompletionStage<Done> ended = AskPattern.<ApplicationActor.Command, Done>ask(
                        told, ApplicationActor.Close::new, atMost, on.scheduler())
                .handle((done, failure) -> Done.getInstance())
                .toCompletableFuture()
                // The actor system's own clock stops with it.
                .completeOnTimeout(Done.getInstance(), atMost.toMillis(), TimeUnit.MILLISECONDS);
        ended.thenRun(() -> state.become(StreamState.CLOSED));
        return state.whenClosed();
    }
}
