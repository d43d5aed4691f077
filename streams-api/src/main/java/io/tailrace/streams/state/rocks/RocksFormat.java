package io.tailrace.streams.state.rocks;

import io.tailrace.engine.partition.PartitionId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What lies in a task's database. Format 1, numbers big-endian:
 *
 * <pre>
 * 0                        -> version 1 (1 byte), id of the log's topic (16), its partition (4)
 * 1                        -> offset behind the last commit that is in here (8)
 * 2, name of a store       -> its number (4), from 0
 * 3, number (4), key       -> value
 * </pre>
 *
 * <p>All stores are in one column family: so all that one write holds comes to disk together, whatever is lost in a crash; and a task costs the memory of one write buffer, not one per
 * store.
 */
final class RocksFormat {
    static final byte VERSION = 1;
    static final byte[] OWNER = {0};
    static final byte[] APPLIED = {1};
    /** How many bytes stand before an entry's own key. */
    static final int PREFIX_BYTES = 1 + Integer.BYTES;

    private static final byte STORE = 2;
    private static final byte ENTRY = 3;

    private RocksFormat() {}

    static byte[] owner(PartitionId log) {
        return ByteBuffer.allocate(1 + 2 * Long.BYTES + Integer.BYTES)
                .put(VERSION)
                .putLong(log.topicId().getMostSignificantBits())
                .putLong(log.topicId().getLeastSignificantBits())
                .putInt(log.partition())
                .array();
    }

    static byte[] offset(long offset) {
        return ByteBuffer.allocate(Long.BYTES).putLong(offset).array();
    }

    static long offset(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getLong();
    }

    /** The key under which a store's number is. */
    static byte[] store(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + bytes.length).put(STORE).put(bytes).array();
    }

    /** The first of all keys under which stores' numbers are. */
    static byte[] firstStore() {
        return new byte[] {STORE};
    }

    /** Behind the last of them. */
    static byte[] behindStores() {
        return new byte[] {STORE + 1};
    }

    static String storeName(byte[] key) {
        return new String(key, 1, key.length - 1, StandardCharsets.UTF_8);
    }

    static byte[] number(int number) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
    }

    static int number(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getInt();
    }

    static byte[] entry(int store, byte[] key) {
        return ByteBuffer.allocate(PREFIX_BYTES + key.length)
                .put(ENTRY)
                .putInt(store)
                .put(key)
                .array();
    }

    /** Before all entries of a store, and behind all of those of the store before. */
    static byte[] firstEntry(int store) {
        return entry(store, new byte[0]);
    }
}
