package io.tailrace.streams.runtime;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordCursor;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The records of a task's log, big-endian. Each key begins with the version of the format and the kind; a partition is its topic's id (16 bytes) and its number (4). Format 1:
 *
 * <pre>
 *   1, CLAIM                                     -> id (16)
 *   1, MARK                                      -> log's topic (16), commit (8), delivered (8), undelivered from (8), stream time (8), wall clock (8), batches in each slot (5 times 4)
 *   1, INPUT, partition (20)                     -> next offset (8), partition time (8)
 *   1, OUTPUT, partition (20)                    -> epoch (2), next sequence (4)
 *   1, SLOT, commit number mod slots (1), n (4)  -> commit (8), partition (20), record batch;   or none
 *   1, STATE, length of name (2), store, key     -> value;   or none
 * </pre>
 */
final class TaskLogFormat {
    static final byte VERSION = 1;
    static final byte CLAIM = 0;
    static final byte MARK = 1;
    static final byte INPUT = 2;
    static final byte OUTPUT = 3;
    static final byte SLOT = 4;
    static final byte STATE = 5;

    private static final int PREFIX_BYTES = 2;
    private static final int UUID_BYTES = 16;
    private static final int PARTITION_BYTES = UUID_BYTES + Integer.BYTES;

    /**
     * What a slot holds.
     *
     * @param commit to which it belongs
     * @param number among the batches of that commit, from 0
     * @param batch that is to be in that partition, as it stands there
     */
    record Slot(long commit, int number, PartitionId partition, RecordBatch batch) {
        /** Its key. */
        byte[] key() {
            return slotKey(commit, number);
        }
    }

    /** How far a partition has been read, and the latest time there. */
    record Input(long nextOffset, long partitionTime) {}

    /** With what the next batch to a partition begins. */
    record Output(short epoch, int nextSequence) {}

    private TaskLogFormat() {}

    private static ByteBuffer key(byte kind, int bytes) {
        return ByteBuffer.allocate(PREFIX_BYTES + bytes).put(VERSION).put(kind);
    }

    static byte[] claimKey() {
        return key(CLAIM, 0).array();
    }

    static byte[] claim(UUID id) {
        return uuid(ByteBuffer.allocate(UUID_BYTES), id).array();
    }

    static byte[] markKey() {
        return key(MARK, 0).array();
    }

    static byte[] mark(TaskMark mark) {
        ByteBuffer value = uuid(
                        ByteBuffer.allocate(UUID_BYTES + 5 * Long.BYTES + TaskMark.SLOTS * Integer.BYTES), mark.log())
                .putLong(mark.commit())
                .putLong(mark.delivered())
                .putLong(mark.undeliveredFrom())
                .putLong(mark.streamTime())
                .putLong(mark.wallClock());
        mark.slots().forEach(value::putInt);
        return value.array();
    }

    static byte[] inputKey(PartitionId partition) {
        return partition(key(INPUT, PARTITION_BYTES), partition).array();
    }

    static byte[] input(Input input) {
        return ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(input.nextOffset())
                .putLong(input.partitionTime())
                .array();
    }

    static byte[] outputKey(PartitionId partition) {
        return partition(key(OUTPUT, PARTITION_BYTES), partition).array();
    }

    static byte[] output(Output output) {
        return ByteBuffer.allocate(Short.BYTES + Integer.BYTES)
                .putShort(output.epoch())
                .putInt(output.nextSequence())
                .array();
    }

    static byte[] slotKey(long commit, int number) {
        return key(SLOT, 1 + Integer.BYTES)
                .put((byte) (commit % TaskMark.SLOTS))
                .putInt(number)
                .array();
    }

    static byte[] slot(Slot slot) {
        ByteBuffer batch = slot.batch().bytes();
        ByteBuffer value = ByteBuffer.allocate(Long.BYTES + PARTITION_BYTES + batch.remaining());
        return partition(value.putLong(slot.commit()), slot.partition())
                .put(batch)
                .array();
    }

    /** What the keys of a store's entries begin with. */
    static byte[] statePrefix(String store) {
        byte[] name = store.getBytes(StandardCharsets.UTF_8);
        if (name.length > Short.MAX_VALUE) {
            throw new IllegalArgumentException("A store has a name of " + name.length + " bytes.");
        }
        return key(STATE, Short.BYTES + name.length)
                .putShort((short) name.length)
                .put(name)
                .array();
    }

    static byte[] stateKey(byte[] prefix, byte[] key) {
        byte[] whole = Arrays.copyOf(prefix, prefix.length + key.length);
        System.arraycopy(key, 0, whole, prefix.length, key.length);
        return whole;
    }

    /**
     * The kind of the record that the cursor stands on.
     *
     * @throws TailraceException DATA_DIR_VERSION, CORRUPT_LOG
     */
    static byte kind(RecordCursor at) {
        if (at.keySize() < PREFIX_BYTES) {
            throw corrupt(at, null);
        }
        byte version = at.array()[at.keyAt()];
        if (version != VERSION) {
            throw new TailraceException(
                    ErrorCode.DATA_DIR_VERSION,
                    "The record at offset " + at.offset() + " of a task's log is of format " + version + ", not "
                            + VERSION + ": run the version that wrote it, or a newer one.");
        }
        byte kind = at.array()[at.keyAt() + 1];
        if (kind < CLAIM || kind > STATE) {
            throw corrupt(at, null);
        }
        return kind;
    }

    static UUID readClaim(RecordCursor at) {
        return read(at, TaskLogFormat::uuid);
    }

    static TaskMark readMark(RecordCursor at) {
        return read(at, TaskLogFormat::readMark);
    }

    static TaskMark readMark(ByteBuffer value) {
        UUID log = uuid(value);
        long[] numbers = new long[5];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = value.getLong();
        }
        List<Integer> slots = new ArrayList<>(TaskMark.SLOTS);
        for (int i = 0; i < TaskMark.SLOTS; i++) {
            slots.add(value.getInt());
        }
        return new TaskMark(log, numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], List.copyOf(slots));
    }

    static Input readInput(ByteBuffer value) {
        return new Input(value.getLong(), value.getLong());
    }

    static Output readOutput(ByteBuffer value) {
        return new Output(value.getShort(), value.getInt());
    }

    /** Of the key of an input or output. */
    static PartitionId readPartition(byte[] key) {
        return partition(ByteBuffer.wrap(key, PREFIX_BYTES, PARTITION_BYTES));
    }

    /** Which slot, and where in it, as one number. */
    static long readSlotKey(RecordCursor at) {
        ByteBuffer key = ByteBuffer.wrap(at.array(), at.keyAt() + PREFIX_BYTES, at.keySize() - PREFIX_BYTES);
        return (long) key.get() << Integer.SIZE | Integer.toUnsignedLong(key.getInt());
    }

    /** A copy of what is in a slot; {@code null} if nothing is. */
    static @Nullable Slot readSlot(RecordCursor at) {
        if (at.valueSize() < 0) {
            return null;
        }
        return read(at, value -> {
            long commit = value.getLong();
            PartitionId partition = partition(value);
            byte[] batch = new byte[value.remaining()];
            value.get(batch);
            return new Slot(commit, (int) readSlotKey(at), partition, RecordBatch.at(ByteBuffer.wrap(batch)));
        });
    }

    /** The name of the store. */
    static String readStore(RecordCursor at) {
        int length = storeLength(at);
        return new String(at.array(), at.keyAt() + PREFIX_BYTES + Short.BYTES, length, StandardCharsets.UTF_8);
    }

    private static int storeLength(RecordCursor at) {
        ByteBuffer key = ByteBuffer.wrap(at.array(), at.keyAt(), at.keySize()).slice();
        int length = key.remaining() < PREFIX_BYTES + Short.BYTES ? -1 : key.getShort(PREFIX_BYTES);
        if (length < 0 || length > key.remaining() - PREFIX_BYTES - Short.BYTES) {
            throw corrupt(at, null);
        }
        return length;
    }

    /** A copy of the key in the store. */
    static byte[] readStateKey(RecordCursor at) {
        int prefix = PREFIX_BYTES + Short.BYTES + storeLength(at);
        return Arrays.copyOfRange(at.array(), at.keyAt() + prefix, at.keyAt() + at.keySize());
    }

    /** A copy of the whole key. */
    static byte[] copyKey(RecordCursor at) {
        return Arrays.copyOfRange(at.array(), at.keyAt(), at.keyAt() + at.keySize());
    }

    /** A copy of the value; {@code null} if there is none. */
    static byte @Nullable [] copyValue(RecordCursor at) {
        return at.valueSize() < 0 ? null : Arrays.copyOfRange(at.array(), at.valueAt(), at.valueAt() + at.valueSize());
    }

    private interface Layout<T> {
        T read(ByteBuffer value);
    }

    private static <T> T read(RecordCursor at, Layout<T> layout) {
        try {
            return layout.read(ByteBuffer.wrap(at.array(), at.valueAt(), Math.max(0, at.valueSize()))
                    .slice());
        } catch (BufferUnderflowException e) {
            throw corrupt(at, e);
        }
    }

    private static TailraceException corrupt(RecordCursor at, @Nullable Throwable cause) {
        return new TailraceException(
                ErrorCode.CORRUPT_LOG,
                "The record at offset " + at.offset()
                        + " of a task's log does not fit its layout: something else has written there. Reset the application.",
                cause);
    }

    private static ByteBuffer uuid(ByteBuffer target, UUID id) {
        return target.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    }

    private static UUID uuid(ByteBuffer source) {
        return new UUID(source.getLong(), source.getLong());
    }

    private static ByteBuffer partition(ByteBuffer target, PartitionId partition) {
        return uuid(target, partition.topicId()).putInt(partition.partition());
    }

    private static PartitionId partition(ByteBuffer source) {
        return new PartitionId(uuid(source), source.getInt());
    }
}
