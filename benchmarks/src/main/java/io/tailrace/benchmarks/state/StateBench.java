package io.tailrace.benchmarks.state;

import io.tailrace.engine.partition.PartitionId;
import io.tailrace.streams.state.ReadOnlyBytesStore;
import io.tailrace.streams.state.rocks.RocksBackend;
import io.tailrace.streams.state.rocks.RocksMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Tasks with many keys on disk: puts each key once, changes and reads random ones, closes, opens again. Prints rates, the largest resident memory, and how long it takes from opening
 * to the first value. Arguments: an empty directory, keys (10,000,000), bytes of a value (100), tasks (1). To be run with {@code -Xmx512m}.
 */
public final class StateBench {
    private static final int CHANGES_PER_COMMIT = 5_000;
    private static final String STORE = "counts";

    private final Path directory;
    private final int keys;
    private final int valueBytes;
    private final RocksMemory memory = RocksMemory.of(256 << 20, 96 << 20);
    private final List<RocksBackend> tasks = new ArrayList<>();
    private final Random random = new Random(1);
    private long commits;

    private StateBench(Path directory, int keys, int valueBytes) {
        this.directory = directory;
        this.keys = keys;
        this.valueBytes = valueBytes;
    }

    /** See above. */
    public static void main(String[] args) throws IOException {
        int keys = args.length > 1 ? Integer.parseInt(args[1]) : 10_000_000;
        int valueBytes = args.length > 2 ? Integer.parseInt(args[2]) : 100;
        int tasks = args.length > 3 ? Integer.parseInt(args[3]) : 1;
        new StateBench(Path.of(args[0]), keys, valueBytes).run(tasks);
    }

    private void run(int count) throws IOException {
        open(count);
        measure("put", keys, () -> {
            for (int key = 0; key < keys; key += CHANGES_PER_COMMIT) {
                int from = key;
                commit(i -> scattered(from + i));
            }
        });
        int some = keys / 5;
        measure("change", some, () -> {
            for (int i = 0; i < some; i += CHANGES_PER_COMMIT) {
                commit(each -> scattered(random.nextInt(keys)));
            }
        });
        measure("get", some, () -> {
            for (int i = 0; i < some; i++) {
                get(scattered(random.nextInt(keys)));
            }
        });
        long bytes = tasks.stream().mapToLong(RocksBackend::sizeInBytes).sum();
        measure("close", count, () -> tasks.forEach(RocksBackend::close));
        long begun = System.nanoTime();
        open(count);
        get(scattered(keys / 2));
        System.out.printf(
                "%d MiB of state: opened, and the first value read, after %.0f ms%n",
                bytes >> 20, (System.nanoTime() - begun) / 1e6);
        tasks.forEach(RocksBackend::close);
        memory.close();
    }

    private void open(int count) {
        tasks.clear();
        for (int task = 0; task < count; task++) {
            tasks.add(RocksBackend.open(directory.resolve("0_" + task), new PartitionId(new UUID(0, 1), task), memory));
        }
    }

    private interface Keys {
        long key(int i);
    }

    private void commit(Keys which) {
        List<Map<byte[], byte @Nullable []>> changes = new ArrayList<>();
        tasks.forEach(task -> changes.add(new TreeMap<>(Arrays::compareUnsigned)));
        for (int i = 0; i < CHANGES_PER_COMMIT; i++) {
            long key = which.key(i);
            byte[] value = new byte[valueBytes];
            random.nextBytes(value);
            changes.get(task(key)).put(bytes(key), value);
        }
        commits++;
        for (int task = 0; task < tasks.size(); task++) {
            tasks.get(task).apply(Map.of(STORE, changes.get(task)), commits * CHANGES_PER_COMMIT);
        }
    }

    private void get(long key) {
        ReadOnlyBytesStore store = tasks.get(task(key)).store(STORE);
        if (store.get(bytes(key)) == null) {
            throw new IllegalStateException("Key " + key + " is missing.");
        }
    }

    private int task(long key) {
        return (int) Math.floorMod(key, (long) tasks.size());
    }

    /** Numbers one after the other, in an order that has nothing to do with it. */
    private static long scattered(int number) {
        long mixed = number * 0x9E3779B97F4A7C15L;
        return mixed ^ (mixed >>> 32);
    }

    private static byte[] bytes(long key) {
        return ByteBuffer.allocate(Long.BYTES).putLong(key).array();
    }

    private void measure(String what, int count, Runnable work) throws IOException {
        long begun = System.nanoTime();
        work.run();
        double seconds = (System.nanoTime() - begun) / 1e9;
        System.out.printf(
                "%-6s %,d in %.1f s: %,.0f/s, off-heap %d MiB, resident %s, at most %s%n",
                what, count, seconds, count / seconds, memory.usedBytes() >> 20, status("VmRSS:"), status("VmHWM:"));
    }

    private static String status(String line) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(each -> each.startsWith(line))
                .map(each -> (Long.parseLong(each.replaceAll("\\D", "")) >> 10) + " MiB")
                .findFirst()
                .orElse("unknown");
    }
}
