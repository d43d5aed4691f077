package io.tailrace.streams.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.streams.Serdes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BytesSessionStoreTest {
    private static final long RETENTION = 200_000;
    private static final Comparator<Windowed<String>> BY_TIME = Comparator.<Windowed<String>>comparingLong(
                    session -> session.window().end())
            .thenComparing(session -> session.window().start())
            .thenComparing(Windowed::key);

    private static SessionStore<String, String> open(BytesStore bytes, boolean orderedByTime) {
        return open(bytes, orderedByTime, RETENTION);
    }

    private static SessionStore<String, String> open(BytesStore bytes, boolean orderedByTime, long retention) {
        return Stores.sessionStore(
                        "sessions", Duration.ofMillis(retention), orderedByTime, Serdes.strings(), Serdes.strings())
                .build(name -> bytes);
    }

    private static <K, V> List<String> text(Entries<K, V> entries) {
        List<String> all = new ArrayList<>();
        try (entries) {
            entries.forEachRemaining(entry -> all.add(entry.key() + "=" + entry.value()));
        }
        return all;
    }

    private static List<String> text(Map<Windowed<String>, String> model, Predicate<Windowed<String>> which) {
        List<String> all = new ArrayList<>();
        model.forEach((session, value) -> {
            if (which.test(session)) {
                all.add(session + "=" + value);
            }
        });
        return all;
    }

    private static String key(Random random) {
        return List.of("", "a", "aa", "b", "\u00ff").get(random.nextInt(5));
    }

    /** Opened again now and then, as after a restart: what it knows is in the bytes. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void isAMapOfWhatEndsWithinTheRetention(boolean orderedByTime) {
        for (int seed = 0; seed < 10; seed++) {
            Random random = new Random(seed);
            MemoryBytesStore bytes = new MemoryBytesStore();
            SessionStore<String, String> store = open(bytes, orderedByTime);
            TreeMap<Windowed<String>, String> model = new TreeMap<>(BY_TIME);
            long now = random.nextInt(100_000);
            long latest = -1;
            for (int i = 0; i < 400; i++) {
                now += random.nextInt(30) == 0 ? random.nextInt(700_000) : random.nextInt(3_000);
                long end = Math.max(0, now - random.nextInt(random.nextBoolean() ? 10_000 : 300_000));
                Windowed<String> session =
                        new Windowed<>(key(random), new Window(Math.max(0, end - random.nextInt(3) * 10_000L), end));
                if (random.nextInt(4) == 0 && !model.isEmpty()) {
                    List<Windowed<String>> there = new ArrayList<>(model.keySet());
                    session = there.get(random.nextInt(there.size()));
                    store.remove(session);
                    model.remove(session);
                } else {
                    store.put(session, "v" + i);
                    latest = Math.max(latest, end);
                    if (end > latest - RETENTION) {
                        model.put(session, "v" + i);
                    }
                }
                long gone = latest - RETENTION;
                model.keySet().removeIf(each -> each.window().end() < gone);
                if (random.nextInt(50) == 0) {
                    store = open(bytes, orderedByTime);
                }
                assertThat(store.latestEnd()).isEqualTo(latest);
                check(store, model, random, latest, orderedByTime);
            }
        }
    }

    private static void check(
            SessionStore<String, String> store,
            Map<Windowed<String>, String> model,
            Random random,
            long latest,
            boolean orderedByTime) {
        String key = key(random);
        long from = latest - random.nextInt(300_000);
        long to = from + random.nextInt(300_000) - 10_000;
        List<String> expected = text(
                model,
                session -> session.key().equals(key)
                        && session.window().end() >= from
                        && session.window().end() > latest - RETENTION
                        && session.window().start() <= to);
        assertThat(text(store.findSessions(key, from, to))).isEqualTo(expected);
        Collections.reverse(expected);
        assertThat(text(store.backwardFindSessions(key, from, to))).isEqualTo(expected);
        assertThat(text(store.fetch(key)))
                .isEqualTo(text(
                        model,
                        session -> session.key().equals(key) && session.window().end() > latest - RETENTION));
        List<String> byTime = text(store.findSessions(from, to));
        List<String> expectedByTime = text(
                model,
                session -> session.window().end() >= from && session.window().end() <= to);
        if (orderedByTime) {
            assertThat(byTime).isEqualTo(expectedByTime);
        } else {
            assertThat(byTime).containsExactlyInAnyOrderElementsOf(expectedByTime);
        }
        model.forEach((session, value) -> {
            Window window = session.window();
            assertThat(store.fetchSession(session.key(), window.start(), window.end()))
                    .isEqualTo(window.end() > latest - RETENTION ? value : null);
        });
    }

    @Test
    void whatIsForgottenTakesNoRoom() {
        MemoryBytesStore bytes = new MemoryBytesStore();
        SessionStore<String, String> store = open(bytes, true);
        for (long end = 0; end < 3_000_000; end += 1_000) {
            store.put(new Windowed<>("k", new Window(end, end)), "v");
        }
        // Two entries for each that is kept, in two segments of half the retention at most, and in the one that goes
        // on; one more of the store's own.
        assertThat(text(bytes.range(null, null)).size()).isLessThanOrEqualTo(2 * 301 + 1);
    }

    @Test
    void anotherRetentionFindsWhatIsThere() {
        MemoryBytesStore bytes = new MemoryBytesStore();
        SessionStore<String, String> store = open(bytes, true);
        for (long end = 0; end < RETENTION; end += 10_000) {
            store.put(new Windowed<>("k", new Window(end, end)), "v");
        }
        List<String> all = text(store.fetch("k"));
        assertThat(text(open(bytes, true, 2 * RETENTION).fetch("k")))
                .isEqualTo(all)
                .hasSize(20);
        assertThat(text(open(bytes, true, RETENTION / 4).fetch("k"))).isEqualTo(all.subList(15, 20));
    }

    @Test
    void sessionsDoNotBeginBefore1970() {
        assertThatThrownBy(() -> open(new MemoryBytesStore(), false).put(new Windowed<>("k", new Window(-1, 3)), "v"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1");
    }

    @Test
    void bytesOfAnotherFormatAreNotRead() {
        MemoryBytesStore bytes = new MemoryBytesStore();
        bytes.put(new byte[] {0}, new byte[] {2, 0, 0, 0, 0, 0, 0, 0, 0});
        assertThatThrownBy(() -> open(bytes, false))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("format 2");
    }
}
