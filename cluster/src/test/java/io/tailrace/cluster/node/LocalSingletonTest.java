package io.tailrace.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LocalSingletonTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final ActorSystem system = ActorSystem.create("singleton", ConfigFactory.load("local-system"));
    private final AtomicInteger begun = new AtomicInteger();
    private final LocalSingleton<ActorRef<Done>> singleton = new LocalSingleton<>();

    @AfterEach
    void stop() {
        system.terminate();
    }

    private Behavior<ActorRef<Done>> behavior() {
        return Behaviors.setup(context -> {
            begun.incrementAndGet();
            return Behaviors.ignore();
        });
    }

    private void rest(Duration timeout) {
        CompletionStage<Done> rested = singleton.rest(Adapter.toTyped(system), asker -> asker, timeout);
        rested.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
    }

    @Test
    void whoIsHereIsAsked() {
        AtomicInteger asked = new AtomicInteger();
        Adapter.spawnAnonymous(system, singleton.of(Behaviors.setup(context -> {
            begun.incrementAndGet();
            return Behaviors.receiveMessage(asker -> {
                asked.incrementAndGet();
                asker.tell(Done.getInstance());
                return Behaviors.same();
            });
        })));
        await().atMost(LONG).until(() -> begun.get() == 1);
        rest(LONG);
        assertThat(asked).hasValue(1);
    }

    @Test
    void nobodyIsWaitedForWhereNobodyIsOrWhoIsHereDoesNotAnswer() {
        rest(LONG);
        singleton.isHere(Adapter.spawnAnonymous(system, Behaviors.<ActorRef<Done>>ignore()));
        rest(Duration.ofMillis(20));
    }

    @Test
    void whoComesWhileTheNodeStopsDoesNotBegin() {
        rest(LONG);
        Adapter.spawnAnonymous(system, singleton.of(behavior()));
        ActorRef<ActorRef<Done>> other = Adapter.spawnAnonymous(system, singleton.unlessAtRest(behavior()));
        other.tell(Adapter.spawnAnonymous(system, Behaviors.<Done>ignore()));
        rest(LONG);
        assertThat(begun).hasValue(0);
    }
}
