package io.tailrace.streams.dsl;

import io.tailrace.streams.Serializer;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/** By which an answer that has been on its way tells whether it is about the value that a key has now: the first 128 bits of SHA-256 of the value's bytes. */
record ValueHash(long high, long low) {
    static final int BYTES = 2 * Long.BYTES;

    void write(ByteBuffer to) {
        to.putLong(high).putLong(low);
    }

    static ValueHash read(ByteBuffer from) {
        return new ValueHash(from.getLong(), from.getLong());
    }

    /** Hashes values, for one thread. */
    static final class Hasher<V> {
        private final String topic;
        private final Serializer<V> values;
        private final MessageDigest digest;

        /**
         * Of such values.
         *
         * @param topic which the serializer is told
         */
        Hasher(String topic, Serializer<V> values) {
            this.topic = topic;
            this.values = values;
            try {
                digest = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError("Every Java platform has SHA-256.", e);
            }
        }

        /** The hash of a value; {@code null} if there is none. */
        @Nullable
        ValueHash hash(@Nullable V value) {
            return value == null ? null : read(ByteBuffer.wrap(digest.digest(values.serialize(topic, value))));
        }
    }
}
