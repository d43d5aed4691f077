package io.tailrace.streams.runtime;

import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.query.PagedBytes;
import io.tailrace.streams.query.StorePage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.jspecify.annotations.Nullable;

/**
 * Finds who runs a task and asks there, whichever node it is. Blocks. Who has answered last is asked first; when that one has the task no longer, or says nothing, all instances are asked what they
 * run, until somebody has it or the time is up.
 */
final class StoreRouter {
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(2);
    private static final long FIND_WITHIN_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long PAUSE_NANOS = Duration.ofMillis(50).toNanos();

    private final Tailrace tailrace;
    private final String application;
    private final Map<TaskId, ActorRef<StoreMessage.Question>> owners = new ConcurrentHashMap<>();

    StoreRouter(Tailrace tailrace, String application) {
        this.tailrace = tailrace;
        this.application = application;
    }

    /** A store of that task, wherever it is. */
    PagedBytes.Owner owner(TaskId task, String store) {
        return new PagedBytes.Owner() {
            @Override
            public byte @Nullable [] get(byte[] key) {
                StoreMessage.Answer answer = ask(task, replyTo -> new StoreMessage.Get(task, store, key, replyTo));
                return ((StoreMessage.Value) answer).value();
            }

            @Override
            public StorePage page(byte @Nullable [] from, byte @Nullable [] to, boolean backwards) {
                StoreMessage.Answer answer =
                        ask(task, replyTo -> new StoreMessage.Range(task, store, from, to, backwards, replyTo));
                return ((StoreMessage.Page) answer).page();
            }
        };
    }

    private StoreMessage.Answer ask(
            TaskId task, Function<ActorRef<StoreMessage.Answer>, StoreMessage.Question> question) {
        long begun = System.nanoTime();
        while (true) {
            ActorRef<StoreMessage.Question> owner = owners.get(task);
            StoreMessage.Answer answer = owner == null ? null : answer(send(owner, question));
            if (answer instanceof StoreMessage.Failed failed) {
                throw new TailraceException(failed.code(), failed.message());
            }
            if (answer != null && !(answer instanceof StoreMessage.NotHere)) {
                return answer;
            }
            if (owner != null) {
                owners.remove(task, owner);
            }
            findOwners();
            if (!owners.containsKey(task)) {
                if (System.nanoTime() - begun > FIND_WITHIN_NANOS) {
                    throw new TailraceException(
                            ErrorCode.NOT_READY,
                            "Nobody runs task " + task + " of application " + application
                                    + " at the moment: start an instance, or ask again.");
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    /** Asks all instances that the node knows what they run. */
    private void findOwners() {
        ActorSystem<?> system = tailrace.system();
        CompletionStage<Receptionist.Listing> listing = AskPattern.ask(
                system.receptionist(),
                replyTo -> Receptionist.find(StoreKeeper.key(application), replyTo),
                ANSWER_WITHIN,
                system.scheduler());
        Receptionist.Listing found = answer(listing);
        if (found == null) {
            return;
        }
        Map<ActorRef<StoreMessage.Question>, CompletionStage<StoreMessage.Answer>> asked = new ConcurrentHashMap<>();
        found.getServiceInstances(StoreKeeper.key(application))
                .forEach(instance -> asked.put(instance, send(instance, StoreMessage.WhichTasks::new)));
        List<TaskId> known = new ArrayList<>();
        asked.forEach((instance, answer) -> {
            if (answer(answer) instanceof StoreMessage.Tasks tasks) {
                tasks.tasks().forEach(task -> owners.put(task, instance));
                known.addAll(tasks.tasks());
            }
        });
        owners.keySet().retainAll(known);
    }

    private CompletionStage<StoreMessage.Answer> send(
            ActorRef<StoreMessage.Question> to,
            Function<ActorRef<StoreMessage.Answer>, StoreMessage.Question> question) {
        return AskPattern.ask(
                to, question::apply, ANSWER_WITHIN, tailrace.system().scheduler());
    }

    /** {@code null} if none came in time. */
    private static <T> @Nullable T answer(CompletionStage<T> stage) {
        try {
            // The actor system's own clock stops with it.
            return stage.toCompletableFuture()
                    .completeOnTimeout(null, 2 * ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } catch (CompletionException e) {
            return null;
        }
    }
}
