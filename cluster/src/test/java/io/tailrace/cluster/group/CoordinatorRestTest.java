package io.tailrace.cluster.group;

import static io.tailrace.cluster.group.GroupWorld.topic;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.catalog.Catalog;
import io.tailrace.cluster.catalog.FakeCatalog;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.partition.PartitionId;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A coordinator whose node stops. */
class CoordinatorRestTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Topic TOPIC = topic(0, 4);

    private final FakeCatalog catalog = new FakeCatalog();
    private final ActorSystem system = ActorSystem.create(
            "rest",
            ConfigFactory.parseString("tailrace.journal.class = \"" + FailingJournal.class.getName() + "\"\n"
                            + "tailrace.snapshot-store.class ="
                            + " \"org.apache.pekko.persistence.snapshot.NoSnapshotStore\"")
                    .withFallback(ConfigFactory.load("local-system")));
    private final ActorRef<GroupCoordinator.Command> coordinator = begin();

    private ActorRef<GroupCoordinator.Command> begin() {
        FailingJournal.reset();
        catalog.set(Catalog.of(List.of(TOPIC)));
        return next();
    }

    private ActorRef<GroupCoordinator.Command> next() {
        return Adapter.spawnAnonymous(
                system,
                GroupCoordinator.create(new GroupEnvironment(
                        Adapter.spawnAnonymous(system, catalog.behavior()),
                        new GroupLimits(100, 5, 1 << 20, Duration.ofDays(7)),
                        Clock.systemUTC(),
                        Assignors.BUILT_IN)));
    }

    @AfterEach
    void stop() {
        system.terminate();
    }

    private CompletionStage<GroupReply> ask(ActorRef<GroupCoordinator.Command> whom, GroupRequestOf request) {
        return AskPattern.ask(whom, request::to, LONG, Adapter.toTyped(system).scheduler());
    }

    private interface GroupRequestOf {
        GroupCoordinator.Command to(ActorRef<GroupReply> replyTo);
    }

    private CompletionStage<Done> rest() {
        return AskPattern.ask(
                coordinator,
                GroupCoordinator::rest,
                LONG,
                Adapter.toTyped(system).scheduler());
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
    }

    private GroupRequestOf reset(long offset) {
        return replyTo -> new GroupRequest.Reset("g", Map.of(TOPIC.partition(0), offset), replyTo);
    }

    private static boolean isRefused(GroupReply reply) {
        return reply instanceof GroupReply.Refused refused && refused.code() == ErrorCode.COORDINATOR_UNAVAILABLE;
    }

    @Test
    void whatIsBeingStoredIsStoredAndAnsweredFirstAndTheRestIsRefused() {
        while (isRefused(join(ask(coordinator, reset(1))))) {
            Thread.onSpinWait();
        }
        List<CompletableFuture<GroupReply>> replies = new ArrayList<>();
        for (long offset = 2; offset < 50; offset++) {
            replies.add(ask(coordinator, reset(offset)).toCompletableFuture());
        }
        join(rest());
        assertThat(replies).allMatch(CompletableFuture::isDone);
        long last = 1;
        boolean refused = false;
        for (int place = 0; place < replies.size(); place++) {
            if (isRefused(join(replies.get(place)))) {
                refused = true;
            } else {
                assertThat(refused).as("stored after one that was not").isFalse();
                last = place + 2L;
            }
        }
        assertThat(isRefused(join(ask(coordinator, reset(100))))).isTrue();
        join(rest());

        ActorRef<GroupCoordinator.Command> next = next();
        GroupReply reply = join(ask(next, replyTo -> new GroupRequest.Describe("g", replyTo)));
        while (isRefused(reply)) {
            reply = join(ask(next, replyTo -> new GroupRequest.Describe("g", replyTo)));
        }
        PartitionId partition = TOPIC.partition(0);
        assertThat(((GroupReply.Described) reply)
                        .description()
                        .offsets()
                        .get(new TopicPartitionId(TOPIC.name(), partition))
                        .offset())
                .isEqualTo(last);
    }

    @Test
    void whoIsAsleepOrRecoversRestsAtOnce() {
        join(rest());
        assertThat(isRefused(join(ask(coordinator, reset(1))))).isTrue();
        ActorRef<GroupCoordinator.Command> other = next();
        assertThat(isRefused(join(ask(other, reset(1))))).isTrue();
        join(AskPattern.ask(
                other, GroupCoordinator::rest, LONG, Adapter.toTyped(system).scheduler()));
        assertThat(isRefused(join(ask(other, reset(1))))).isTrue();
    }
}
