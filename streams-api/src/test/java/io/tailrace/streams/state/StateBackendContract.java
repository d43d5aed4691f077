package io.tailrace.streams.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds of each place in which the committed state of a task can lie. */
public abstract class StateBackendContract {
    private static final List<String> STORES = List.of("a", "b", "ab", "");
    private static final byte[] KEY_BYTES = {0, 1, 127, -128, -2, -1};

    private final Map<String, NavigableMap<byte[], byte[]>> model = new HashMap<>();
    private StateBackend backend;

    /** An empty one. */
    protected abstract StateBackend open() throws Exception;

    /** Whether what was applied is still there after it was closed and opened again. */
    protected abstract boolean outlivesClosing();

    @BeforeEach
    final void begin() throws Exception {
        backend = open();
    }

    @AfterEach
    final void end() {
        backend.close();
    }

    private static byte[] randomValue(Random random, int bytes) {
        byte[] some = new byte[random.nextInt(bytes)];
        random.nextBytes(some);
        return some;
    }

    /** Few enough that they come again, and with bytes on both sides of where signed and unsigned differ. */
    private static byte[] randomKey(Random random) {
        byte[] key = new byte[random.nextInt(4)];
        for (int i = 0; i < key.length; i++) {
            key[i] = KEY_BYTES[random.nextInt(KEY_BYTES.length)];
        }
        return key;
    }

    private Map<String, Map<byte[], byte @Nullable []>> randomChanges(Random random) {
        Map<String, Map<byte[], byte @Nullable []>> changes = new HashMap<>();
        for (int i = random.nextInt(20); i > 0; i--) {
            byte @Nullable [] value = random.nextInt(3) == 0 ? null : randomValue(random, 100);
            changes.computeIfAbsent(
                            STORES.get(random.nextInt(STORES.size())), store -> new TreeMap<>(Arrays::compareUnsigned))
                    .put(randomKey(random), value);
        }
        return changes;
    }

    private NavigableMap<byte[], byte[]> model(String store) {
        return model.computeIfAbsent(store, name -> new TreeMap<>(Arrays::compareUnsigned));
    }

    private void apply(Map<String, Map<byte[], byte @Nullable []>> changes, long nextOffset) {
        backend.apply(changes, nextOffset);
        changes.forEach((store, ofStore) -> ofStore.forEach((key, value) -> {
            if (value == null) {
                model(store).remove(key);
            } else {
                model(store).put(key, value);
            }
        }));
    }

    private static List<String> text(Entries<byte[], byte[]> entries) {
        List<String> all = new ArrayList<>();
        try (entries) {
            entries.forEachRemaining(
                    entry -> all.add(Arrays.toString(entry.key()) + "=" + Arrays.toString(entry.value())));
        }
        return all;
    }

    private static List<String> text(NavigableMap<byte[], byte[]> entries) {
        List<String> all = new ArrayList<>();
        entries.forEach((key, value) -> all.add(Arrays.toString(key) + "=" + Arrays.toString(value)));
        return all;
    }

    private void checkAll() {
        for (String store : STORES) {
            assertThat(text(backend.store(store).range(null, null))).isEqualTo(text(model(store)));
        }
    }

    private void checkSome(Random random) {
        String name = STORES.get(random.nextInt(STORES.size()));
        ReadOnlyBytesStore store = backend.store(name);
        byte[] key = randomKey(random);
        assertThat(store.get(key)).isEqualTo(model(name).get(key));
        byte[] from = random.nextInt(4) == 0 ? null : randomKey(random);
        byte[] to = random.nextInt(4) == 0 ? null : randomKey(random);
        NavigableMap<byte[], byte[]> between = model(name);
        if (from != null && to != null && Arrays.compareUnsigned(from, to) >= 0) {
            between = new TreeMap<>(Arrays::compareUnsigned);
        } else {
            between = from == null ? between : between.tailMap(from, true);
            between = to == null ? between : between.headMap(to, false);
        }
        assertThat(text(store.range(from, to))).isEqualTo(text(between));
        assertThat(text(store.reverseRange(from, to))).isEqualTo(text(between.descendingMap()));
    }

    @Test
    void storesAreMapsInTheUnsignedOrderOfTheirKeys() {
        Random random = new Random(17);
        for (int i = 1; i <= 1_000; i++) {
            apply(randomChanges(random), i);
            checkSome(random);
            assertThat(backend.appliedUpTo()).isEqualTo(i);
            if (i % 100 == 0) {
                checkAll();
            }
        }
    }

    @Test
    void whatWasAppliedIsThereAfterItWasClosed() throws Exception {
        Random random = new Random(18);
        for (int life = 1; life <= 10; life++) {
            for (int i = 1; i <= 50; i++) {
                apply(randomChanges(random), life * 1_000L + i);
            }
            backend.close();
            backend = open();
            if (outlivesClosing()) {
                assertThat(backend.appliedUpTo()).isEqualTo(life * 1_000L + 50);
            } else {
                assertThat(backend.appliedUpTo()).isZero();
                model.clear();
            }
            checkAll();
        }
    }

    @Test
    void anEmptyOneHasAppliedNothing() {
        assertThat(backend.appliedUpTo()).isZero();
        assertThat(backend.store("a").get(new byte[1])).isNull();
        assertThat(text(backend.store("a").range(null, null))).isEmpty();
    }

    @Test
    void aClearedOneIsAsAnEmptyOneAndItsStoresGoOn() {
        ReadOnlyBytesStore store = backend.store("a");
        apply(Map.of("a", Map.of(new byte[] {1}, new byte[] {2})), 7);
        assertThat(store.get(new byte[] {1})).containsExactly(2);
        backend.clear();
        assertThat(backend.appliedUpTo()).isZero();
        assertThat(store.get(new byte[] {1})).isNull();
        apply(Map.of("b", Map.of(new byte[] {1}, new byte[] {3}), "a", Map.of(new byte[] {1}, new byte[] {4})), 8);
        assertThat(store.get(new byte[] {1})).containsExactly(4);
        assertThat(backend.store("a")).isSameAs(store);
    }

    @Test
    void itsSizeGrowsWithWhatItHolds() {
        long empty = backend.sizeInBytes();
        byte[] random = new byte[100_000];
        new Random(1).nextBytes(random);
        apply(Map.of("a", Map.of(new byte[] {1}, random)), 1);
        assertThat(backend.sizeInBytes()).isGreaterThanOrEqualTo(empty + random.length);
    }

    @Test
    void othersReadWhileOneWrites() throws Exception {
        ReadOnlyBytesStore store = backend.store("a");
        List<Throwable> failures = new ArrayList<>();
        Thread reader = new Thread(() -> {
            try {
                for (int before = 0; before < 2_000; ) {
                    byte[] value = store.get(new byte[] {1});
                    int now =
                            value == null ? 0 : java.nio.ByteBuffer.wrap(value).getInt();
                    assertThat(now).isGreaterThanOrEqualTo(before);
                    before = now;
                    try (Entries<byte[], byte[]> entries = store.range(null, null)) {
                        entries.forEachRemaining(entry -> assertThat(Objects.requireNonNull(entry.value()))
                                .hasSize(Integer.BYTES));
                    }
                }
            } catch (RuntimeException | AssertionError e) {
                failures.add(e);
            }
        });
        reader.start();
        for (int i = 1; i <= 2_000; i++) {
            byte[] value = java.nio.ByteBuffer.allocate(Integer.BYTES).putInt(i).array();
            backend.apply(Map.of("a", Map.of(new byte[] {1}, value, new byte[] {2, (byte) i}, value)), i);
        }
        reader.join();
        assertThat(failures).isEmpty();
    }
}
