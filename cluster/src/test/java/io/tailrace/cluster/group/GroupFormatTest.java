package io.tailrace.cluster.group;

import static io.tailrace.cluster.group.GroupWorld.topic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.link.Fixtures;
import io.tailrace.cluster.link.GoldenFiles;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.io.NotSerializableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.serialization.SerializationExtension;
import org.junit.jupiter.api.Test;

class GroupFormatTest {
    private final GroupFormat format = new GroupFormat();
    private final GoldenFiles golden = new GoldenFiles(GroupFormatTest.class);

    private static TopicPartitionId partition(int topic, int number) {
        return new TopicPartitionId("t" + topic, topic(topic, 9).partition(number));
    }

    private static PartitionId id(int topic, int number) {
        return partition(topic, number).id();
    }

    private static CommittedOffset offset(long offset, String metadata) {
        return new CommittedOffset(offset, 3, metadata, 1000 + offset);
    }

    private static GroupMember byName() {
        return GroupMember.of(GroupWorld.join("g", "left", "t1", "t0"), "a", "n1")
                .joinedAt(1);
    }

    private static GroupMember byPattern() {
        GroupJoin join = new GroupJoin(
                "g",
                "",
                null,
                new GroupJoin.Pattern("t.*"),
                Assignor.UNIFORM,
                Duration.ofMillis(1),
                Duration.ofHours(1));
        return GroupMember.of(join, "b", "n2").joinedAt(2);
    }

    private static List<GroupEvent> events() {
        return List.of(
                new GroupEvent.MemberJoined("g", 1, byName(), Assignor.RANGE),
                new GroupEvent.MemberReplaced("g", 2, "x", byPattern()),
                new GroupEvent.MemberLeft("g", 3, "a", 1_700_000_000_000L),
                new GroupEvent.PartitionsDealt("g", 4, "b", List.of(partition(0, 1), partition(0, 2), partition(1, 0))),
                new GroupEvent.PartitionsReleased("g", 5, List.of(id(0, 1), id(1, 0))),
                new GroupEvent.OffsetsCommitted(
                        "g", Map.of(partition(0, 1), offset(7, ""), partition(1, 3), offset(9, "ä"))),
                new GroupEvent.OffsetsReset("g", Map.of(partition(0, 1), offset(0, ""))),
                new GroupEvent.OffsetsForgotten("g", List.of(id(0, 1))),
                new GroupEvent.TopicForgotten("g", 6, topic(0, 1).id()),
                new GroupEvent.GroupDeleted("g"));
    }

    private static GroupTable table() {
        return GroupTable.EMPTY
                .apply(new GroupEvent.MemberJoined("g", 1, byName(), Assignor.UNIFORM))
                .apply(new GroupEvent.MemberJoined("g", 2, byPattern(), Assignor.UNIFORM))
                .apply(new GroupEvent.PartitionsDealt("g", 3, "b", List.of(partition(0, 1), partition(1, 0))))
                .apply(new GroupEvent.PartitionsDealt("g", 4, "a", List.of(partition(0, 0))))
                .apply(new GroupEvent.OffsetsCommitted("g", Map.of(partition(0, 1), offset(7, "m"))))
                .apply(new GroupEvent.OffsetsReset("h", Map.of(partition(2, 0), offset(1, ""))));
    }

    private static List<Object> fixtures() {
        List<Object> all = new ArrayList<>(events());
        all.add(table());
        all.add(GroupTable.EMPTY);
        return all;
    }

    @Test
    void everyEventHasAFixtureAndIsBound() throws NotSerializableException {
        ActorSystem system = ActorSystem.create("format", ConfigFactory.load("local-system"));
        try {
            for (Class<?> type : Fixtures.types(GroupEvent.class)) {
                assertThat(fixtures()).hasAtLeastOneElementOfType(type);
                assertThat(SerializationExtension.get(system).serializerFor(type))
                        .isInstanceOf(GroupFormat.class);
            }
            assertThat(SerializationExtension.get(system).serializerFor(GroupTable.class))
                    .isInstanceOf(GroupFormat.class);
        } finally {
            system.terminate();
        }
    }

    @Test
    void everythingComesBackAsItWas() {
        for (Object each : fixtures()) {
            assertThat(format.fromBinary(format.toBinary(each), format.manifest(each)))
                    .isEqualTo(each);
        }
    }

    @Test
    void theBytesOfEachVersionAreThoseThatWereStored() {
        for (GroupEvent event : events()) {
            golden.check(format.manifest(event).replace('/', '-'), format.toBinary(event));
        }
        golden.check("groups-1", format.toBinary(table()));
    }

    @Test
    void whatANewerVersionStoredStopsTheCoordinatorByName() {
        assertThatThrownBy(() -> format.fromBinary(new byte[0], "groups/2"))
                .isInstanceOfSatisfying(TailraceException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.DATA_DIR_VERSION);
                    assertThat(e).hasMessageContaining("groups/2");
                });
    }

    @Test
    void whatIsCutIsNeverTakenForSomethingElse() {
        for (Object each : fixtures()) {
            byte[] bytes = format.toBinary(each);
            for (int length = 0; length < bytes.length; length++) {
                byte[] cut = Arrays.copyOf(bytes, length);
                assertThatThrownBy(() -> format.fromBinary(cut, format.manifest(each)))
                        .isInstanceOf(TailraceException.class);
            }
        }
    }

    @Test
    void theWeightIsNotLessThanTheBytes() {
        assertThat(table().weight()).isGreaterThanOrEqualTo(format.toBinary(table()).length);
    }
}
