package io.tailrace.cluster.group;

import static io.tailrace.cluster.group.GroupWorld.topic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.catalog.Catalog;
import io.tailrace.cluster.catalog.FakeCatalog;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicCatalog;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.partition.PartitionId;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.PoisonPill;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.pattern.Patterns;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The coordinator and members over a journal in memory, and a catalogue that says what a test wants. */
class GroupCoordinatorTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Topic TOPIC = topic(0, 4);

    private final FakeCatalog catalog = new FakeCatalog();
    private ActorSystem system;
    private ActorRef<TopicCatalog.Command> catalogRef;
    private volatile ActorRef<GroupCoordinator.Command> coordinator;
    private Groups groups;

    @BeforeEach
    void start() {
        FailingJournal.reset();
        system = ActorSystem.create(
                "groups",
                ConfigFactory.parseString("tailrace.journal.class = \"" + FailingJournal.class.getName() + "\"\n"
                                + "tailrace.snapshot-store.class ="
                                + " \"org.apache.pekko.persistence.snapshot.NoSnapshotStore\"")
                        .withFallback(ConfigFactory.load("local-system")));
        catalog.set(Catalog.of(List.of(TOPIC)));
        catalogRef = Adapter.spawnAnonymous(system, catalog.behavior());
        begin();
        ActorRef<GroupCoordinator.Command> proxy =
                Adapter.spawnAnonymous(system, Behaviors.<GroupCoordinator.Command>receiveMessage(message -> {
                    coordinator.tell(message);
                    return Behaviors.same();
                }));
        groups = new GroupClient(Adapter.toTyped(system), "n0", proxy, LONG, 100);
    }

    private void begin() {
        begin(Duration.ofDays(7));
    }

    private void begin(Duration retention) {
        coordinator = Adapter.spawnAnonymous(
                system,
                GroupCoordinator.create(new GroupEnvironment(
                        catalogRef,
                        new GroupLimits(10, 5, 1 << 20, retention),
                        Clock.systemUTC(),
                        Assignors.BUILT_IN)));
    }

    private void end() {
        try {
            Patterns.gracefulStop(Adapter.toClassic(coordinator), LONG)
                    .toCompletableFuture()
                    .get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    private void kill(TestMember member) {
        system.actorSelection(
                        "/system/tailrace-group-member-" + member.membership().memberId())
                .tell(PoisonPill.getInstance(), org.apache.pekko.actor.ActorRef.noSender());
    }

    @AfterEach
    void stop() {
        system.terminate();
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
    }

    private static ErrorCode code(CompletionStage<?> stage) {
        Throwable failure = catchThrowable(() -> join(stage));
        assertThat(failure).isNotNull();
        return Failures.named(failure).code();
    }

    private TestMember member() {
        return TestMember.join(groups, GroupWorld.join("g", null, "t0"));
    }

    private static GroupJoin patient(String instanceId, Duration maxDrain, Duration sessionTimeout) {
        return new GroupJoin(
                "g",
                "client",
                instanceId,
                new GroupJoin.Names(List.of("t0")),
                Assignor.UNIFORM,
                maxDrain,
                sessionTimeout);
    }

    private static PartitionId partition(int number) {
        return TOPIC.partition(number);
    }

    private static void awaitHas(TestMember member, int partitions) {
        await().atMost(LONG).until(() -> member.has().size() == partitions);
    }

    @Test
    void aGroupThatNobodyUsesIsForgotten() {
        end();
        begin(Duration.ofMillis(500));
        TestMember member = member();
        awaitHas(member, 4);
        join(member.commit(partition(0), 7));
        await().during(Duration.ofMillis(1500))
                .atMost(LONG)
                .until(() -> join(groups.describe("g")).offsets().size() == 1);
        join(member.membership().leave());
        await().atMost(LONG).until(() -> join(groups.list()).isEmpty());
        assertThat(code(groups.describe("g"))).isEqualTo(ErrorCode.UNKNOWN_GROUP);
    }

    @Test
    void aMemberThatIsAloneHasAllOfIt() {
        TestMember a = member();
        awaitHas(a, 4);
        assertThat(join(a.commit(partition(1), 10))).isEqualTo(Done.getInstance());
        GroupDescription group = join(groups.describe("g"));
        assertThat(group.state()).isEqualTo(GroupState.STABLE);
        assertThat(group.members()).singleElement().satisfies(member -> {
            assertThat(member.attached()).isTrue();
            assertThat(member.node()).isEqualTo("n0");
            assertThat(member.owned()).hasSize(4).isEqualTo(member.target());
        });
        assertThat(group.offsets().get(new TopicPartitionId("t0", partition(1))).offset())
                .isEqualTo(10);
        assertThat(join(groups.list())).containsExactly(new GroupSummary("g", GroupState.STABLE, 1));
    }

    @Test
    void nobodyHearsOfAPartitionBeforeItWasGivenBackAndWhatStaysIsNotTouched() {
        TestMember a = TestMember.join(groups, GroupWorld.join("g", null, "t0"), false);
        awaitHas(a, 4);
        Map<PartitionId, Assigned> before = a.has();
        TestMember b = member();
        await().atMost(LONG).until(() -> a.toGiveBack().size() == 2);
        Set<PartitionId> going = a.toGiveBack();
        // Still its own: it commits what was in flight.
        for (PartitionId partition : going) {
            join(a.commit(partition, 100));
        }
        assertThat(b.heard()).isEmpty();
        assertThat(join(groups.describe("g")).state()).isEqualTo(GroupState.RECONCILING);
        a.giveBack();
        awaitHas(b, 2);
        assertThat(b.has().keySet()).isEqualTo(going);
        going.forEach(partition -> assertThat(b.committed(partition)).isEqualTo(100));
        assertThat(a.heard()).noneMatch(heard -> heard.startsWith("lost")).hasSize(6);
        a.has().forEach((partition, assigned) -> assertThat(assigned).isEqualTo(before.get(partition)));
        await().atMost(LONG).until(() -> join(groups.describe("g")).state() == GroupState.STABLE);
    }

    @Test
    void whatAMemberLeavesGoesOverWithTheCommittedOffsets() {
        TestMember a = member();
        awaitHas(a, 4);
        TestMember b = member();
        awaitHas(b, 2);
        Set<PartitionId> ofB = b.has().keySet();
        List<CompletionStage<Done>> commits = new ArrayList<>();
        ofB.forEach(partition -> commits.add(b.commit(partition, 7)));
        // It waits for what is being committed.
        join(b.membership().leave());
        commits.forEach(GroupCoordinatorTest::join);
        awaitHas(a, 4);
        ofB.forEach(partition -> assertThat(a.committed(partition)).isEqualTo(7));
        assertThat(b.heard()).noneMatch(heard -> heard.startsWith("ended"));
        PartitionId one = ofB.iterator().next();
        assertThat(code(b.membership().commit(List.of(new GroupMembership.Commit(one, 1, 8, -1, "")))))
                .isEqualTo(ErrorCode.CLOSED);
    }

    @Test
    void whatIsNotGivenBackInTimeIsLostAndItsCommitsAreStale() {
        TestMember slow = TestMember.join(groups, patient(null, Duration.ofMillis(100), Duration.ofSeconds(10)), false);
        awaitHas(slow, 4);
        Map<PartitionId, Assigned> had = slow.has();
        TestMember b = member();
        awaitHas(b, 2);
        await().atMost(LONG).until(() -> slow.has().size() == 2);
        PartitionId gone = b.has().keySet().iterator().next();
        assertThat(slow.heard()).contains("lost " + gone.partition());
        CompletionStage<Done> late = slow.membership()
                .commit(List.of(new GroupMembership.Commit(gone, had.get(gone).generation(), 50, -1, "")));
        assertThat(code(late)).isEqualTo(ErrorCode.STALE_COMMIT);
        join(b.commit(gone, 3));
    }

    @Test
    void whatAMemberHadThatDiedGoesToOthersAtOnce() {
        TestMember a = member();
        awaitHas(a, 4);
        TestMember b = member();
        awaitHas(b, 2);
        kill(b);
        awaitHas(a, 4);
        assertThat(b.heard()).contains("ended CLOSED");
    }

    @Test
    void aStaticMemberThatComesBackFindsItsPartitionsAgain() {
        GroupJoin left = patient("left", LONG, Duration.ofSeconds(30));
        TestMember a = TestMember.join(groups, left);
        awaitHas(a, 4);
        TestMember b = TestMember.join(groups, patient("right", LONG, Duration.ofSeconds(30)));
        awaitHas(b, 2);
        Set<PartitionId> had = a.has().keySet();
        join(a.commit(had.iterator().next(), 9));
        kill(a);
        await().atMost(LONG)
                .until(() -> join(groups.describe("g")).members().stream().anyMatch(member -> !member.attached()));
        TestMember again = TestMember.join(groups, left);
        awaitHas(again, 2);
        assertThat(again.has().keySet()).isEqualTo(had);
        assertThat(again.committed(had.iterator().next())).isEqualTo(9);
        assertThat(b.heard()).hasSize(2);

        // A second one of that name puts the first out.
        TestMember third = TestMember.join(groups, left);
        awaitHas(third, 2);
        await().atMost(LONG).until(() -> again.why() != null);
        assertThat(again.why().code()).isEqualTo(ErrorCode.MEMBER_FENCED);
    }

    @Test
    void aStaticMemberThatStaysAwayLosesThem() {
        TestMember a = TestMember.join(groups, patient("left", LONG, Duration.ofSeconds(1)));
        awaitHas(a, 4);
        TestMember b = TestMember.join(groups, patient("right", LONG, Duration.ofSeconds(1)));
        awaitHas(b, 2);
        kill(a);
        awaitHas(b, 4);
    }

    @Test
    void theNextCoordinatorKnowsAllThatWasSaidAndDisturbsNobody() {
        TestMember a = member();
        awaitHas(a, 4);
        TestMember b = member();
        awaitHas(b, 2);
        await().atMost(LONG).until(() -> a.has().size() == 2);
        Map<PartitionId, Assigned> before = a.has();
        PartitionId one = before.keySet().iterator().next();
        join(a.commit(one, 5));
        end();
        // What is committed meanwhile is stored when there is a coordinator again.
        CompletionStage<Done> meanwhile = a.commit(one, 6);
        begin();
        join(meanwhile);
        GroupDescription group = join(groups.describe("g"));
        assertThat(group.offsets().get(new TopicPartitionId("t0", one)).offset())
                .isEqualTo(6);
        await().atMost(LONG)
                .until(() -> join(groups.describe("g")).members().stream().allMatch(GroupDescription.Member::attached));
        assertThat(a.has()).isEqualTo(before);
        assertThat(a.heard()).hasSize(6);
        assertThat(b.heard()).hasSize(2);
    }

    @Test
    void whoDoesNotSayToTheNextCoordinatorThatItIsThereIsOut() {
        TestMember a = TestMember.join(groups, patient(null, LONG, Duration.ofSeconds(1)));
        awaitHas(a, 4);
        TestMember b = TestMember.join(groups, patient(null, LONG, Duration.ofSeconds(20)));
        awaitHas(b, 2);
        end();
        kill(a);
        begin();
        awaitHas(b, 4);
    }

    @Test
    void aFailedPersistStopsNobodyAndNothingIsCountedTwice() {
        TestMember a = member();
        awaitHas(a, 4);
        FailingJournal.fail(1, false);
        join(a.commit(partition(0), 5));
        FailingJournal.fail(1, true);
        join(a.commit(partition(0), 6));
        assertThat(join(groups.describe("g"))
                        .offsets()
                        .get(new TopicPartitionId("t0", partition(0)))
                        .offset())
                .isEqualTo(6);
        FailingJournal.fail(1, false);
        TestMember b = member();
        awaitHas(b, 2);
        awaitHas(a, 2);
        assertThat(a.why()).isNull();
        FailingJournal.fail(1, false);
        assertThat(code(groups.removeMember("g", b.membership().memberId()))).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
    }

    @Test
    void whatComesDuringOnePersistGoesIntoTheNextAsOne() {
        TestMember a = member();
        awaitHas(a, 4);
        int before = FailingJournal.writes();
        List<CompletionStage<Done>> commits = new ArrayList<>();
        for (int offset = 1; offset <= 100; offset++) {
            commits.add(a.commit(partition(0), offset));
        }
        commits.forEach(GroupCoordinatorTest::join);
        assertThat(FailingJournal.writes() - before).isLessThanOrEqualTo(100);
        assertThat(join(groups.describe("g"))
                        .offsets()
                        .get(new TopicPartitionId("t0", partition(0)))
                        .offset())
                .isEqualTo(100);
    }

    @Test
    void moreCommitsThanMayWaitAreRefused() {
        TestMember a = member();
        awaitHas(a, 4);
        end();
        Set<ErrorCode> codes = new HashSet<>();
        List<CompletionStage<Done>> commits = new ArrayList<>();
        for (int offset = 0; offset < 101; offset++) {
            commits.add(a.commit(partition(0), offset));
        }
        codes.add(code(commits.remove(100)));
        assertThat(codes).containsExactly(ErrorCode.LIMIT_EXCEEDED);
        begin();
        commits.forEach(GroupCoordinatorTest::join);
    }

    @Test
    void partitionsThatComeAreDealtOutAndThoseOfADeletedTopicAreLost() {
        TestMember a = member();
        awaitHas(a, 4);
        catalog.set(Catalog.of(List.of(topic(0, 6))));
        awaitHas(a, 6);
        catalog.delete(topic(0, 6));
        awaitHas(a, 0);
        assertThat(a.heard()).contains("lost 5");
    }

    @Test
    void aGroupIsAdministeredOnlyWhileNobodyIsInIt() {
        assertThat(code(groups.describe("g"))).isEqualTo(ErrorCode.UNKNOWN_GROUP);
        assertThat(code(groups.describe(""))).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        TestMember a = member();
        awaitHas(a, 4);
        join(a.commit(partition(0), 10));
        assertThat(code(groups.resetOffsets("g", Map.of(partition(0), 2L)))).isEqualTo(ErrorCode.GROUP_ACTIVE);
        assertThat(code(groups.delete("g"))).isEqualTo(ErrorCode.GROUP_ACTIVE);
        join(groups.removeMember("g", a.membership().memberId()));
        await().atMost(LONG).until(() -> a.why() != null);
        assertThat(a.why().code()).isEqualTo(ErrorCode.MEMBER_FENCED);
        GroupDescription reset = join(groups.resetOffsets("g", Map.of(partition(0), 2L)));
        assertThat(reset.offsets().get(new TopicPartitionId("t0", partition(0))).offset())
                .isEqualTo(2);
        join(groups.deleteOffsets("g", List.of(partition(0))));
        assertThat(join(groups.describe("g")).offsets()).isEmpty();
        assertThat(join(groups.describe("g")).state()).isEqualTo(GroupState.EMPTY);
        join(groups.delete("g"));
        assertThat(join(groups.list())).isEmpty();
    }

    @Test
    void whoCannotJoinAsItWantsToHearsWhy() {
        TestMember none = TestMember.join(groups, GroupWorld.join("g", null));
        await().atMost(LONG).until(() -> none.why() != null);
        assertThat(none.why().code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(join(groups.list())).isEmpty();
    }

    @Test
    void manyComeAndGoAndInTheEndAllIsDealtOutOnce() {
        List<TestMember> there = new ArrayList<>();
        for (int round = 0; round < 5; round++) {
            there.add(member());
        }
        awaitStable();
        TestMember gone = there.remove(0);
        gone.membership().leave();
        kill(there.remove(0));
        awaitStable();
        Set<PartitionId> all = new HashSet<>();
        await().atMost(LONG)
                .until(() ->
                        there.stream().mapToInt(member -> member.has().size()).sum() == 4);
        there.forEach(member -> all.addAll(member.has().keySet()));
        assertThat(all).hasSize(4);
    }

    private void awaitStable() {
        await().atMost(LONG)
                .until(() -> join(groups.list()).stream().allMatch(group -> group.state() == GroupState.STABLE));
    }
}
