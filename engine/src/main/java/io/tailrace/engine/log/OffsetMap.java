package io.tailrace.engine.log;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;

/**
 * The newest offset of each key, in memory that is given once, whatever the number and the size of the keys (Kafka's
 * {@code SkimpyOffsetMap}). Open addressing, 24 bytes per place:
 *
 * <pre>
 *   first 16 bytes of SHA-256(salt, key) | offset + 1, 0 where there is none: int64
 * </pre>
 *
 * <p>Keys are not kept. Two keys of the same 128 bits would be taken for one, and the older one's record would be lost. Among 2^32 keys the
 * chance of that is below 2^-64, less than that of a flipped bit that a CRC misses; and nobody can look for such keys, since the salt is
 * random, secret and another one each time. When it is full the rest of the log waits for the next pass.
 *
 * <p>For one thread at a time.
 */
public final class OffsetMap {
    private static final int HASH_BYTES = 16;
    private static final int PLACE_BYTES = HASH_BYTES + Long.BYTES;
    private static final int SALT_BYTES = 16;
    /** Beyond that searches become long. */
    private static final double MAX_LOAD = 0.75;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final ByteBuffer places;
    private final int maxCapacity;
    /** So many of the places are used, the first ones. */
    private int capacity;

    private int maxKeys;
    private final MessageDigest digest;
    private final byte[] salt = new byte[SALT_BYTES];
    private final byte[] hash = new byte[32];
    private int keys;
    private long latestOffset = -1;

    /**
     * An empty map, outside of the heap.
     *
     * @param bytes that it may take
     * @throws TailraceException {@link ErrorCode#INVALID_SETTING} if no key fits in
     */
    public OffsetMap(int bytes) {
        maxCapacity = bytes / PLACE_BYTES;
        if ((int) (maxCapacity * MAX_LOAD) < 1) {
            throw new TailraceException(
                    ErrorCode.INVALID_SETTING,
                    "A map of " + bytes + " bytes has room for no key: give it " + 2 * PLACE_BYTES + " or more.");
        }
        places = ByteBuffer.allocateDirect(maxCapacity * PLACE_BYTES);
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
        clear(Long.MAX_VALUE);
    }

    /**
     * Forgets everything. For few keys little of the memory is used, which stays in the processor's cache and leaves others there.
     *
     * @param mostKeys more will not come
     */
    void clear(long mostKeys) {
        if (keys > 0) {
            byte[] zeros = new byte[1 << 16];
            int end = capacity * PLACE_BYTES;
            for (int at = 0; at < end; at += zeros.length) {
                places.put(at, zeros, 0, Math.min(zeros.length, end - at));
            }
        }
        capacity = (int) Math.min(maxCapacity, Math.ceil(Math.max(1, mostKeys) / MAX_LOAD));
        maxKeys = (int) (capacity * MAX_LOAD);
        RANDOM.nextBytes(salt);
        keys = 0;
        latestOffset = -1;
    }

    /**
     * Notes that the key is there; offsets come in ascending order.
     *
     * @return false if there is no room for another key: nothing has changed
     */
    boolean put(byte[] array, int keyAt, int keySize, long offset) {
        int place = find(array, keyAt, keySize);
        if (places.getLong(place + HASH_BYTES) == 0) {
            if (keys == maxKeys) {
                return false;
            }
            keys++;
            places.put(place, hash, 0, HASH_BYTES);
        }
        places.putLong(place + HASH_BYTES, offset + 1);
        latestOffset = offset;
        return true;
    }

    /** The newest offset of that key, or -1 if it is not there. */
    long get(byte[] array, int keyAt, int keySize) {
        return places.getLong(find(array, keyAt, keySize) + HASH_BYTES) - 1;
    }

    /** The place of that key, or the empty one where it belongs. */
    private int find(byte[] array, int keyAt, int keySize) {
        hash(array, keyAt, keySize);
        ByteBuffer hashed = ByteBuffer.wrap(hash);
        long high = hashed.getLong(0);
        long low = hashed.getLong(Long.BYTES);
        int number = (int) Long.remainderUnsigned(high, capacity);
        while (true) {
            int place = number * PLACE_BYTES;
            boolean empty = places.getLong(place + HASH_BYTES) == 0;
            if (empty || (places.getLong(place) == high && places.getLong(place + Long.BYTES) == low)) {
                return place;
            }
            number = number + 1 == capacity ? 0 : number + 1;
        }
    }

    private void hash(byte[] array, int keyAt, int keySize) {
        digest.update(salt);
        digest.update(array, keyAt, keySize);
        try {
            digest.digest(hash, 0, hash.length);
        } catch (DigestException e) {
            throw new IllegalStateException("A SHA-256 has " + hash.length + " bytes", e);
        }
    }

    /** How many keys it has. */
    int keys() {
        return keys;
    }

    /** Everything that has a key up to that offset has been noted, or -1. */
    long latestOffset() {
        return latestOffset;
    }

    /** Nothing with a key was missed up to there. */
    void passed(long offset) {
        latestOffset = Math.max(latestOffset, offset);
    }
}
