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
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.SerializationExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class GroupMessagesTest {
    private static final TopicPartitionId ONE =
            new TopicPartitionId("t0", topic(0, 9).partition(1));
    private static final TopicPartitionId TWO =
            new TopicPartitionId("t1", topic(1, 9).partition(2));
    private static final CommittedOffset OFFSET = new CommittedOffset(7, 3, "m", 1234);

    private static ActorSystem system;
    private static GroupMessages format;
    private static List<Object> fixtures;

    private final GoldenFiles golden = new GoldenFiles(GroupMessagesTest.class);

    @BeforeAll
    static void start() throws NotSerializableException {
        system = ActorSystem.create("format", ConfigFactory.load("local-system"));
        format = (GroupMessages) SerializationExtension.get(system).serializerFor(GroupRequest.Describe.class);
        fixtures = fixtures();
    }

    @AfterAll
    static void stop() {
        system.terminate();
    }

    private static <T> ActorRef<T> elsewhere() {
        return ActorRefResolver.get(Adapter.toTyped(system))
                .resolveActorRef("pekko://tailrace@10.0.0.7:7000/system/x#99");
    }

    private static List<Object> fixtures() {
        GroupMembership.Commit commit = new GroupMembership.Commit(ONE.id(), 4, 99, -1, "meta");
        return List.of(
                new GroupRequest.Join(GroupWorld.join("g", "left", "t0", "t1"), "a", "n0", elsewhere()),
                new GroupRequest.Here("g", "a", 5, Map.of(ONE.id(), 3), elsewhere()),
                new GroupRequest.Commit("g", "a", 17, List.of(commit), elsewhere()),
                new GroupRequest.Leave("g", "a", elsewhere()),
                new GroupRequest.ListGroups(elsewhere()),
                new GroupRequest.Describe("g", elsewhere()),
                new GroupRequest.Reset("g", Map.of(ONE.id(), 3L, TWO.id(), 4L), elsewhere()),
                new GroupRequest.Delete("g", elsewhere()),
                new GroupRequest.DeleteOffsets("g", List.of(ONE.id()), elsewhere()),
                new GroupRequest.RemoveMember("g", "a", elsewhere()),
                new MemberMessage.Told(
                        6,
                        Map.of(ONE, 3, TWO, 6),
                        Set.of(ONE.id()),
                        List.of(new Assigned(ONE, 3, OFFSET), new Assigned(TWO, 6, null))),
                new MemberMessage.Committed(17, List.of(TWO.id())),
                new MemberMessage.NotCommitted(17, ErrorCode.COORDINATOR_UNAVAILABLE, "Ask again."),
                new MemberMessage.Ended(ErrorCode.MEMBER_FENCED, "Gone."),
                new GroupReply.Summaries(List.of(new GroupSummary("g", GroupState.STABLE, 2))),
                new GroupReply.Described(new GroupDescription(
                        "g",
                        GroupState.RECONCILING,
                        9,
                        Assignor.RANGE,
                        List.of(
                                new GroupDescription.Member("a", "c", null, "n0", true, Set.of(ONE), Set.of(ONE, TWO)),
                                new GroupDescription.Member("b", "", "i", "n1", false, Set.of(), Set.of())),
                        Map.of(ONE, OFFSET))),
                new GroupReply.Page("described/1", 1, 3, ByteBuffer.wrap(new byte[] {1, 2, 3}), elsewhere()),
                new PageRequest(2, elsewhere()),
                new GroupReply.Changed(),
                new GroupReply.Refused(ErrorCode.UNKNOWN_GROUP, "There is none."));
    }

    @Test
    void everyMessageThatCrossesNodesHasAFixtureAndIsBound() {
        Stream.of(GroupRequest.class, GroupReply.class, MemberMessage.class)
                .flatMap(type -> Fixtures.types(type).stream())
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
            golden.check("message-" + format.manifest(message).replace('/', '-'), format.toBinary(message));
        }
    }

    @Test
    void whatIsUnknownOrCutIsRefusedByName() {
        for (Object message : fixtures) {
            byte[] bytes = format.toBinary(message);
            for (int length = 0; length < bytes.length; length++) {
                byte[] cut = Arrays.copyOf(bytes, length);
                assertRefused(() -> format.fromBinary(cut, format.manifest(message)));
            }
            assertRefused(() -> format.fromBinary(bytes, "told/2"));
        }
    }

    private static void assertRefused(Runnable reading) {
        assertThatThrownBy(reading::run).isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                .isEqualTo(ErrorCode.SERIALIZATION_FAILED));
    }

    @Test
    void whatOneMemberHasFitsIntoOneFrame() {
        Map<TopicPartitionId, Integer> owned = new HashMap<>();
        for (int number = 0; number < 20_000; number++) {
            owned.put(new TopicPartitionId("t0", new PartitionId(topic(0, 1).id(), number)), number);
        }
        assertThat(format.toBinary(new MemberMessage.Told(1, owned, Set.of(), List.of())))
                .hasSizeLessThan(1 << 20);
    }
}
