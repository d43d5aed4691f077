package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a key of the left table of a join by foreign key says to the foreign key that its value names: tell me what you are, and what becomes of you.
 *
 * @param hash of the left table's value that names the foreign key; {@code null}: it is gone
 * @param primaryKey the left table's key
 * @param partition in which the left table's key lies, where the answer is to go; -1: not known
 */
record ForeignKeySubscription<K>(@Nullable ValueHash hash, Instruction instruction, K primaryKey, int partition) {
    private static final byte VERSION = 1;

    /** What is to be done. */
    enum Instruction {
        /** It names another one now, which answers it. */
        UNSUBSCRIBE(0, false, false),
        /** It names none any more: answer that there is nothing. */
        UNSUBSCRIBE_AND_ANSWER(1, false, true),
        /** It named another one before, or there is to be a result without a foreign value as well: answer in any case. */
        SUBSCRIBE_AND_ANSWER(2, true, true),
        /** It is new: what is not there need not be said not to be there. */
        SUBSCRIBE(3, true, false);

        private final byte number;
        private final boolean subscribes;
        private final boolean alwaysAnswers;

        Instruction(int number, boolean subscribes, boolean alwaysAnswers) {
            this.number = (byte) number;
            this.subscribes = subscribes;
            this.alwaysAnswers = alwaysAnswers;
        }

        private static Instruction of(byte number) {
            for (Instruction each : values()) {
                if (each.number == number) {
                    return each;
                }
            }
            throw new IllegalArgumentException(
                    "A subscription with instruction " + number + ", which there is none of.");
        }

        /** Whether it is told of changes from now on. */
        boolean subscribes() {
            return subscribes;
        }

        /** Whether it is answered, if the foreign key has such a value. */
        boolean answers(boolean hasValue) {
            return alwaysAnswers || (subscribes && hasValue);
        }
    }

    /**
     * As bytes. Format 1: a byte 1; the instruction's number in a byte; a byte 1 and 16 bytes of hash if there is one, else a byte 0; the partition in 4 bytes,
     * big-endian; the key, up to the end.
     */
    static <K> Serde<ForeignKeySubscription<K>> serde(Serde<K> keys) {
        return Serde.of(
                (topic, all) -> write(all, keys.serialize(topic, all.primaryKey)),
                (topic, bytes) -> read(keys, topic, bytes));
    }

    private static byte[] write(ForeignKeySubscription<?> all, byte[] key) {
        ValueHash hash = all.hash;
        int hashBytes = hash == null ? 0 : ValueHash.BYTES;
        ByteBuffer bytes = ByteBuffer.allocate(3 + hashBytes + Integer.BYTES + key.length);
        bytes.put(VERSION).put(all.instruction.number).put((byte) (hash == null ? 0 : 1));
        if (hash != null) {
            hash.write(bytes);
        }
        return bytes.putInt(all.partition).put(key).array();
    }

    private static <K> ForeignKeySubscription<K> read(Serde<K> keys, String topic, ByteBuffer bytes) {
        byte version = bytes.get();
        if (version != VERSION) {
            throw new IllegalArgumentException(
                    "A subscription of format " + version + ", which this version does not know.");
        }
        Instruction instruction = Instruction.of(bytes.get());
        ValueHash hash = bytes.get() == 1 ? ValueHash.read(bytes) : null;
        int partition = bytes.getInt();
        return new ForeignKeySubscription<>(hash, instruction, keys.deserialize(topic, bytes), partition);
    }
}
