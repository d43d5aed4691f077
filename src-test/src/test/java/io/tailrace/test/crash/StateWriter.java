package io.tailrace.test.crash;

import io.tailrace.engine.partition.PartitionId;
import io.tailrace.streams.state.rocks.RocksBackend;
import io.tailrace.streams.state.rocks.RocksMemory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A process that applies commits to the state of a task until it is killed. What each commit changes follows from its number. */
public final class StateWriter {
    /** How many commits it makes from one line to the next. */
    static final int COMMITS_PER_LINE = 50;

    /** What a line begins with that tells up to where it has come. */
    static final String APPLIED = "applied ";

    private static final int KEYS = 2_000;
    private static final int CHANGES = 40;

    private StateWriter() {}

    /** Opens what is in a directory; little memory, so that it is written to disk often. */
    static RocksBackend open(Path directory, RocksMemory memory) {
        return RocksBackend.open(directory, new PartitionId(new UUID(1, 1), 0), memory);
    }

    static RocksMemory memory() {
        return RocksMemory.of(4 << 20, 1 << 20);
    }

    /** What the commit changes that leads to that offset. */
    static Map<String, Map<byte[], byte @Nullable []>> changes(long nextOffset) {
        Random random = new Random(nextOffset);
        Map<String, Map<byte[], byte @Nullable []>> changes = new HashMap<>();
        for (int i = 0; i < CHANGES; i++) {
            byte[] key = ByteBuffer.allocate(Integer.BYTES)
                    .putInt(random.nextInt(KEYS))
                    .array();
            byte[] value = new byte[random.nextInt(200)];
            random.nextBytes(value);
            changes.computeIfAbsent("store-" + random.nextInt(3), store -> new TreeMap<>(Arrays::compareUnsigned))
                    .put(key, random.nextInt(5) == 0 ? null : value);
        }
        return changes;
    }

    /** Argument: the directory. */
    public static void main(String[] args) {
        try (RocksMemory memory = memory();
                RocksBackend backend = open(Path.of(args[0]), memory)) {
            for (long next = backend.appliedUpTo() + 1; ; next++) {
                backend.apply(changes(next), next);
                if (next % COMMITS_PER_LINE == 0) {
                    System.out.println(APPLIED + next);
                }
            }
        }
    }
}
