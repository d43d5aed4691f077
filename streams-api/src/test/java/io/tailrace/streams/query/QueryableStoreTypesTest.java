package io.tailrace.streams.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.state.KeyValueStore;
import io.tailrace.streams.state.MemoryBytesStore;
import io.tailrace.streams.state.ReadOnlyBytesStore;
import io.tailrace.streams.state.ReadOnlyKeyValueStore;
import io.tailrace.streams.state.ReadOnlyWindowStore;
import io.tailrace.streams.state.StateStore;
import io.tailrace.streams.state.StoreBuilder;
import io.tailrace.streams.state.Stores;
import io.tailrace.streams.state.ValueAndTimestamp;
import io.tailrace.streams.state.Window;
import io.tailrace.streams.state.Windowed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each kind of store, looked at where it is and page by page. */
class QueryableStoreTypesTest {
    private static final Duration RETENTION = Duration.ofHours(1);

    private final MemoryBytesStore bytes = new MemoryBytesStore();
    private final List<ReadOnlyBytesStore> ways = List.of(bytes, new PagedBytes(new PagedBytes.Owner() {
        @Override
        public byte @Nullable [] get(byte[] key) {
            return bytes.get(key);
        }

        @Override
        public StorePage page(byte @Nullable [] from, byte @Nullable [] to, boolean backwards) {
            return StorePage.read(bytes, from, to, backwards);
        }
    }));

    private <S extends StateStore> S build(StoreBuilder<S> builder) {
        return builder.build(name -> bytes);
    }

    private static <K, V> List<KeyValue<K, V>> all(Entries<K, V> entries) {
        List<KeyValue<K, V>> all = new ArrayList<>();
        try (entries) {
            entries.forEachRemaining(all::add);
        }
        return all;
    }

    @Test
    void valuesByKey() {
        StoreBuilder<KeyValueStore<String, Long>> builder = Stores.keyValueStore("s", Serdes.strings(), Serdes.longs());
        KeyValueStore<String, Long> store = build(builder);
        for (ReadOnlyBytesStore way : ways) {
            ReadOnlyKeyValueStore<String, Long> view =
                    QueryableStoreTypes.<String, Long>keyValueStore().view(builder, way);
            store.put("a", 1L);
            store.put("b", 2L);
            store.put("c", 3L);
            assertThat(view.get("a")).isEqualTo(1);
            assertThat(view.get("x")).isNull();
            assertThat(all(view.range("b", "c"))).containsExactly(KeyValue.pair("b", 2L), KeyValue.pair("c", 3L));
            store.put("b", null);
            assertThat(all(view.all())).containsExactly(KeyValue.pair("a", 1L), KeyValue.pair("c", 3L));
            assertThat(view).isNotInstanceOf(KeyValueStore.class);
        }
    }

    @Test
    void valuesByKeyWithTheirTimestampsAndWithout() {
        var builder = Stores.timestampedKeyValueStore("s", Serdes.strings(), Serdes.longs());
        build(builder).put("a", ValueAndTimestamp.of(1L, 10));
        for (ReadOnlyBytesStore way : ways) {
            ReadOnlyKeyValueStore<String, Long> plain =
                    QueryableStoreTypes.<String, Long>keyValueStore().view(builder, way);
            assertThat(plain.get("a")).isEqualTo(1);
            assertThat(plain.get("b")).isNull();
            assertThat(all(plain.all())).containsExactly(KeyValue.pair("a", 1L));
            ReadOnlyKeyValueStore<String, ValueAndTimestamp<Long>> whole =
                    QueryableStoreTypes.<String, Long>timestampedKeyValueStore().view(builder, way);
            assertThat(whole.get("a")).isEqualTo(ValueAndTimestamp.of(1L, 10));
            assertThat(all(whole.all())).containsExactly(KeyValue.pair("a", ValueAndTimestamp.of(1L, 10)));
        }
    }

    @Test
    void windowsAreSeenAsTheyComeAndGo() {
        var builder = Stores.timestampedWindowStore("s", RETENTION, Duration.ZERO, Serdes.strings(), Serdes.longs());
        for (ReadOnlyBytesStore way : ways) {
            ReadOnlyWindowStore<String, Long> plain =
                    QueryableStoreTypes.<String, Long>windowStore().view(builder, way);
            ReadOnlyWindowStore<String, ValueAndTimestamp<Long>> whole =
                    QueryableStoreTypes.<String, Long>timestampedWindowStore().view(builder, way);
            assertThat(all(plain.fetch("a", 0, 100))).isEmpty();
            var store = build(builder);
            store.put("a", ValueAndTimestamp.of(1L, 5), 0);
            store.put("a", ValueAndTimestamp.of(2L, 15), 10);
            assertThat(plain.fetch("a", 10)).isEqualTo(2);
            assertThat(whole.fetch("a", 10)).isEqualTo(ValueAndTimestamp.of(2L, 15));
            assertThat(all(plain.fetch("a", 0, 100))).containsExactly(KeyValue.pair(0L, 1L), KeyValue.pair(10L, 2L));
            assertThat(all(plain.backwardFetch("a", 0, 100)))
                    .containsExactly(KeyValue.pair(10L, 2L), KeyValue.pair(0L, 1L));
            assertThat(all(plain.all())).hasSize(2).allSatisfy(entry -> assertThat(entry.key())
                    .isNotNull());
            assertThat(all(whole.fetch("a", 0, 0))).containsExactly(KeyValue.pair(0L, ValueAndTimestamp.of(1L, 5)));
            long later = RETENTION.toMillis() + 5;
            store.put("b", ValueAndTimestamp.of(3L, later), later);
            assertThat(plain.fetch("a", 0)).as("forgotten").isNull();
            assertThat(plain.fetch("a", 10)).isEqualTo(2);
            assertThat(plain.fetch("b", later)).isEqualTo(3);
            assertThat(new Windowed<>("b", new Window(later, later)).key()).isEqualTo("b");
            all(bytes.range(null, null)).forEach(entry -> bytes.put(entry.key(), null));
        }
    }

    @Test
    void aStoreOfAnotherKindIsRefused() {
        var keys = Stores.keyValueStore("s", Serdes.strings(), Serdes.longs());
        var windows = Stores.windowStore("s", RETENTION, false, Serdes.strings(), Serdes.longs());
        for (org.assertj.core.api.ThrowableAssert.ThrowingCallable wrong :
                List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
                        () -> QueryableStoreTypes.windowStore().view(keys, bytes),
                        () -> QueryableStoreTypes.timestampedKeyValueStore().view(keys, bytes),
                        () -> QueryableStoreTypes.keyValueStore().view(windows, bytes))) {
            assertThatThrownBy(wrong).isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                    .isEqualTo(ErrorCode.INVALID_ARGUMENT));
        }
    }
}
