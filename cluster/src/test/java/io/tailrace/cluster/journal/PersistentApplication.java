package io.tailrace.cluster.journal;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** An application's actor system with the plugins, and with a node under it. */
final class PersistentApplication implements AutoCloseable {
    /** A second journal of the same node. */
    static final String OTHER_JOURNAL = "other-journal";

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private final ActorSystem system;

    /** Blocking; the node itself starts with the first use of a plugin. */
    PersistentApplication(Path data, Map<String, ?> settings) {
        Config config = ConfigFactory.parseMap(settings)
                .withFallback(ConfigFactory.parseString(OTHER_JOURNAL + " = ${tailrace.journal}"))
                .withFallback(ConfigFactory.parseMap(Map.of(
                        "tailrace.data-dir",
                        data.toString(),
                        "tailrace.flush",
                        "os",
                        "pekko.persistence.journal.plugin",
                        TailraceJournal.PLUGIN_ID,
                        "pekko.persistence.snapshot-store.plugin",
                        TailraceSnapshotStore.PLUGIN_ID)))
                .withFallback(ConfigFactory.load().getConfig("tailrace.actor-system"))
                .withFallback(ConfigFactory.load())
                .resolve();
        this.system = ActorSystem.create("application", config);
    }

    ActorSystem system() {
        return system;
    }

    <T> ActorRef<T> spawn(Behavior<T> behavior) {
        return Adapter.spawnAnonymous(system, behavior);
    }

    /** Completes when the actor has stopped. */
    CompletionStage<Void> termination(ActorRef<?> actor) {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        spawn(Behaviors.<Void>setup(context -> {
            context.watch(actor);
            return Behaviors.receive(Void.class)
                    .onSignal(Terminated.class, signal -> {
                        ended.complete(null);
                        return Behaviors.stopped();
                    })
                    .build();
        }));
        return ended;
    }

    List<String> add(ActorRef<Ledger.Command> ledger, String... entries) {
        return join(adding(ledger, entries));
    }

    CompletionStage<List<String>> adding(ActorRef<Ledger.Command> ledger, String... entries) {
        return AskPattern.ask(
                ledger,
                replyTo -> new Ledger.Add(List.of(entries), replyTo),
                PATIENCE,
                Adapter.toTyped(system).scheduler());
    }

    List<String> get(ActorRef<Ledger.Command> ledger) {
        return join(AskPattern.<Ledger.Command, List<String>>ask(
                ledger, Ledger.Get::new, PATIENCE, Adapter.toTyped(system).scheduler()));
    }

    static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        system.terminate();
        join(system.getWhenTerminated());
    }
}
