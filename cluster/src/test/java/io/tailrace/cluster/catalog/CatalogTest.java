package io.tailrace.cluster.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.cluster.catalog.CatalogEvent.Confirmed;
import io.tailrace.cluster.catalog.CatalogEvent.FilesGone;
import io.tailrace.cluster.catalog.CatalogEvent.GroupMoved;
import io.tailrace.cluster.catalog.CatalogEvent.GroupMoving;
import io.tailrace.cluster.catalog.CatalogEvent.GroupSettled;
import io.tailrace.cluster.catalog.CatalogEvent.GroupsPlaced;
import io.tailrace.cluster.catalog.CatalogEvent.InternalPlaced;
import io.tailrace.cluster.catalog.CatalogEvent.InternalPlanned;
import io.tailrace.cluster.catalog.CatalogEvent.NodeDrained;
import io.tailrace.cluster.catalog.CatalogEvent.PlanDropped;
import io.tailrace.cluster.catalog.CatalogEvent.QuotaSet;
import io.tailrace.cluster.catalog.CatalogEvent.TopicAltered;
import io.tailrace.cluster.catalog.CatalogEvent.TopicCreated;
import io.tailrace.cluster.catalog.CatalogEvent.TopicDeleted;
import io.tailrace.cluster.catalog.CatalogEvent.TopicForgotten;
import io.tailrace.cluster.catalog.CatalogEvent.TopicPlanned;
import io.tailrace.cluster.placement.GroupLayout;
import io.tailrace.cluster.placement.PlacementGroup;
import io.tailrace.cluster.placement.StorageNode;
import io.tailrace.cluster.quota.Quota;
import io.tailrace.cluster.quota.QuotaEntity;
import io.tailrace.cluster.quota.QuotaEntity.Part;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.Compaction;
import io.tailrace.engine.log.Retention;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.Codec;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.TimestampType;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogTest {
    private static Topic topic(String name, int partitions) {
        return new Topic(name, UUID.randomUUID(), partitions, 1 + partitions % 2 * 2, TopicSettings.DEFAULT);
    }

    @Test
    void whatIsCreatedAlteredAndDeletedIsThereChangedAndGone() {
        Topic topic = topic("a", 2);
        Catalog all = Catalog.EMPTY.apply(new TopicCreated(topic)).apply(new TopicCreated(topic("b", 3)));
        assertThat(all.find("a")).isEqualTo(topic);
        assertThat(all.partitions()).isEqualTo(5);
        assertThat(all.topicOf(topic.partition(1))).contains(topic);
        assertThat(all.topicOf(topic.partition(2))).isEmpty();
        assertThat(all.topicOf(new PartitionId(topic.id(), -1))).isEmpty();

        Topic larger = new Topic("a", topic.id(), 4, topic.replicas(), TopicSettings.DEFAULT);
        all = all.apply(new TopicAltered(larger));
        assertThat(all.topicOf(topic.partition(3))).contains(larger);
        assertThat(all.partitions()).isEqualTo(7);

        all = all.apply(new TopicDeleted(topic.id()));
        assertThat(all.find("a")).isNull();
        assertThat(all.topicOf(topic.partition(0))).isEmpty();
        assertThat(all.deleted()).containsKey(topic.id());
        assertThat(all.partitions()).isEqualTo(3);

        all = all.apply(new TopicForgotten(topic.id()));
        assertThat(all.deleted()).isEmpty();
    }

    /** The state counts what a list of topics would. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aSnapshotIsWhatItsEventsMade(long seed) {
        Random random = new Random(seed);
        CatalogFormat format = new CatalogFormat();
        Catalog byEvents = Catalog.EMPTY;
        for (int step = 0; step < 300; step++) {
            CatalogEvent event = anEvent(random, byEvents);
            CatalogEvent read = (CatalogEvent) format.fromBinary(format.toBinary(event), format.manifest(event));
            assertThat(read).isEqualTo(event);
            byEvents = byEvents.apply(read);
            if (random.nextInt(20) == 0) {
                Object snapshot = format.fromBinary(format.toBinary(byEvents), format.manifest(byEvents));
                assertThat(snapshot).isEqualTo(byEvents);
            }
        }
        assertThat(byEvents.partitions())
                .isEqualTo(byEvents.byName().values().stream()
                        .mapToInt(Topic::partitions)
                        .sum());
        assertThat(byEvents.byName().values())
                .containsExactlyInAnyOrderElementsOf(byEvents.byId().values());
    }

    @Test
    void whatIsPlannedIsNotThereAndBelongsToSomebody() {
        Topic topic = topic("a", 2);
        Catalog all = Catalog.EMPTY.apply(new TopicPlanned(topic));
        assertThat(all.find("a")).isNull();
        assertThat(all.topicOf(topic.partition(0))).isEmpty();
        assertThat(all.knows(topic.id())).isTrue();
        assertThat(all.partitions()).isZero();

        Catalog made = all.apply(new TopicCreated(topic));
        assertThat(made.find("a")).isEqualTo(topic);
        assertThat(made.planned()).isEmpty();

        Catalog dropped = all.apply(new PlanDropped(topic.id()));
        assertThat(dropped.find("a")).isNull();
        assertThat(dropped.planned()).isEmpty();
        // What was made of it has to go, wherever it is.
        assertThat(dropped.deleted()).containsKey(topic.id());
    }

    @Test
    void morePartitionsThatWereNotMadeLeaveTheTopicAsItIs() {
        Topic topic = topic("a", 2);
        Topic larger = new Topic("a", topic.id(), 9, topic.replicas(), topic.settings());
        Catalog before = Catalog.EMPTY.apply(new TopicCreated(topic));
        Catalog planned = before.apply(new TopicPlanned(larger));
        assertThat(planned.topicOf(topic.partition(8))).isEmpty();
        assertThat(planned.apply(new PlanDropped(topic.id()))).isEqualTo(before);
        assertThat(planned.apply(new TopicAltered(larger))).isEqualTo(before.apply(new TopicAltered(larger)));
    }

    @Test
    void aDeletedTopicIsHeldByTheVotersOfItsGroups() {
        Topic topic = topic("a", 3);
        UUID[] nodes = {new UUID(1, 0), new UUID(2, 0), new UUID(3, 0), new UUID(4, 0)};
        Catalog all = Catalog.EMPTY
                .apply(new GroupsPlaced(
                        3,
                        GroupLayout.of(3, Stream.of(nodes).map(StorageNode::of).toList())))
                .apply(new TopicCreated(topic));
        assertThat(all.holders(topic)).containsExactlyInAnyOrder(nodes);
        all = all.apply(new TopicDeleted(topic.id()));
        for (int n = 0; n < nodes.length; n++) {
            assertThat(CatalogRules.filesGone(all, topic.id(), new UUID(9, 9))).hasSize(1);
            List<CatalogEvent> events = CatalogRules.filesGone(all, topic.id(), nodes[n]);
            assertThat(events.contains(new TopicForgotten(topic.id()))).isEqualTo(n == nodes.length - 1);
            for (CatalogEvent event : events) {
                all = all.apply(event);
            }
            assertThat(CatalogRules.filesGone(all, topic.id(), nodes[n])).isEmpty();
        }
        assertThat(all.deleted()).isEmpty();
    }

    @Test
    void aSnapshotFromBeforeGroupsMovedIsStillRead() {
        String json = "{\"topics\":[],\"planned\":[],\"deleted\":[],\"internals\":[],\"groups\":[]}";
        assertThat(new CatalogFormat().fromBinary(json.getBytes(StandardCharsets.UTF_8), "catalog/2"))
                .isEqualTo(Catalog.EMPTY);
    }

    /** As version 1 wrote them: then every topic had one replica. */
    @Test
    void whatVersionOneWroteIsStillRead() {
        CatalogFormat format = new CatalogFormat();
        UUID id = UUID.fromString("5f0c0a53-6f57-4c6c-9d0e-0d2f6f6a7b10");
        Topic topic = new Topic("orders", id, 3, 1, TopicSettings.DEFAULT.with(Map.of("segment.ms", "1000")));
        String json =
                "{\"id\":\"" + id + "\",\"name\":\"orders\",\"partitions\":3,\"settings\":{\"segment.ms\":\"1000\"}}";
        assertThat(format.fromBinary(json.getBytes(StandardCharsets.UTF_8), "created/1"))
                .isEqualTo(new TopicCreated(topic));
        assertThat(format.fromBinary(json.getBytes(StandardCharsets.UTF_8), "altered/1"))
                .isEqualTo(new TopicAltered(topic));
        String snapshot = "{\"topics\":[" + json + "],\"deleted\":[]}";
        assertThat(format.fromBinary(snapshot.getBytes(StandardCharsets.UTF_8), "catalog/1"))
                .isEqualTo(Catalog.of(List.of(topic)));
    }

    private static CatalogEvent anEvent(Random random, Catalog all) {
        Topic present = all.byName().isEmpty()
                ? null
                : all.byName().values().stream()
                        .skip(random.nextInt(all.byName().size()))
                        .findFirst()
                        .orElseThrow();
        return switch (present == null ? random.nextInt(2) : random.nextInt(16)) {
            case 0 -> new TopicCreated(topic("topic-" + random.nextLong(), 1 + random.nextInt(9)));
            case 1 -> new TopicPlanned(topic("planned-" + random.nextLong(), 1 + random.nextInt(9)));
            case 2 -> new TopicAltered(grown(present, random));
            case 3 -> new TopicPlanned(grown(present, random));
            case 4 -> new PlanDropped(any(all.planned().keySet(), random));
            case 5 -> new TopicDeleted(present.id());
            case 6 -> new FilesGone(any(all.deleted().keySet(), random), new UUID(random.nextInt(5), 0));
            case 7 -> new GroupsPlaced(1 + random.nextInt(3), GroupLayout.of(1, List.of(node(random), node(random))));
            case 8 ->
                new GroupMoved(
                        new PlacementGroup(1 + random.nextInt(3), random.nextInt(128)),
                        List.of(node(random).id()));
            case 9 ->
                random.nextBoolean()
                        ? new InternalPlanned(new UUID(0, random.nextInt(50)), 1 + random.nextInt(3))
                        : new InternalPlaced(List.of(new UUID(0, random.nextInt(50))), 1 + random.nextInt(3));
            case 10 -> new Confirmed();
            case 11 ->
                new GroupMoving(
                        new PlacementGroup(1 + random.nextInt(3), random.nextInt(128)),
                        List.of(node(random).id()));
            case 12 -> new GroupSettled(new PlacementGroup(1 + random.nextInt(3), random.nextInt(128)));
            case 13 -> new NodeDrained(node(random).id(), random.nextBoolean());
            case 14 -> new QuotaSet(quota(random));
            default -> new TopicForgotten(any(all.deleted().keySet(), random));
        };
    }

    private static Quota quota(Random random) {
        List<Part> parts = List.of(Part.ANY, Part.DEFAULT, Part.named("one"), Part.named("two"));
        Part principal = parts.get(random.nextInt(4));
        Part clientId = parts.get(principal.isAny() ? 1 + random.nextInt(3) : random.nextInt(4));
        return new Quota(new QuotaEntity(principal, clientId), rate(random), rate(random));
    }

    private static OptionalLong rate(Random random) {
        return random.nextBoolean() ? OptionalLong.empty() : OptionalLong.of(1_000 + random.nextLong(1_000_000));
    }

    /** So that a program from before there were quotas goes on as long as there are none. */
    @Test
    void aSnapshotWithoutQuotasIsWhatItWasBeforeThereWereAny() {
        CatalogFormat format = new CatalogFormat();
        QuotaEntity everybody = QuotaEntity.defaultClientId();
        Catalog limited =
                Catalog.EMPTY.apply(new QuotaSet(new Quota(everybody, OptionalLong.of(5_000), OptionalLong.empty())));
        assertThat(format.manifest(limited)).isEqualTo("catalog/4");
        assertThat(new String(format.toBinary(limited), StandardCharsets.UTF_8))
                .endsWith("\"quotas\":[{\"client-id\":null,\"producer_byte_rate\":5000}]}");
        Catalog free = limited.apply(new QuotaSet(Quota.none(everybody)));
        assertThat(free).isEqualTo(Catalog.EMPTY);
        assertThat(format.manifest(free)).isEqualTo("catalog/3");
        assertThat(new String(format.toBinary(free), StandardCharsets.UTF_8)).doesNotContain("quota");
    }

    private static Topic grown(Topic topic, Random random) {
        return new Topic(
                topic.name(),
                topic.id(),
                topic.partitions() + 1,
                topic.replicas(),
                topic.settings().with(Map.of("retention.ms", Integer.toString(random.nextInt(1000)))));
    }

    private static StorageNode node(Random random) {
        return StorageNode.of(new UUID(random.nextInt(5), 0));
    }

    private static UUID any(Set<UUID> ids, Random random) {
        return ids.isEmpty() ? UUID.randomUUID() : List.copyOf(ids).get(random.nextInt(ids.size()));
    }

    @Test
    void aManifestOfANewerVersionStopsTheCatalogue() {
        CatalogFormat format = new CatalogFormat();
        assertCode(
                ErrorCode.DATA_DIR_VERSION,
                () -> format.fromBinary("{}".getBytes(StandardCharsets.UTF_8), "created/3"));
    }

    @Test
    void settingsBearKafkasNamesAndValues() {
        TopicSettings settings = TopicSettings.DEFAULT.with(Map.of(
                "retention.ms", "60000",
                "retention.bytes", "-1",
                "segment.bytes", "2097152",
                "segment.ms", "1000",
                "max.message.bytes", "2000",
                "message.timestamp.type", "LogAppendTime",
                "cleanup.policy", "delete",
                "compression.type", "producer"));
        assertThat(settings)
                .isEqualTo(new TopicSettings(2000, 2 << 20, 1000, TimestampType.LOG_APPEND_TIME, 60_000, -1));
        assertThat(TopicSettings.DEFAULT.with(settings.asMap())).isEqualTo(settings);
    }

    @Test
    void aTopicIsCompactedAsItsSettingsSay() {
        TopicSettings settings = TopicSettings.DEFAULT.with(Map.of(
                "cleanup.policy", "delete,compact",
                "min.cleanable.dirty.ratio", "0.25",
                "min.compaction.lag.ms", "1000",
                "max.compaction.lag.ms", "2000",
                "delete.retention.ms", "3000"));
        assertThat(settings.compaction()).isEqualTo(new Compaction(true, 0.25, 1000, 2000, 3000));
        assertThat(settings.retention().millis()).isPositive();
        assertThat(settings.asMap()).containsEntry("cleanup.policy", "compact,delete");
        assertThat(TopicSettings.DEFAULT.with(settings.asMap())).isEqualTo(settings);
        assertThat(TopicSettings.DEFAULT.with(settings.asStored())).isEqualTo(settings);
        TopicSettings compacted = settings.with(Map.of("cleanup.policy", "compact"));
        assertThat(compacted.retention()).isEqualTo(Retention.NONE);
        assertCode(ErrorCode.INVALID_SETTING, () -> compacted.with(Map.of("max.compaction.lag.ms", "999")));
    }

    @Test
    void aTopicIsCompressedAsItsSettingsSay() {
        assertThat(TopicSettings.DEFAULT.compression().codec()).isEmpty();
        assertThat(TopicSettings.DEFAULT.asMap())
                .containsEntry("compression.type", "producer")
                .containsEntry("compression.gzip.level", "-1")
                .containsEntry("compression.lz4.level", "9")
                .containsEntry("compression.zstd.level", "3");
        for (String type : List.of("uncompressed", "gzip", "snappy", "lz4", "zstd")) {
            TopicSettings settings = TopicSettings.DEFAULT.with(Map.of(
                    "compression.type",
                    type,
                    "compression.gzip.level",
                    "9",
                    "compression.lz4.level",
                    "1",
                    "compression.zstd.level",
                    "-7"));
            Compression codec = type.equals("uncompressed")
                    ? Compression.NONE
                    : Compression.valueOf(type.toUpperCase(java.util.Locale.ROOT));
            int level = Map.of("gzip", 9, "lz4", 1, "zstd", -7).getOrDefault(type, 0);
            assertThat(settings.compression().codec()).contains(new Codec(codec, level));
            assertThat(settings.asMap()).containsEntry("compression.type", type);
            assertThat(TopicSettings.DEFAULT.with(settings.asStored())).isEqualTo(settings);
            assertThat(settings.with(Map.of("compression.type", "producer"))
                            .compression()
                            .codec())
                    .isEmpty();
        }
    }

    @Test
    void whatOlderProgramsDoNotKnowIsWrittenDownOnlyWhereItSaysSomething() {
        assertThat(TopicSettings.DEFAULT.asStored())
                .containsEntry("cleanup.policy", "delete")
                .containsEntry("compression.type", "producer")
                .doesNotContainKeys("delete.retention.ms", "min.cleanable.dirty.ratio", "compression.zstd.level");
        assertThat(TopicSettings.DEFAULT
                        .with(Map.of("delete.retention.ms", "1"))
                        .asStored())
                .containsEntry("delete.retention.ms", "1")
                .doesNotContainKey("min.compaction.lag.ms");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cleanup.policy=compacted",
                "cleanup.policy=compact,",
                "cleanup.policy=delete,delete",
                "cleanup.policy=",
                "compression.type=none",
                "compression.type=ZSTD",
                "compression.type=",
                "compression.gzip.level=0",
                "compression.gzip.level=10",
                "compression.lz4.level=18",
                "compression.snappy.level=1",
                "compression.zstd.level=23",
                "compression.zstd.level=fast",
                "delete.retention.ms=-1",
                "max.compaction.lag.ms=0",
                "min.cleanable.dirty.ratio=1.1",
                "min.cleanable.dirty.ratio=half",
                "min.compaction.lag.ms=-1",
                "min.insync.replicas=2",
                "retention.minutes=1",
                "retention.ms=-2",
                "retention.ms=soon",
                "retention.ms=99999999999999999999",
                "segment.bytes=-9999999999",
                "segment.bytes=4294967296",
                "segment.bytes=1000",
                "max.message.bytes=0",
                "max.message.bytes=1073741825",
                "segment.ms=0",
                "message.timestamp.type=createtime",
                "\u0000=1"
            })
    void aSettingThatIsNotHonouredIsRefused(String setting) {
        int equals = setting.indexOf('=');
        Map<String, String> one = Map.of(setting.substring(0, equals), setting.substring(equals + 1));
        assertCode(ErrorCode.INVALID_SETTING, () -> TopicSettings.DEFAULT.with(one));
    }

    @Test
    void aBatchHasToFitIntoASegment() {
        assertCode(
                ErrorCode.INVALID_SETTING,
                () -> TopicSettings.DEFAULT.with(Map.of("segment.bytes", "1048576", "max.message.bytes", "1048577")));
    }

    @Test
    void aChangeResetsFirstAndSetsThen() {
        TopicSettings before = TopicSettings.DEFAULT.with(Map.of("retention.ms", "1", "segment.ms", "7"));
        Map<String, String> set = new HashMap<>(Map.of("retention.bytes", "5"));
        assertThat(Catalog.changed(before, new TopicChange(OptionalInt.empty(), set, Set.of("retention.ms"))))
                .isEqualTo(TopicSettings.DEFAULT.with(Map.of("segment.ms", "7", "retention.bytes", "5")));
        assertCode(
                ErrorCode.INVALID_SETTING,
                () -> Catalog.changed(before, new TopicChange(OptionalInt.empty(), Map.of(), Set.of("no.such"))));
    }

    private static void assertCode(ErrorCode code, Runnable work) {
        assertThatThrownBy(work::run)
                .isInstanceOf(TailraceException.class)
                .extracting(thrown -> ((TailraceException) thrown).code())
                .isEqualTo(code);
    }
}
