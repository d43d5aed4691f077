package io.tailrace.cluster.creation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.link.Fixtures;
import io.tailrace.cluster.link.GoldenFiles;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.replication.quorum.ReplicaId;
import java.io.NotSerializableException;
import java.util.Arrays;
import java.util.List;
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

class CreationFormatTest {
    private static final Set<String> STAYS_IN_ITS_NODE = Set.of("Ended");
    private static final UUID REQUEST = new UUID(1, 2);

    private static ActorSystem system;
    private static CreationFormat format;
    private static List<Object> fixtures;

    private final GoldenFiles golden = new GoldenFiles(CreationFormatTest.class);

    @BeforeAll
    static void start() throws NotSerializableException {
        system = ActorSystem.create("format", ConfigFactory.load("local-system"));
        format = (CreationFormat) SerializationExtension.get(system).serializerFor(ReplicaCreator.Create.class);
        fixtures = List.of(
                new ReplicaCreator.Create(REQUEST, List.of(replica(0), replica(7)), elsewhere()),
                new ReplicaCreator.Prepare(REQUEST, new PartitionId(new UUID(3, 4), 7), 12, elsewhere()),
                new ReplicaCreator.Created(REQUEST),
                new ReplicaCreator.Prepared(REQUEST, new ReplicaId(new UUID(5, 6).toString(), "r")),
                new ReplicaCreator.Creating(REQUEST),
                new ReplicaCreator.NotCreated(REQUEST, ErrorCode.DISK_FULL, "No room."));
    }

    @AfterAll
    static void stop() {
        system.terminate();
    }

    private static NewReplica replica(int partition) {
        return new NewReplica(
                new PartitionId(new UUID(3, 4), partition), List.of(new UUID(5, 6), new UUID(7, 8), new UUID(9, 10)));
    }

    private static ActorRef<ReplicaCreator.Answer> elsewhere() {
        return ActorRefResolver.get(Adapter.toTyped(system))
                .resolveActorRef("pekko://tailrace@10.0.0.7:7000/user/x#99");
    }

    @Test
    void everyMessageThatCrossesNodesHasAFixtureAndIsBound() {
        Stream.of(ReplicaCreator.Command.class, ReplicaCreator.Answer.class)
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
                byte[] cut = Arrays.copyOf(bytes, length);
                assertRefused(() -> format.fromBinary(cut, format.manifest(message)));
            }
            assertRefused(() -> format.fromBinary(Arrays.copyOf(bytes, bytes.length + 1), format.manifest(message)));
            assertRefused(() -> format.fromBinary(bytes, "created/2"));
        }
    }

    private static void assertRefused(Runnable reading) {
        assertThatThrownBy(reading::run).isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                .isEqualTo(ErrorCode.SERIALIZATION_FAILED));
    }

    /** What is longer than a frame is dropped on the way. */
    @Test
    void theLargestRequestFitsIntoAFrame() {
        List<NewReplica> replicas = IntStream.range(0, ReplicaCreator.MAX_REPLICAS)
                .mapToObj(CreationFormatTest::replica)
                .toList();
        assertThat(format.toBinary(new ReplicaCreator.Create(REQUEST, replicas, elsewhere())))
                .hasSizeLessThan(64 << 10);
    }
}
