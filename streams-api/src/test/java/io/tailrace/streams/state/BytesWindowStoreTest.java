package io.tailrace.streams.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.streams.Serdes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BytesWindowStoreTest {
    private static final long SIZE = 1_000;

    private final MemoryBytesStore bytes = new MemoryBytesStore();

    private BytesWindowStore<String, String> open(Duration retention, boolean several) {
        return new BytesWindowStore<>(
                "s", bytes, Serdes.strings(), Serdes.strings(), retention, Duration.ofMillis(SIZE), several);
    }

    /** One value that was put, at its place in the order in which they were. */
    private record Put(String key, long start, String value, int number) {}

    /** What a window store is, as a list. */
    private static final class Model {
        private final long retention;
        private final boolean several;
        private final List<Put> puts = new ArrayList<>();
        private long latest = -1;
        private int number;

        Model(long retention, boolean several) {
            this.retention = retention;
            this.several = several;
        }

        void put(String key, @Nullable String value, long start) {
            latest = Math.max(latest, start);
            if (!several) {
                puts.removeIf(put -> put.key.equals(key) && put.start == start);
            }
            if (value != null) {
                puts.add(new Put(key, start, value, number++));
            }
            puts.removeIf(put -> put.start <= latest - retention);
        }

        List<Put> between(long from, long to) {
            return puts.stream()
                    .filter(put -> put.start >= from && put.start <= to)
                    .sorted(Comparator.comparingLong(Put::start).thenComparing(Put::number))
                    .toList();
        }
    }

    private static <K, V> List<KeyValue<K, V>> list(Entries<K, V> entries) {
        List<KeyValue<K, V>> all = new ArrayList<>();
        try (entries) {
            entries.forEachRemaining(all::add);
        }
        return all;
    }

    private static List<KeyValue<Long, String>> ofKey(List<Put> puts, String key) {
        return puts.stream()
                .filter(put -> put.key.equals(key))
                .map(put -> new KeyValue<>(put.start, put.value))
                .toList();
    }

    private static <T> List<T> reversed(List<T> list) {
        List<T> reversed = new ArrayList<>(list);
        java.util.Collections.reverse(reversed);
        return reversed;
    }

    private void isItsModel(int seed, Duration retention, boolean several) {
        Random random = new Random(seed);
        list(bytes.range(null, null)).forEach(entry -> bytes.put(entry.key(), null));
        BytesWindowStore<String, String> store = open(retention, several);
        Model model = new Model(retention.toMillis(), several);
        long now = random.nextInt(3) * 1_000_000L;
        int span = (int) Math.min(400_000, 2 * retention.toMillis() + 2);
        for (int i = 0; i < 400; i++) {
            now += random.nextInt(50) == 0 ? random.nextInt(4 * span) : random.nextInt(1 + span / 20);
            // Some keys are the beginnings of others.
            String key = "kkkkk".substring(0, random.nextInt(5));
            long start = random.nextInt(3) > 0 ? now : Math.max(0, now - random.nextInt(span));
            String value = random.nextInt(6) == 0 ? null : Integer.toString(i);
            store.put(key, value, start);
            model.put(key, value, start);
            if (random.nextInt(20) == 0) {
                store = open(retention, several);
            }
            long from = Math.max(0, now - random.nextInt(span));
            long to = from + random.nextInt(span);
            String asked = "kkkkk".substring(0, random.nextInt(5));
            List<Put> expected = model.between(from, to);
            assertThat(list(store.fetch(asked, from, to))).isEqualTo(ofKey(expected, asked));
            assertThat(list(store.backwardFetch(asked, from, to))).isEqualTo(reversed(ofKey(expected, asked)));
            assertThat(list(store.fetchAll(from, to)))
                    .containsExactlyInAnyOrderElementsOf(expected.stream()
                            .map(put -> new KeyValue<>(
                                    new Windowed<>(put.key, new Window(put.start, put.start + SIZE)), put.value))
                            .toList());
            assertThat(list(store.all())).hasSameSizeAs(model.puts);
            List<KeyValue<Long, String>> there = ofKey(model.between(start, start), key);
            assertThat(store.fetch(key, start))
                    .isEqualTo(there.isEmpty() ? null : there.get(0).value());
        }
    }

    @Test
    void isAListOfWindows() {
        for (int seed = 0; seed < 12; seed++) {
            isItsModel(seed, Duration.ofMillis(new long[] {1, 500, 30_000, 200_000}[seed % 4]), false);
        }
    }

    @Test
    void keepsSeveralInTheirOrder() {
        for (int seed = 0; seed < 12; seed++) {
            isItsModel(seed, Duration.ofMillis(new long[] {1, 500, 30_000, 200_000}[seed % 4]), true);
        }
    }

    @Test
    void aWindowOfAnySizeIsKept() {
        WindowStore<String, String> store = open(Duration.ofMillis(Long.MAX_VALUE), false);
        store.put("k", "v", 7);
        store.put("k", "w", Long.MAX_VALUE / 4);
        assertThat(store.fetch("k", 7)).isEqualTo("v");
        assertThat(list(store.fetch("k", 0, Long.MAX_VALUE))).hasSize(2);
    }

    @Test
    void whatIsForgottenIsTakenAwayWithinAsManyPutsAndNotAllAtOnce() {
        WindowStore<String, String> store = open(Duration.ofSeconds(10), false);
        for (int i = 0; i < 1_000; i++) {
            store.put("k" + i, "v", i % 9_000);
        }
        store.put("k", "v", 1_000_000);
        assertThat(list(store.all())).hasSize(1);
        assertThat(list(bytes.range(null, null))).hasSizeGreaterThan(900);
        for (int i = 0; i < 100; i++) {
            store.put("k", "v", 1_000_000);
        }
        assertThat(list(bytes.range(null, null)))
                .as("the head and what was put last")
                .hasSize(2);
    }

    /** A store that is opened again does not know how far it had come with forgetting. */
    @Test
    void whatWasToBeForgottenIsTakenAwayAfterItIsOpenedAgain() {
        WindowStore<String, String> store = open(Duration.ofSeconds(10), false);
        for (int i = 0; i < 1_000; i++) {
            store.put("k" + i, "v", i);
        }
        store.put("k", "v", 1_000_000);
        store = open(Duration.ofSeconds(10), false);
        for (int i = 0; i < 100; i++) {
            store.put("k", "v", 1_000_000);
        }
        assertThat(list(bytes.range(null, null))).hasSize(2);
    }

    @Test
    void theBytesAreThoseOfFormatOne() {
        open(Duration.ofSeconds(10), false).put("ab", "c", 60_001);
        assertThat(list(bytes.range(null, null)))
                .usingRecursiveComparison()
                .isEqualTo(List.of(
                        new KeyValue<>(new byte[] {0}, new byte[] {
                            1, 0, 0, 0, 0, 0, 0, 0x13, (byte) 0x88, 0, 0, 0, 0, 0, 0, (byte) 0xEA, 0x61, 0, 0, 0, 0
                        }),
                        new KeyValue<>(
                                new byte[] {
                                    1,
                                    0,
                                    0,
                                    0,
                                    0,
                                    0,
                                    0,
                                    0,
                                    12,
                                    0,
                                    0,
                                    0,
                                    2,
                                    'a',
                                    'b',
                                    0,
                                    0,
                                    0,
                                    0,
                                    0,
                                    0,
                                    (byte) 0xEA,
                                    0x61
                                },
                                new byte[] {'c'})));
    }

    @Test
    void theRetentionMayBeAnotherWhenItIsOpenedAgain() {
        WindowStore<String, String> store = open(Duration.ofSeconds(10), false);
        for (int start = 0; start < 10_000; start += 1_000) {
            store.put("k", "v" + start, start);
        }
        store = open(Duration.ofDays(1), false);
        store.put("k", "last", 90_000);
        assertThat(list(store.fetch("k", 0, Long.MAX_VALUE))).hasSize(11);
        assertThat(store.fetch("k", 3_000)).isEqualTo("v3000");
        store = open(Duration.ofSeconds(5), false);
        assertThat(list(store.backwardFetch("k", 0, Long.MAX_VALUE))).containsExactly(new KeyValue<>(90_000L, "last"));
        store.put("k", "at last", 100_000);
        assertThat(list(bytes.range(null, null))).hasSize(2);
    }

    @Test
    void anotherFormatIsNotGuessedAt() {
        bytes.put(new byte[] {0}, new byte[] {2});
        assertThatThrownBy(() -> open(Duration.ofSeconds(10), false)).hasMessageContaining("format 2");
    }
}
