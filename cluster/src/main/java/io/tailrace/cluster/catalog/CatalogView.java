package io.tailrace.cluster.catalog;

import java.time.Duration;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * What one node knows of the catalogue: it follows the singleton, applies the same events, and says again every other second that
 * it follows, since the singleton may have moved. What it knows may be a moment old; who needs to be sure asks the catalogue.
 */
public final class CatalogView {
    private static final Duration FOLLOW_AGAIN = Duration.ofSeconds(2);
    private static final Duration FOLLOW_AGAIN_AT_FIRST = Duration.ofMillis(100);

    private final ActorContext<Command> context;
    private final ActorRef<TopicCatalog.Command> catalog;
    private final Consumer<Catalog> listener;
    private final ActorRef<TopicCatalog.Update> updates;
    private Catalog known = Catalog.EMPTY;
    private long version = -1;

    /** What the view hears. */
    public sealed interface Command {}

    private record Heard(TopicCatalog.Update update) implements Command {}

    private enum Tick implements Command {
        INSTANCE
    }

    private CatalogView(
            ActorContext<Command> context, ActorRef<TopicCatalog.Command> catalog, Consumer<Catalog> listener) {
        this.context = context;
        this.catalog = catalog;
        this.listener = listener;
        this.updates = context.messageAdapter(TopicCatalog.Update.class, Heard::new);
    }

    /**
     * A view that tells the listener, on the actor's thread, of every state that it learns of; the first when the catalogue has
     * answered for the first time.
     */
    public static Behavior<Command> create(ActorRef<TopicCatalog.Command> catalog, Consumer<Catalog> listener) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerWithFixedDelay(Tick.INSTANCE, FOLLOW_AGAIN_AT_FIRST);
            CatalogView view = new CatalogView(context, catalog, listener);
            view.follow();
            return Behaviors.receive(Command.class)
                    .onMessage(Heard.class, heard -> {
                        if (view.version < 0) {
                            timers.startTimerWithFixedDelay(Tick.INSTANCE, FOLLOW_AGAIN);
                        }
                        return view.learn(heard.update);
                    })
                    .onMessageEquals(Tick.INSTANCE, view::follow)
                    .build();
        }));
    }

    private Behavior<Command> follow() {
        catalog.tell(new TopicCatalog.Follow(version, updates));
        return Behaviors.same();
    }

    private Behavior<Command> learn(TopicCatalog.Update update) {
        if (update instanceof TopicCatalog.Everything everything) {
            known = everything.catalog();
        } else if (update.version() == version + 1) {
            known = known.apply(((TopicCatalog.Changed) update).event());
        } else {
            context.getLog().debug("Missed something between {} and {}: asking for all", version, update.version());
            version = -1;
            return follow();
        }
        version = update.version();
        listener.accept(known);
        return Behaviors.same();
    }
}
