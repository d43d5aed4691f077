package io.tailrace.cluster.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.creation.FakeCreators;
import io.tailrace.cluster.creation.FakeCreators.Way;
import io.tailrace.cluster.placement.GroupMove;
import io.tailrace.cluster.placement.InternalPartition;
import io.tailrace.cluster.placement.PlacementGroup;
import io.tailrace.cluster.placement.StorageNode;
import io.tailrace.cluster.placement.StorageNodes;
import io.tailrace.cluster.quota.Quota;
import io.tailrace.cluster.quota.QuotaEntity;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.pattern.Patterns;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The catalogue over a journal in memory, and nodes that make replicas as they please. */
class TopicCatalogTest {
    private static final UUID A = new UUID(1, 1);
    private static final UUID B = new UUID(2, 2);
    private static final UUID C = new UUID(3, 3);
    private static final Duration PATIENCE = Duration.ofMillis(1500);
    private static final Duration LONG = Duration.ofSeconds(20);

    private final FakeCreators creators = new FakeCreators();
    private final FakeNodes nodes = new FakeNodes();
    private ActorSystem system;
    private ActorRef<TopicCatalog.Command> catalog;
    private CatalogClient topics;
    private volatile Catalog seen = Catalog.EMPTY;

    private static final class FakeNodes implements StorageNodes {
        private volatile Set<UUID> live = Set.of(A, B, C);

        @Override
        public List<StorageNode> members() {
            return live.stream().map(StorageNode::of).toList();
        }

        @Override
        public Set<UUID> live() {
            return live;
        }
    }

    @BeforeEach
    void start() {
        system = ActorSystem.create(
                "catalog", ConfigFactory.parseString("""
                        tailrace.journal {
                          class = "org.apache.pekko.persistence.journal.inmem.InmemJournal"
                          test-serialization = on
                        }
                        tailrace.snapshot-store.class = "org.apache.pekko.persistence.snapshot.NoSnapshotStore"
                        """).withFallback(ConfigFactory.load("local-system")));
        begin(List.of(A, B, C));
    }

    private void begin(List<UUID> controlVoters) {
        catalog = Adapter.spawnAnonymous(
                system, TopicCatalog.create(new CatalogEnvironment(500, 10, nodes, controlVoters, creators, PATIENCE)));
        topics = new CatalogClient(Adapter.toTyped(system), catalog, LONG, LONG);
        Adapter.spawnAnonymous(system, CatalogView.create(catalog, now -> seen = now));
    }

    private void restart() {
        try {
            Patterns.gracefulStop(Adapter.toClassic(catalog), LONG)
                    .toCompletableFuture()
                    .get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
        begin(List.of(A, B, C));
    }

    @AfterEach
    void stop() {
        system.terminate();
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
    }

    private static TailraceException failure(CompletionStage<?> stage) {
        Throwable failure = Failures.cause(catchThrowable(() -> join(stage)));
        assertThat(failure).isInstanceOf(TailraceException.class);
        return (TailraceException) failure;
    }

    private static Set<PartitionId> all(Topic topic) {
        return IntStream.range(0, topic.partitions()).mapToObj(topic::partition).collect(Collectors.toSet());
    }

    @Test
    void aTopicIsThereWhenAllItsReplicasAre() {
        creators.set(B, Way.IS_SILENT);
        CompletionStage<Topic> created = topics.create(NewTopic.of("t", 4));
        await().until(() -> creators.asked(B) > 1);
        assertThat(join(topics.list())).isEmpty();
        assertThat(failure(topics.describe("t")).code()).isEqualTo(ErrorCode.UNKNOWN_TOPIC);
        assertThat(failure(topics.create(NewTopic.of("t", 1))).code()).isEqualTo(ErrorCode.TOPIC_EXISTS);
        // No node may take what is made for a stranger's.
        await().until(() -> seen.planned().size() == 1);
        creators.set(B, Way.MAKES);

        Topic topic = join(created);
        assertThat(topic.replicas()).isEqualTo(3);
        for (UUID node : List.of(A, B, C)) {
            assertThat(creators.made(node)).isEqualTo(all(topic));
        }
        assertThat(join(topics.describe("t"))).isEqualTo(topic);
        assertThat(join(topics.find(topic.id()))).isEqualTo(topic);
        await().until(() -> seen.planned().isEmpty() && seen.find("t") != null);
        assertThat(seen.placement(List.of(A)).voters(topic.partition(2)).orElseThrow())
                .containsExactlyInAnyOrder(A, B, C);
    }

    @Test
    void whatANodeRefusesIsNotThereAndWhatWasMadeOfItGoes() {
        creators.set(C, Way.REFUSES);
        TailraceException why = failure(topics.create(NewTopic.of("t", 2)));
        assertThat(why.code()).isEqualTo(ErrorCode.DISK_FULL);
        assertThat(why).hasMessageContaining(C.toString());
        await().until(() -> seen.planned().isEmpty() && seen.deleted().size() == 1);
        UUID dropped = seen.deleted().keySet().iterator().next();
        assertThat(seen.partitions()).isZero();

        creators.set(C, Way.MAKES);
        Topic again = join(topics.create(NewTopic.of("t", 2)));
        assertThat(again.id()).isNotEqualTo(dropped);
        for (UUID node : List.of(A, B, C)) {
            assertThat(seen.deleted()).containsKey(dropped);
            topics.forget(dropped, node);
            topics.forget(dropped, node);
        }
        await().until(() -> seen.deleted().isEmpty());
    }

    @Test
    void aNodeThatIsNotThereFailsItInTime() {
        creators.set(C, Way.IS_SILENT);
        assertThat(failure(topics.create(NewTopic.of("t", 2))).code()).isEqualTo(ErrorCode.NOT_ENOUGH_NODES);
        assertThat(join(topics.list())).isEmpty();
    }

    @Test
    void anAnswerThatComesTwiceCountsOnce() {
        List.of(A, B, C).forEach(node -> creators.set(node, Way.MAKES_AND_SAYS_IT_TWICE));
        Topic topic = join(topics.create(NewTopic.of("t", 2)));
        assertThat(join(topics.list())).containsExactly(topic);
    }

    @Test
    void asManyReplicasAsNodesAreUpAndNoMore() {
        assertThat(failure(topics.create(NewTopic.of("t", 1).withReplicas(4))).code())
                .isEqualTo(ErrorCode.NOT_ENOUGH_NODES);
        assertThat(failure(topics.create(NewTopic.of("t", 1).withReplicas(16))).code())
                .isEqualTo(ErrorCode.INVALID_SETTING);
        assertThat(join(topics.create(NewTopic.of("two", 1).withReplicas(2))).replicas())
                .isEqualTo(2);
        nodes.live = Set.of(A, B);
        // Quietly giving fewer than the cluster can give would be a surprise on the day when it counts.
        assertThat(failure(topics.create(NewTopic.of("t", 1))).code()).isEqualTo(ErrorCode.NOT_ENOUGH_NODES);
        assertThat(join(topics.create(NewTopic.of("one", 1).withReplicas(1))).replicas())
                .isEqualTo(1);
    }

    @Test
    void aNodeThatIsAloneGivesOneReplica() {
        nodes.live = Set.of(A);
        begin(List.of(A));
        Topic topic = join(topics.create(NewTopic.of("t", 3)));
        assertThat(topic.replicas()).isEqualTo(1);
        assertThat(creators.made(A)).isEqualTo(all(topic));
    }

    @Test
    void aFactorsGroupsCountOnFoundersThatAreDownAtTheMoment() {
        nodes.live = Set.of(A, B);
        creators.set(C, Way.IS_SILENT);
        join(topics.create(NewTopic.of("t", 1).withReplicas(1)).handle((topic, failure) -> topic));
        await().until(() -> seen.groups().has(1));
        assertThat(seen.groups().byFactor().get(1)).contains(List.of(C));
    }

    @Test
    void onlyNewPartitionsAreMadeWhenATopicGrows() {
        Topic before = join(topics.create(NewTopic.of("t", 2)));
        List.of(A, B, C).forEach(node -> assertThat(creators.made(node)).hasSize(2));
        creators.set(A, Way.IS_SILENT);
        CompletionStage<Topic> altered =
                topics.alter("t", new TopicChange(OptionalInt.of(5), Map.of("segment.ms", "9"), Set.of()));
        await().until(() -> seen.planned().size() == 1);
        // It stays as it was until then, and nobody else changes it.
        assertThat(join(topics.describe("t"))).isEqualTo(before);
        assertThat(failure(topics.alter("t", TopicChange.partitions(7))).code())
                .isEqualTo(ErrorCode.CATALOG_UNAVAILABLE);
        assertThat(failure(topics.delete("t")).code()).isEqualTo(ErrorCode.CATALOG_UNAVAILABLE);
        creators.set(A, Way.MAKES);
        Topic after = join(altered);
        assertThat(after.partitions()).isEqualTo(5);
        assertThat(creators.made(A)).isEqualTo(all(after));
        assertThat(creators.sizes()).containsOnly(2, 3);
    }

    @Test
    void aTopicThatCannotGrowStaysAsItWas() {
        Topic before = join(topics.create(NewTopic.of("t", 2)));
        creators.set(A, Way.REFUSES);
        assertThat(failure(topics.alter("t", TopicChange.partitions(5))).code()).isEqualTo(ErrorCode.DISK_FULL);
        assertThat(join(topics.describe("t"))).isEqualTo(before);
        creators.set(A, Way.MAKES);
        assertThat(join(topics.alter("t", TopicChange.partitions(5))).partitions())
                .isEqualTo(5);
    }

    @Test
    void aPlanIsCarriedOnByTheNextIncarnation() {
        creators.set(B, Way.SAYS_IT_IS_AT_IT);
        topics.create(NewTopic.of("t", 3));
        await().until(() -> creators.asked(B) > 0);
        restart();
        creators.set(B, Way.MAKES);
        await().until(() -> seen.find("t") != null);
        assertThat(creators.made(B)).isEqualTo(all(join(topics.describe("t"))));
    }

    @Test
    void theSameTopicAskedForTwiceIsOneTopic() {
        UUID id = UUID.randomUUID();
        creators.set(B, Way.IS_SILENT);
        CompletionStage<TopicCatalog.Reply> first = ask(id);
        await().until(() -> creators.asked(B) > 0);
        CompletionStage<TopicCatalog.Reply> second = ask(id);
        creators.set(B, Way.MAKES);
        assertThat(join(first)).isInstanceOf(TopicCatalog.One.class).isEqualTo(join(second));
        assertThat(join(ask(id))).isEqualTo(join(first));
        assertThat(join(topics.list())).hasSize(1);
    }

    private CompletionStage<TopicCatalog.Reply> ask(UUID id) {
        return org.apache.pekko.actor.typed.javadsl.AskPattern.ask(
                catalog,
                replyTo -> new TopicCatalog.Create(NewTopic.of("t", 1), id, replyTo),
                LONG,
                Adapter.toTyped(system).scheduler());
    }

    @Test
    void topicsAndTheirPlansAreBoundedTogether() {
        List.of(A, B, C).forEach(node -> creators.set(node, Way.SAYS_IT_IS_AT_IT));
        topics.create(NewTopic.of("t", 400));
        await().until(() -> seen.planned().size() == 1);
        assertThat(failure(topics.create(NewTopic.of("u", 101))).code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
    }

    @Test
    void whatIsConfirmedIsAllThereIs() {
        Topic topic = join(topics.create(NewTopic.of("t", 2)));
        Catalog whole = join(topics.confirmed());
        assertThat(whole.find("t")).isEqualTo(topic);
        assertThat(whole.groups().has(3)).isTrue();
        await().until(() -> seen.equals(whole));
    }

    // --- quotas ------------------------------------------------------------------------------------------------------

    @Test
    void quotasAreStoredFollowedAndTakenAwayAgain() {
        CatalogQuotas quotas = new CatalogQuotas(topics);
        Quota billing = new Quota(QuotaEntity.clientId("billing"), OptionalLong.of(5_000_000), OptionalLong.empty());
        Quota others = new Quota(QuotaEntity.defaultClientId(), OptionalLong.empty(), OptionalLong.of(9_000_000));
        assertThat(join(quotas.set(billing))).isEqualTo(billing);
        join(quotas.set(others));
        await().until(() -> seen.quotas().byEntity().size() == 2);
        restart();
        quotas = new CatalogQuotas(topics);
        assertThat(join(quotas.list())).containsExactly(others, billing);
        join(quotas.delete(others.entity()));
        assertThat(join(quotas.list())).containsExactly(billing);
        await().until(() -> seen.quotas().list().equals(List.of(billing)));
        assertThat(failure(quotas.delete(others.entity())).code()).isEqualTo(ErrorCode.NOT_FOUND);
    }

    // --- internal partitions -----------------------------------------------------------------------------------------

    private static UUID internal(int number) {
        return InternalPartition.of("journal", "actor-" + number).topicId();
    }

    @Test
    void anInternalPartitionIsMadeWhenItIsFirstAskedFor() {
        creators.set(B, Way.IS_SILENT);
        CompletionStage<Integer> first = topics.placeInternal(internal(1));
        CompletionStage<Integer> second = topics.placeInternal(internal(1));
        await().until(() -> creators.asked(B) > 1);
        PartitionId partition = new PartitionId(internal(1), 0);
        assertThat(seen.placement(List.of(A)).voters(partition)).isEmpty();
        creators.set(B, Way.MAKES);
        assertThat(join(first)).isEqualTo(3);
        assertThat(join(second)).isEqualTo(3);
        assertThat(creators.made(B)).containsExactly(partition);
        await().until(() -> seen.placement(List.of(A)).voters(partition).isPresent());

        int asked = creators.asked(A);
        assertThat(join(topics.placeInternal(internal(1)))).isEqualTo(3);
        assertThat(creators.asked(A)).isEqualTo(asked);
    }

    @Test
    void anInternalPartitionThatCouldNotBeMadeKeepsItsFactor() {
        nodes.live = Set.of(A, B, C);
        creators.set(B, Way.REFUSES);
        assertThat(failure(topics.placeInternal(internal(1))).code()).isEqualTo(ErrorCode.DISK_FULL);
        restart();
        nodes.live = Set.of(A);
        creators.set(B, Way.MAKES);
        assertThat(join(topics.placeInternal(internal(1)))).isEqualTo(3);
        assertThat(creators.made(B)).hasSize(1);
    }

    @Test
    void internalPartitionsAreBounded() {
        for (int number = 0; number < 10; number++) {
            join(topics.placeInternal(internal(number)));
        }
        assertThat(failure(topics.placeInternal(internal(10))).code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
        assertThat(join(topics.placeInternal(internal(9)))).isEqualTo(3);
        assertThat(failure(topics.placeInternal(UUID.randomUUID())).code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(failure(topics.placeInternal(InternalPartition.CATALOG_EVENTS.topicId()))
                        .code())
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
    }

    @Test
    void whatANodeHadBeforeIsTakenOverAsItIs() {
        nodes.live = Set.of(A);
        begin(List.of(A));
        Topic old = new Topic("old", UUID.randomUUID(), 3, 1, TopicSettings.DEFAULT);
        for (int time = 0; time < 2; time++) {
            assertThat(join(topics.adopt(List.of(old), List.of(internal(1), internal(2)))))
                    .containsExactly(old);
        }
        await().until(() -> seen.internals().size() == 2);
        assertThat(seen.placement(List.of(A)).voters(old.partition(2))).isEqualTo(Optional.of(List.of(A)));
        assertThat(seen.placement(List.of(A)).voters(new PartitionId(internal(2), 0)))
                .isEqualTo(Optional.of(List.of(A)));
        assertThat(join(topics.placeInternal(internal(2)))).isEqualTo(1);
        assertThat(creators.asked(A)).isZero();
    }

    @Test
    void aStateFromBeforeThereWereGroupsGetsThem() {
        nodes.live = Set.of(A);
        CatalogRules rules = new CatalogRules(new CatalogEnvironment(500, 10, nodes, List.of(A), creators, PATIENCE));
        Topic there = new Topic("a", new UUID(0, 1), 3, 1, TopicSettings.DEFAULT);
        Topic gone = new Topic("b", new UUID(0, 2), 3, 1, TopicSettings.DEFAULT);
        Catalog old = Catalog.of(List.of(there, gone)).apply(new CatalogEvent.TopicDeleted(gone.id()));
        Catalog now = old;
        for (CatalogEvent event : rules.missingGroups(old)) {
            now = now.apply(event);
        }
        assertThat(rules.missingGroups(now)).isEmpty();
        assertThat(now.placement(List.of(A)).voters(there.partition(1))).contains(List.of(A));
        assertThat(now.holders(gone)).containsExactly(A);
        assertThat(rules.missingGroups(Catalog.EMPTY)).isEmpty();
    }

    // --- groups that move --------------------------------------------------------------------------------------------

    private static final UUID D = new UUID(4, 4);

    private Catalog all() {
        return join(topics.confirmed());
    }

    private void say(Topic topic, boolean settled) {
        Catalog now = all();
        List<MoveReport> reports = new ArrayList<>();
        for (int number = 0; number < topic.partitions(); number++) {
            PlacementGroup group = PlacementGroup.of(topic.partition(number), topic.replicas());
            GroupMove move = now.groups().move(group);
            if (move != null) {
                reports.add(new MoveReport(topic.partition(number), group, move.number(), settled));
            }
        }
        topics.report(reports);
    }

    @Test
    void whatIsDrainedIsLeftWhenAllPartitionsHaveArrivedAndSettled() {
        nodes.live = Set.of(A, B, C, D);
        Topic topic = join(topics.create(NewTopic.of("t", 5)));
        Catalog before = all();
        Catalog draining = join(topics.drain(A, true));
        assertThat(draining.drained()).containsExactly(A);
        // Groups without a partition have moved at once.
        assertThat(draining.groups().moves()).hasSizeBetween(1, 5).allSatisfy((group, move) -> {
            assertThat(move.target()).doesNotContain(A).hasSize(3);
            assertThat(draining.groups().voters(group))
                    .isEqualTo(before.groups().voters(group));
        });
        say(topic, true);
        assertThat(all().groups().moves()).isEqualTo(draining.groups().moves());
        restart();
        say(topic, false);
        assertThat(all().groups().moves().values())
                .hasSize(draining.groups().moves().size())
                .allMatch(move -> move.hasArrived() && move.leaving().equals(List.of(A)));
        say(topic, true);
        Catalog done = all();
        assertThat(done.groups().moves()).isEmpty();
        for (int number = 0; number < PlacementGroup.GROUPS; number++) {
            assertThat(done.groups().holders(new PlacementGroup(3, number))).doesNotContain(A);
        }
        assertThat(failure(topics.drain(B, true)).code()).isEqualTo(ErrorCode.NOT_ENOUGH_NODES);
        assertThat(failure(topics.create(NewTopic.of("u", 1).withReplicas(4))).code())
                .isEqualTo(ErrorCode.NOT_ENOUGH_NODES);
        assertThat(join(topics.drain(A, false)).drained()).isEmpty();
    }

    @Test
    void whatHasNotLeftYetStaysWhenItIsUndrained() {
        nodes.live = Set.of(A, B, C, D);
        Topic topic = join(topics.create(NewTopic.of("t", 5)));
        Catalog before = all();
        Catalog draining = join(topics.drain(A, true));
        Catalog undone = join(topics.drain(A, false));
        draining.groups().moves().forEach((group, move) -> {
            assertThat(undone.groups().wished(group)).isEqualTo(before.groups().voters(group));
            assertThat(undone.groups().holders(group)).containsAll(move.target());
        });
        say(topic, true);
        assertThat(all().groups().moves()).isEmpty();
    }

    @Test
    void whoCannotLeadIsNamedLastAndTheMoveGoesOn() {
        nodes.live = Set.of(A, B, C, D);
        Topic topic = join(topics.create(NewTopic.of("t", 1)));
        PlacementGroup group = PlacementGroup.of(topic.partition(0), 3);
        List<UUID> voters = all().groups().voters(group).orElseThrow();
        UUID other = Stream.of(A, B, C, D)
                .filter(node -> !voters.contains(node))
                .findFirst()
                .orElseThrow();
        List<UUID> target = List.of(other, voters.get(1), voters.get(2));
        join(topics.move(group, target));
        topics.yieldLead(group, voters.get(0));
        Catalog now = all();
        assertThat(now.groups().voters(group)).contains(List.of(voters.get(1), voters.get(2), voters.get(0)));
        assertThat(now.groups().wished(group)).contains(target);
    }

    @Test
    void anotherOrderOfTheSameVotersNeedsNothingOfTheirLogs() {
        Topic topic = join(topics.create(NewTopic.of("t", 1)));
        PlacementGroup group = PlacementGroup.of(topic.partition(0), 3);
        List<UUID> voters = all().groups().voters(group).orElseThrow();
        List<UUID> order = List.of(voters.get(2), voters.get(0), voters.get(1));
        Catalog now = join(topics.move(group, order));
        assertThat(now.groups().voters(group)).contains(order);
        assertThat(now.groups().moves()).isEmpty();
        assertThat(failure(topics.move(group, List.of(A, B))).code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(failure(topics.move(group, List.of(A, B, D))).code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(failure(topics.move(PlacementGroup.CONTROL, List.of(A, B, C)))
                        .code())
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
    }

    @Test
    void whoseNodeStopsStoresNothingMoreAndGoesOnAnswering() {
        Topic topic = join(topics.create(NewTopic.of("t", 1)));
        join(AskPattern.<TopicCatalog.Command, Done>ask(
                catalog, TopicCatalog::rest, LONG, Adapter.toTyped(system).scheduler()));
        assertThat(join(topics.describe("t"))).isEqualTo(topic);
        assertThat(failure(topics.delete("t")).code()).isEqualTo(ErrorCode.CATALOG_UNAVAILABLE);
        assertThat(failure(topics.create(NewTopic.of("u", 1))).code()).isEqualTo(ErrorCode.CATALOG_UNAVAILABLE);
        restart();
        assertThat(join(topics.list())).containsExactly(topic);
        join(topics.delete("t"));
    }
}
