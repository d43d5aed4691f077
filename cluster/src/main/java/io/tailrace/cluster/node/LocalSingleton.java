package io.tailrace.cluster.node;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;

/** The incarnation of a singleton on this node, if there has been one: what stores through the journal comes to rest before its partition does. */
final class LocalSingleton<T> {
    private volatile @Nullable ActorRef<T> last;
    private volatile boolean resting;

    /** It is that one, and can answer. */
    void isHere(ActorRef<T> incarnation) {
        last = incarnation;
    }

    /** The behaviour of which the cluster is to have one, if it can answer from the beginning. */
    Behavior<T> of(Behavior<T> behavior) {
        return unlessAtRest(Behaviors.setup(context -> {
            isHere(context.getSelf());
            return behavior;
        }));
    }

    /** One that comes to be here, of all nodes, while the node stops does nothing: there is nothing left that it could be recovered from. */
    Behavior<T> unlessAtRest(Behavior<T> behavior) {
        return Behaviors.setup(context -> resting ? Behaviors.ignore() : behavior);
    }

    /**
     * Asks the incarnation that is here to begin no more.
     *
     * @param rest what it is told; it answers when nothing of what it has begun is under way
     * @return complete when it has answered, when there is none, or when the time is over; does not fail
     */
    CompletionStage<Done> rest(ActorSystem<?> system, Function<ActorRef<Done>, T> rest, Duration timeout) {
        resting = true;
        ActorRef<T> here = last;
        return here == null
                ? CompletableFuture.completedStage(Done.getInstance())
                : AskPattern.<T, Done>ask(here, rest::apply, timeout, system.scheduler())
                        .handleAsync((done, none) -> Done.getInstance(), Runnable::run);
    }
}
