package io.tailrace.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.query.StorePage;
import io.tailrace.streams.state.KeyValue;
import java.io.NotSerializableException;
import java.util.Arrays;
import java.util.List;
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

/** What is said of stores comes over as it was. */
class StoreFormatTest {
    private static final TaskId TASK = new TaskId(1, 2);
    private static final byte[] BYTES = {1, -2, 3};

    private static ActorSystem system;
    private static StoreFormat format;
    private static List<StoreMessage> fixtures;

    @BeforeAll
    static void start() throws NotSerializableException {
        system = ActorSystem.create("format", ConfigFactory.load());
        format = (StoreFormat) SerializationExtension.get(system).serializerFor(StoreMessage.Get.class);
        fixtures = List.of(
                new StoreMessage.WhichTasks(elsewhere()),
                new StoreMessage.Get(TASK, "counts", BYTES, elsewhere()),
                new StoreMessage.Get(TASK, "", new byte[0], elsewhere()),
                new StoreMessage.Range(TASK, "counts", null, null, false, elsewhere()),
                new StoreMessage.Range(TASK, "counts", BYTES, new byte[0], true, elsewhere()),
                new StoreMessage.Tasks(Set.of(TASK, new TaskId(0, 0))),
                new StoreMessage.Value(null),
                new StoreMessage.Value(new byte[0]),
                new StoreMessage.Value(BYTES),
                new StoreMessage.Page(new StorePage(List.of(), false)),
                new StoreMessage.Page(new StorePage(
                        List.of(new KeyValue<>(BYTES, new byte[0]), new KeyValue<>(new byte[0], new byte[100_000])),
                        true)),
                new StoreMessage.NotHere(),
                new StoreMessage.Failed(ErrorCode.LIMIT_EXCEEDED, "too much"));
    }

    private static <T> ActorRef<T> elsewhere() {
        return ActorRefResolver.get(Adapter.toTyped(system))
                .resolveActorRef("pekko://tailrace@10.0.0.7:7000/system/x#99");
    }

    @AfterAll
    static void stop() {
        system.terminate();
    }

    private static Stream<Class<?>> messages(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).flatMap(StoreFormatTest::messages)
                : Stream.of(type);
    }

    @Test
    void everyMessageHasAFixture() {
        assertThat(fixtures.stream().map(Object::getClass))
                .hasSameElementsAs(messages(StoreMessage.class).toList());
    }

    @Test
    void allComeOverAsTheyWere() {
        for (StoreMessage message : fixtures) {
            assertThat(format.fromBinary(format.toBinary(message), format.manifest(message)))
                    .usingRecursiveComparison()
                    .isEqualTo(message);
        }
    }

    @Test
    void whatIsCutAnywhereIsRefused() {
        for (StoreMessage message : fixtures) {
            byte[] bytes = format.toBinary(message);
            for (int length = 0; length < Math.min(bytes.length, 500); length++) {
                byte[] cut = Arrays.copyOf(bytes, length);
                assertThatThrownBy(() -> format.fromBinary(cut, format.manifest(message)))
                        .isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                                .isEqualTo(ErrorCode.SERIALIZATION_FAILED));
            }
        }
    }
}
