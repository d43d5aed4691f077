package io.tailrace.cluster.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.link.Fixtures;
import io.tailrace.cluster.link.GoldenFiles;
import io.tailrace.cluster.placement.GroupLayout;
import io.tailrace.cluster.placement.InternalPartition;
import io.tailrace.cluster.placement.PlacementGroup;
import io.tailrace.cluster.placement.StorageNode;
import io.tailrace.cluster.quota.Quota;
import io.tailrace.cluster.quota.QuotaEntity;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.io.NotSerializableException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.SerializationExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CatalogMessagesTest {
    private static final Set<String> STAYS_IN_ITS_NODE = Set.of("Unfollow", "CreationEnded", "Rest");
    /** The bytes of gzip differ from one JDK to the next; what is inside does not. */
    private static final Set<String> COMPRESSED = Set.of("many/2", "everything/1", "whole/1");

    private static ActorSystem system;
    private static CatalogMessages format;
    private static List<Object> fixtures;

    private final GoldenFiles golden = new GoldenFiles(CatalogMessagesTest.class);

    @BeforeAll
    static void start() throws NotSerializableException {
        system = ActorSystem.create("format", ConfigFactory.load("local-system"));
        format = (CatalogMessages) SerializationExtension.get(system).serializerFor(TopicCatalog.Describe.class);
        fixtures = fixtures();
    }

    @AfterAll
    static void stop() {
        system.terminate();
    }

    private static List<Object> fixtures() {
        Topic topic = topic(1);
        TopicSettings settings = TopicSettings.DEFAULT.with(Map.of("retention.ms", "1000"));
        return List.of(
                new TopicCatalog.Create(new NewTopic("orders", 3, 5, settings), new UUID(1, 2), elsewhere()),
                new TopicCatalog.Describe("orders", elsewhere()),
                new TopicCatalog.Find(new UUID(1, 2), elsewhere()),
                new TopicCatalog.ListTopics(elsewhere()),
                new TopicCatalog.Alter(
                        "orders",
                        new TopicChange(OptionalInt.of(5), Map.of("retention.ms", "7"), Set.of("segment.ms")),
                        elsewhere()),
                new TopicCatalog.Delete("orders", elsewhere()),
                new TopicCatalog.Adopt(List.of(topic), List.of(new UUID(5, 6)), elsewhere()),
                new TopicCatalog.PlaceInternal(new UUID(5, 6), elsewhere()),
                new TopicCatalog.Confirm(elsewhere()),
                new TopicCatalog.Forget(new UUID(1, 2), new UUID(3, 4)),
                new TopicCatalog.MoveGroup(
                        new PlacementGroup(3, 17), List.of(new UUID(0, 1), new UUID(0, 2)), elsewhere()),
                new TopicCatalog.DrainNode(new UUID(0, 1), true, elsewhere()),
                new TopicCatalog.Rebalance(elsewhere()),
                new TopicCatalog.SetQuota(
                        new Quota(
                                new QuotaEntity(QuotaEntity.Part.named("alice"), QuotaEntity.Part.DEFAULT),
                                OptionalLong.of(5_000_000),
                                OptionalLong.empty()),
                        elsewhere()),
                new TopicCatalog.YieldLead(new PlacementGroup(3, 17), new UUID(0, 1)),
                new TopicCatalog.ReportMoves(List.of(
                        new MoveReport(new PartitionId(new UUID(1, 2), 3), new PlacementGroup(3, 17), 8, true))),
                new TopicCatalog.Follow(-1, elsewhere()),
                new TopicCatalog.One(topic),
                new TopicCatalog.Many(List.of(topic, topic(2))),
                new TopicCatalog.Whole(catalog()),
                new TopicCatalog.Placed(new UUID(5, 6), 3),
                new TopicCatalog.Refused(ErrorCode.UNKNOWN_TOPIC, "There is no topic 'x'."),
                new TopicCatalog.Everything(9, catalog()),
                new TopicCatalog.Changed(10, new CatalogEvent.TopicDeleted(new UUID(1, 2))));
    }

    private static Topic topic(int number) {
        return new Topic("topic-" + number, new UUID(7, number), 3, 2, TopicSettings.DEFAULT);
    }

    private static Catalog catalog() {
        List<StorageNode> nodes = List.of(StorageNode.of(new UUID(0, 1)), StorageNode.of(new UUID(0, 2)));
        return Catalog.of(List.of(topic(1), topic(2)))
                .apply(new CatalogEvent.GroupsPlaced(2, GroupLayout.of(2, nodes)))
                .apply(new CatalogEvent.TopicDeleted(topic(2).id()))
                .apply(new CatalogEvent.FilesGone(topic(2).id(), new UUID(0, 1)))
                .apply(new CatalogEvent.TopicPlanned(topic(3)))
                .apply(new CatalogEvent.InternalPlanned(new UUID(5, 6), 2))
                .apply(new CatalogEvent.InternalPlaced(List.of(new UUID(5, 7)), 1));
    }

    private static <T> ActorRef<T> elsewhere() {
        return ActorRefResolver.get(Adapter.toTyped(system))
                .resolveActorRef("pekko://tailrace@10.0.0.7:7000/temp/x#99");
    }

    @Test
    void everyMessageThatCrossesNodesHasAFixtureAndIsBound() {
        Stream.of(TopicCatalog.Command.class, TopicCatalog.Reply.class, TopicCatalog.Update.class)
                .flatMap(type -> Fixtures.types(type).stream())
                .filter(type -> !STAYS_IN_ITS_NODE.contains(type.getSimpleName()))
                .forEach(type -> assertThat(fixtures).hasAtLeastOneElementOfType(type));
        assertThat(fixtures).allSatisfy(message -> assertThat(
                        SerializationExtension.get(system).serializerFor(message.getClass()))
                .isSameAs(format));
    }

    @Test
    void everyMessageComesBackAsItWas() {
        for (Object message : fixtures) {
            assertThat(format.fromBinary(format.toBinary(message), format.manifest(message)))
                    .isEqualTo(message);
        }
    }

    @Test
    void theBytesOfEachVersionAreThoseThatWereStored() {
        for (Object message : fixtures) {
            String manifest = format.manifest(message);
            String name = manifest.replace('/', '-');
            if (COMPRESSED.contains(manifest)) {
                golden.checkStored(name, () -> format.toBinary(message));
                assertThat(format.fromBinary(golden.bytes(name), manifest)).isEqualTo(message);
            } else {
                golden.check(name, format.toBinary(message));
            }
        }
    }

    @Test
    void whatIsUnknownOrDamagedIsRefusedByName() {
        for (Object message : fixtures) {
            byte[] bytes = format.toBinary(message);
            for (int length = 0; length < bytes.length; length++) {
                byte[] cut = Arrays.copyOf(bytes, length);
                assertRefused(() -> format.fromBinary(cut, format.manifest(message)));
            }
            assertRefused(() -> format.fromBinary(bytes, "one/3"));
        }
    }

    private static void assertRefused(Runnable reading) {
        assertThatThrownBy(reading::run).isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                .isEqualTo(ErrorCode.SERIALIZATION_FAILED));
    }

    @Test
    void allThereMayBeFitsIntoOneFrame() {
        Catalog topics = Catalog.of(IntStream.range(0, 20_000)
                .mapToObj(n -> new Topic("topic-of-some-length-" + n, UUID.randomUUID(), 1, 1, TopicSettings.DEFAULT))
                .toList());
        Catalog all = topics.apply(new CatalogEvent.InternalPlaced(
                IntStream.range(0, 40_000)
                        .mapToObj(n ->
                                InternalPartition.of("journal", "actor-" + n).topicId())
                        .toList(),
                3));
        assertThat(format.toBinary(new TopicCatalog.Everything(1, all))).hasSizeLessThan(2 << 20);
    }
}
