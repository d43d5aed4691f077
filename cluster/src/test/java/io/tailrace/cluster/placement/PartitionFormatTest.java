package io.tailrace.cluster.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.link.Fixtures;
import io.tailrace.cluster.link.GoldenFiles;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.Partition;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.record.RecordBatch;
import java.io.NotSerializableException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.SerializationExtension;
import org.assertj.core.api.recursive.comparison.RecursiveComparisonConfiguration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PartitionFormatTest {
    /** What a partition tells itself, or its shard tells it. */
    private static final Set<String> STAYS_IN_ITS_NODE = Set.of(
            "Stop",
            "ChangeVoter",
            "Elected",
            "ElectionFailed",
            "FromChild",
            "FromArrivals",
            "FromMover",
            "FromVoterMover",
            "SettingsHeard",
            "Tick");

    private static final PartitionId PARTITION = new PartitionId(new UUID(1, 2), 3);
    private static ActorSystem system;
    private static PartitionFormat format;
    private static List<Object> fixtures;

    private final GoldenFiles golden = new GoldenFiles(PartitionFormatTest.class);

    @BeforeAll
    static void start() throws NotSerializableException {
        system = ActorSystem.create("format", ConfigFactory.load("local-system"));
        format = (PartitionFormat) SerializationExtension.get(system).serializerFor(PartitionEnvelope.class);
        fixtures = fixtures();
    }

    @AfterAll
    static void stop() {
        system.terminate();
    }

    private static List<Object> fixtures() {
        Partition.Locate locate = new Partition.Locate(PARTITION, elsewhere());
        return List.of(
                new PartitionEnvelope(PARTITION, PlacementGroup.of(PARTITION, 3), locate),
                locate,
                new Partition.Append(PARTITION, batch(), elsewhere()),
                new Partition.DeleteRecords(PARTITION, Partition.DeleteRecords.EVERYTHING, elsewhere()),
                new Partition.ListOffsets(PARTITION, elsewhere()),
                new Partition.Describe(PARTITION, elsewhere()),
                new Partition.Leads(elsewhere(), 7, "a"),
                new Partition.Unavailable(ErrorCode.DISK_FULL, "No room."),
                new Partition.Appended(-1, 1_700_000_000_000L),
                new Partition.Deleted(10, 20),
                new Partition.Offsets(10, 20),
                new Partition.Description(
                        "a",
                        7,
                        10,
                        20,
                        21,
                        List.of(
                                new Partition.ReplicaState("a", 21, true, true),
                                new Partition.ReplicaState("b", 20, false, true),
                                new Partition.ReplicaState("c", 7, true, false))),
                new Partition.Refused(ErrorCode.PARTITION_BUSY, "Too much: wait."));
    }

    private static <T> ActorRef<T> elsewhere() {
        return ActorRefResolver.get(Adapter.toTyped(system))
                .resolveActorRef("pekko://tailrace@10.0.0.7:7000/system/sharding/tailrace-partition/3/x#99");
    }

    private static RecordBatch batch() {
        return ControlRecords.barrier(0, 1, 1_700_000_000_000L);
    }

    @Test
    void everyMessageThatCrossesNodesHasAFixtureAndIsBound() {
        Stream.of(
                        Partition.Command.class,
                        Partition.Located.class,
                        Partition.AppendReply.class,
                        Partition.DeleteReply.class,
                        Partition.OffsetsReply.class,
                        Partition.DescribeReply.class)
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
            String manifest = format.manifest(message);
            assertSame(format.fromBinary(format.toBinary(message), manifest), message);
            ByteBuffer buffer = ByteBuffer.allocateDirect(4096);
            format.toBinary(message, buffer);
            assertSame(format.fromBinary(buffer.flip(), manifest), message);
        }
    }

    private static void assertSame(Object read, Object message) {
        assertThat(read)
                .usingRecursiveComparison(RecursiveComparisonConfiguration.builder()
                        .withEqualsForType((a, b) -> a.bytes().equals(b.bytes()), RecordBatch.class)
                        .withEqualsForType(Object::equals, ActorRef.class)
                        .build())
                .isEqualTo(message);
    }

    @Test
    void theBytesOfVersionOneAreThoseThatWereStored() {
        for (Object message : fixtures) {
            golden.check(format.manifest(message).replace('/', '-'), format.toBinary(message));
        }
    }

    @Test
    void whatIsUnknownOrDamagedIsRefusedByName() {
        for (Object message : fixtures) {
            byte[] bytes = format.toBinary(message);
            for (int length = 0; length < bytes.length; length++) {
                byte[] cut = java.util.Arrays.copyOf(bytes, length);
                assertRefused(() -> format.fromBinary(cut, format.manifest(message)));
            }
            byte[] longer = java.util.Arrays.copyOf(bytes, bytes.length + 1);
            assertRefused(() -> format.fromBinary(longer, format.manifest(message)));
            assertRefused(() -> format.fromBinary(bytes, "append/2"));
        }
    }

    private static void assertRefused(Runnable reading) {
        assertThatThrownBy(reading::run).isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                .isIn(ErrorCode.SERIALIZATION_FAILED, ErrorCode.CORRUPT_BATCH));
    }

    @Test
    void whatAPartitionTellsItselfNeverLeavesItsNode() {
        assertThatThrownBy(() -> format.toBinary(Partition.Stop.INSTANCE)).isInstanceOf(IllegalArgumentException.class);
    }
}
