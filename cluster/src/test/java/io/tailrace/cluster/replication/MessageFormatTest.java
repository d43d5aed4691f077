package io.tailrace.cluster.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.cluster.link.Dropped;
import io.tailrace.cluster.link.FieldWriter;
import io.tailrace.cluster.link.Fixtures;
import io.tailrace.cluster.link.GoldenFiles;
import io.tailrace.engine.log.Tombstones;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.quorum.Message;
import io.tailrace.engine.replication.quorum.Message.AppendReply;
import io.tailrace.engine.replication.quorum.Message.AppendRequest;
import io.tailrace.engine.replication.quorum.Message.CopyReply;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.recursive.comparison.RecursiveComparisonConfiguration;
import org.junit.jupiter.api.Test;

class MessageFormatTest {
    private static final RecursiveComparisonConfiguration BY_BYTES = RecursiveComparisonConfiguration.builder()
            .withEqualsForType((a, b) -> a.bytes().equals(b.bytes()), RecordBatch.class)
            .build();

    private final GoldenFiles golden = new GoldenFiles(MessageFormatTest.class);

    @Test
    void everyTypeOfMessageHasAFixture() {
        assertThat(Fixtures.types(Message.class))
                .as("add a layout to MessageLayouts and a fixture to MessageFixtures")
                .allSatisfy(type -> assertThat(MessageFixtures.ALL).hasAtLeastOneElementOfType(type));
    }

    @Test
    void everyMessageComesBackAsItWas() {
        for (Message message : MessageFixtures.ALL) {
            assertThat(read(bytes(message))).usingRecursiveComparison(BY_BYTES).isEqualTo(message);
        }
    }

    @Test
    void theBytesAreThoseThatWereStored() {
        for (int i = 0; i < MessageFixtures.ALL.size(); i++) {
            Message message = MessageFixtures.ALL.get(i);
            golden.check(name(i, message), bytes(message).flat());
        }
    }

    private static String name(int i, Message message) {
        int version = MessageLayouts.of(message).version();
        long before = MessageFixtures.ALL.subList(0, i).stream()
                .filter(other -> other.getClass() == message.getClass())
                .filter(other -> MessageLayouts.of(other).version() == version)
                .count();
        return message.getClass().getSimpleName() + "-v" + version + "-" + (before + 1);
    }

    @Test
    void whatANodeFromBeforeSaysHasNothingOfTombstones() {
        AppendRequest request = (AppendRequest) stored("AppendRequest-v1-1");
        assertThat(request.tombstones()).isEqualTo(Tombstones.NONE);
        assertThat(request.tombstonesMayGoBelow()).isZero();
        assertThat(((AppendReply) stored("AppendReply-v1-1")).settledBelow()).isZero();
        assertThat(((CopyReply) stored("CopyReply-v1-2")).tombstones()).isEqualTo(Tombstones.NONE);
    }

    /** Without batches. */
    private Message stored(String name) {
        return read(new Bytes(ByteBuffer.wrap(golden.bytes(name)), ByteBuffer.allocate(0)));
    }

    @Test
    void aNodeFromBeforeUnderstandsWhatHasNothingOfTombstones() {
        assertThat(MessageLayouts.of(MessageFixtures.append(3)).version()).isEqualTo(1);
        assertThat(MessageFixtures.ALL)
                .filteredOn(message -> MessageLayouts.of(message).version() == 2)
                .hasSize(4);
    }

    @Test
    void batchesAreViewsOfWhatCame() {
        Bytes bytes = bytes(MessageFixtures.append(3));
        Message.AppendRequest read = (Message.AppendRequest) read(bytes);
        bytes.payload.putLong(0, 4321);
        assertThat(read.batches().get(0).baseOffset()).isEqualTo(4321);
    }

    @Test
    void anUnknownTypeIsRefusedByName() {
        Bytes bytes = bytes(MessageFixtures.ALL.get(0));
        bytes.head.put(0, (byte) 99);
        assertRefused(bytes, Dropped.UNKNOWN_TYPE, "type 99");
    }

    @Test
    void anUnknownVersionIsRefusedByName() {
        Bytes bytes = bytes(MessageFixtures.ALL.get(0));
        bytes.head.put(1, (byte) 7);
        assertRefused(bytes, Dropped.UNKNOWN_VERSION, "version 7");
    }

    @Test
    void whatIsCutOffAtAnyByteIsRefused() {
        for (Message message : MessageFixtures.ALL) {
            Bytes bytes = bytes(message);
            for (int length = 0; length < bytes.head.limit(); length++) {
                assertUnreadable(new Bytes(bytes.head.slice(0, length), bytes.payload.duplicate()));
            }
            for (int length = 0; length < bytes.payload.limit(); length++) {
                assertUnreadable(new Bytes(bytes.head.duplicate(), bytes.payload.slice(0, length)));
            }
        }
    }

    @Test
    void whatIsTooLongIsRefused() {
        for (Message message : MessageFixtures.ALL) {
            Bytes bytes = bytes(message);
            assertUnreadable(new Bytes(longer(bytes.head), bytes.payload.duplicate()));
            assertUnreadable(new Bytes(bytes.head.duplicate(), longer(bytes.payload)));
        }
    }

    @Test
    void anotherPlaceOfABatchIsNoticed() {
        for (int at = 0; at < 21; at++) {
            for (int bit = 0; bit < 8; bit++) {
                Bytes bytes = bytes(MessageFixtures.append(2));
                bytes.payload.put(at, (byte) (bytes.payload.get(at) ^ 1 << bit));
                assertUnreadable(bytes);
            }
        }
    }

    @Test
    void bytesOfChanceNeverCauseAnythingButARefusal() {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            Bytes bytes = bytes(MessageFixtures.ALL.get(random.nextInt(MessageFixtures.ALL.size())));
            ByteBuffer hit = random.nextBoolean() || bytes.payload.limit() == 0 ? bytes.head : bytes.payload;
            hit.put(random.nextInt(hit.limit()), (byte) random.nextInt());
            try {
                read(bytes);
            } catch (UnreadableMessage expected) {
                assertThat(expected.getMessage()).isNotBlank();
            }
        }
    }

    private static void assertRefused(Bytes bytes, Dropped why, String text) {
        assertThatThrownBy(() -> read(bytes))
                .isInstanceOfSatisfying(
                        UnreadableMessage.class, e -> assertThat(e.why()).isEqualTo(why))
                .hasMessageContaining(text);
    }

    private static void assertUnreadable(Bytes bytes) {
        assertThatThrownBy(() -> read(bytes)).isInstanceOf(UnreadableMessage.class);
    }

    private static ByteBuffer longer(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.limit() + 1)
                .put(bytes.duplicate().rewind())
                .rewind();
    }

    private record Bytes(ByteBuffer head, ByteBuffer payload) {
        byte[] flat() {
            return ByteBuffer.allocate(head.limit() + payload.limit())
                    .put(head.duplicate())
                    .put(payload.duplicate())
                    .array();
        }
    }

    private static Bytes bytes(Message message) {
        FieldWriter head = new FieldWriter();
        MessageFormat.writeHead(message, head);
        List<ByteBuffer> parts = MessageFormat.payload(message);
        ByteBuffer payload = ByteBuffer.allocate(
                parts.stream().mapToInt(ByteBuffer::remaining).sum());
        parts.forEach(payload::put);
        return new Bytes(ByteBuffer.wrap(head.toBytes()), payload.flip());
    }

    private static Message read(Bytes bytes) {
        return MessageFormat.read(bytes.head.duplicate(), bytes.payload.duplicate());
    }
}
