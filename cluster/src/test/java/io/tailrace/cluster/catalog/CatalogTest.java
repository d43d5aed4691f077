package io.tailrace.cluster.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.cluster.catalog.CatalogEvent.TopicAltered;
import io.tailrace.cluster.catalog.CatalogEvent.TopicCreated;
import io.tailrace.cluster.catalog.CatalogEvent.TopicDeleted;
import io.tailrace.cluster.catalog.CatalogEvent.TopicForgotten;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.TimestampType;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogTest {
    private static Topic topic(String name, int partitions) {
        return new Topic(name, UUID.randomUUID(), partitions, TopicSettings.DEFAULT);
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

        Topic larger = new Topic("a", topic.id(), 4, TopicSettings.DEFAULT);
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

    private static CatalogEvent anEvent(Random random, Catalog all) {
        Topic present = all.byName().isEmpty()
                ? null
                : all.byName().values().stream()
                        .skip(random.nextInt(all.byName().size()))
                        .findFirst()
                        .orElseThrow();
        return switch (present == null ? 0 : random.nextInt(4)) {
            case 0 -> new TopicCreated(topic("topic-" + random.nextLong(), 1 + random.nextInt(9)));
            case 1 ->
                new TopicAltered(new Topic(
                        present.name(),
                        present.id(),
                        present.partitions() + 1,
                        present.settings().with(Map.of("retention.ms", Integer.toString(random.nextInt(1000))))));
            case 2 -> new TopicDeleted(present.id());
            default ->
                new TopicForgotten(
                        all.deleted().isEmpty()
                                ? UUID.randomUUID()
                                : all.deleted().keySet().iterator().next());
        };
    }

    @Test
    void aManifestOfANewerVersionStopsTheCatalogue() {
        CatalogFormat format = new CatalogFormat();
        assertCode(
                ErrorCode.DATA_DIR_VERSION,
                () -> format.fromBinary("{}".getBytes(java.nio.charset.StandardCharsets.UTF_8), "created/2"));
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cleanup.policy=compact",
                "cleanup.policy=",
                "compression.type=zstd",
                "delete.retention.ms=1",
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
