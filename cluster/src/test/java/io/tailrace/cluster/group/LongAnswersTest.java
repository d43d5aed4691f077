package io.tailrace.cluster.group;

import static io.tailrace.cluster.group.GroupWorld.topic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.catalog.Catalog;
import io.tailrace.cluster.catalog.FakeCatalog;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Answers of the coordinator that do not fit into one message to another node: the coordinator is on one, who asks on another. */
class LongAnswersTest {
    private static final int MESSAGE_BYTES = 2 << 20;
    private static final Topic SMALL = topic(0, 400);
    /** 50,000 partitions, of topics with long names. */
    private static final List<Topic> MANY = IntStream.range(0, 5000)
            .mapToObj(number -> new Topic("t".repeat(200) + number, new UUID(8, number), 10, 1, TopicSettings.DEFAULT))
            .toList();

    private static final Duration LONG = Duration.ofSeconds(20);

    private static ActorSystem here;
    private static ActorSystem there;
    private static Groups groups;

    @BeforeAll
    static void start() {
        FailingJournal.reset();
        FakeCatalog catalog = new FakeCatalog();
        catalog.set(Catalog.of(Stream.concat(Stream.of(SMALL), MANY.stream()).toList()));
        here = ActorSystem.create("groups", config());
        there = ActorSystem.create("groups", config());
        ActorRef<GroupCoordinator.Command> coordinator = Adapter.spawnAnonymous(
                there,
                GroupCoordinator.create(new GroupEnvironment(
                        Adapter.spawnAnonymous(there, catalog.behavior()),
                        new GroupLimits(10_000, 5, 12 << 20, Duration.ofDays(7)),
                        Clock.systemUTC(),
                        Assignors.BUILT_IN)));
        String path = ActorRefResolver.get(Adapter.toTyped(there)).toSerializationFormat(coordinator);
        ActorRef<GroupCoordinator.Command> remote =
                ActorRefResolver.get(Adapter.toTyped(here)).resolveActorRef(path);
        groups = new GroupClient(Adapter.toTyped(here), "n0", remote, LONG, 1000);
    }

    private static Config config() {
        Config reference = ConfigFactory.load();
        return ConfigFactory.parseString("pekko.actor.provider = remote\n"
                        + "tailrace.journal.class = \"" + FailingJournal.class.getName() + "\"\n"
                        + "tailrace.snapshot-store.class = \"org.apache.pekko.persistence.snapshot.NoSnapshotStore\"")
                .withFallback(ConfigFactory.parseResources("local-system.conf"))
                .withFallback(reference.getConfig("tailrace.actor-system"))
                .withFallback(reference)
                .resolve();
    }

    @AfterAll
    static void stop() {
        here.terminate();
        there.terminate();
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    @Test
    void aGroupOfFiftyThousandOffsetsIsDescribed() {
        Map<PartitionId, Long> offsets = new HashMap<>();
        MANY.forEach(topic -> {
            for (int number = 0; number < topic.partitions(); number++) {
                offsets.put(topic.partition(number), 1000L + number);
            }
        });
        assertThat(offsets).hasSize(50_000);
        assertThat(join(groups.resetOffsets("many", offsets)).offsets()).hasSize(offsets.size());
        GroupDescription group = join(groups.describe("many"));
        assertThat(group.state()).isEqualTo(GroupState.EMPTY);
        Map<PartitionId, Long> described = new HashMap<>();
        group.offsets().forEach((partition, offset) -> described.put(partition.id(), offset.offset()));
        assertThat(described).isEqualTo(offsets);
        assertThat(ReplyBytes.toBytes(new GroupReply.Described(group)).length)
                .isGreaterThan(MESSAGE_BYTES)
                .isLessThan(PagedReply.MAX_PAGES * PagedReply.PAGE_BYTES);
    }

    @Test
    void offsetsWithLongMetadataAreDescribed() {
        // Three bytes each.
        String metadata = "\u20ac".repeat(CommittedOffset.MAX_METADATA);
        TestMember member = TestMember.join(groups, GroupWorld.join("metadata", null, "t0"));
        await().atMost(LONG).until(() -> member.has().size() == SMALL.partitions());
        List<CompletionStage<Done>> done = new ArrayList<>();
        for (int number = 0; number < SMALL.partitions(); number++) {
            Assigned assigned = member.has().get(SMALL.partition(number));
            done.add(member.membership()
                    .commit(List.of(new GroupMembership.Commit(
                            assigned.partition().id(), assigned.generation(), number, -1, metadata))));
        }
        done.forEach(LongAnswersTest::join);
        GroupDescription group = join(groups.describe("metadata"));
        assertThat(group.members()).hasSize(1);
        assertThat(group.offsets())
                .hasSize(SMALL.partitions())
                .allSatisfy((partition, offset) -> assertThat(offset.metadata()).isEqualTo(metadata));
        assertThat(ReplyBytes.toBytes(new GroupReply.Described(group)).length).isGreaterThan(2 * MESSAGE_BYTES);
    }

    @Test
    void manyGroupsAreListedAndManyMayAskAtOnce() {
        int count = 760;
        String name = "\u20ac".repeat(240);
        List<CompletionStage<?>> made = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            made.add(groups.resetOffsets(name + number, Map.of(SMALL.partition(0), 1L)));
        }
        made.forEach(LongAnswersTest::join);
        List<CompletableFuture<List<GroupSummary>>> lists = new ArrayList<>();
        for (int time = 0; time < 20; time++) {
            lists.add(groups.list().toCompletableFuture());
        }
        assertThat(lists).allSatisfy(list -> assertThat(join(list))
                .filteredOn(group -> group.group().startsWith(name))
                .hasSize(count));
    }

    @Test
    void pagesThatDoNotFollowEachOtherAreRefused() {
        PageCollector pages = new PageCollector();
        ActorRef<PageRequest> nobody = Adapter.spawnAnonymous(here, Behaviors.<PageRequest>empty());
        GroupReply.Page first = new GroupReply.Page("changed/1", 0, 2, ByteBuffer.allocate(0), nobody);
        assertThat(pages.add(first)).isFalse();
        refused(() -> pages.add(first));
        GroupReply.Page last = new GroupReply.Page("changed/1", 1, 2, ByteBuffer.allocate(0), nobody);
        assertThat(pages.add(last)).isTrue();
        assertThat(pages.whole(last)).isEqualTo(new GroupReply.Changed());
        refused(() -> new PageCollector()
                .add(new GroupReply.Page("changed/1", 0, PagedReply.MAX_PAGES + 1, ByteBuffer.allocate(0), nobody)));
        refused(() -> pages.whole(new GroupReply.Page("described/2", 1, 2, ByteBuffer.allocate(0), nobody)));
    }

    private static void refused(Runnable reading) {
        assertThatThrownBy(reading::run).isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                .isEqualTo(ErrorCode.SERIALIZATION_FAILED));
    }
}
