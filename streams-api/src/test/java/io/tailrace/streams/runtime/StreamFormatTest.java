package io.tailrace.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.TopicPartition;
import java.io.NotSerializableException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.SerializationExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is said of applications comes over as it was. */
class StreamFormatTest {
    private static ActorSystem system;
    private static StreamFormat format;
    private static List<StreamMessage> fixtures;

    @BeforeAll
    static void start() throws NotSerializableException {
        system = ActorSystem.create("format", ConfigFactory.load());
        format = (StreamFormat) SerializationExtension.get(system).serializerFor(StreamMessage.Describe.class);
        TaskStatus task = new TaskStatus(
                new TaskId(1, 2),
                TaskStatus.State.RUNNING,
                Map.of(new TopicPartition("in", 2), 17L, new TopicPartition("other", 2), 0L),
                Map.of(new TopicPartition("in", 2), 3L),
                99,
                12.5,
                -1,
                1 << 20,
                5,
                6,
                7,
                null);
        fixtures = List.of(
                new StreamMessage.Describe(256, elsewhere()),
                new StreamMessage.ShowTopology(TopologyFormat.DOT, elsewhere()),
                new StreamMessage.Described(
                        new StreamInstance(
                                "app", "id", "n0", StreamState.ERROR, "why", List.of(task, task.withError("broken"))),
                        300),
                new StreamMessage.Shown("app", "ä topology ".repeat(10_000)));
    }

    private static <T> ActorRef<T> elsewhere() {
        return ActorRefResolver.get(Adapter.toTyped(system))
                .resolveActorRef("pekko://tailrace@10.0.0.7:7000/system/x#99");
    }

    @AfterAll
    static void stop() {
        system.terminate();
    }

    @Test
    void everyMessageHasAFixture() {
        assertThat(fixtures.stream().map(Object::getClass))
                .hasSameElementsAs(messages(StreamMessage.class).toList());
    }

    private static Stream<Class<?>> messages(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).flatMap(StreamFormatTest::messages)
                : Stream.of(type);
    }

    @Test
    void allComeOverAsTheyWere() {
        for (StreamMessage message : fixtures) {
            assertThat(format.fromBinary(format.toBinary(message), format.manifest(message)))
                    .isEqualTo(message);
        }
    }

    @Test
    void whatIsCutAnywhereIsRefused() {
        for (StreamMessage message : fixtures.subList(0, 3)) {
            byte[] bytes = format.toBinary(message);
            for (int length = 0; length < bytes.length; length++) {
                byte[] cut = Arrays.copyOf(bytes, length);
                assertThatThrownBy(() -> format.fromBinary(cut, format.manifest(message)))
                        .isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                                .isEqualTo(ErrorCode.SERIALIZATION_FAILED));
            }
        }
    }
}
