package io.tailrace.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.streams.state.BytesStore;
import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.state.MemoryBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskStoreTest {
    private static List<String> listed(Entries<byte[], byte[]> entries) {
        List<String> all = new ArrayList<>();
        try (entries) {
            while (entries.hasNext()) {
                KeyValue<byte[], byte[]> entry = entries.next();
                all.add(Arrays.toString(entry.key()) + Arrays.toString(entry.value()));
            }
        }
        return all;
    }

    private static List<String> listed(NavigableMap<byte[], byte[]> map) {
        List<String> all = new ArrayList<>();
        map.forEach((key, value) -> all.add(Arrays.toString(key) + Arrays.toString(value)));
        return all;
    }

    private static byte[] bound(Random random) {
        return random.nextInt(4) == 0 ? null : key(random);
    }

    private static byte[] key(Random random) {
        byte[] key = new byte[1 + random.nextInt(2)];
        random.nextBytes(key);
        key[0] &= (byte) 0x87;
        return key;
    }

    private static NavigableMap<byte[], byte[]> between(NavigableMap<byte[], byte[]> all, byte[] from, byte[] to) {
        if (from != null && to != null && Arrays.compareUnsigned(from, to) > 0) {
            return new TreeMap<>(Arrays::compareUnsigned);
        }
        NavigableMap<byte[], byte[]> tail = from == null ? all : all.tailMap(from, true);
        return to == null ? tail : tail.headMap(to, false);
    }

    /** Puts, commits at all their stages, looks things up: as if there were one map. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aStoreOfThreeLayersIsLikeOne(long seed) {
        Random random = new Random(seed);
        MemoryBackend backend = new MemoryBackend();
        TaskState state = new TaskState(backend);
        BytesStore store = state.bytes("s");
        assertThat(state.bytes("s")).isSameAs(store);
        NavigableMap<byte[], byte[]> model = new TreeMap<>(Arrays::compareUnsigned);
        Map<String, byte[]> logged = new HashMap<>();
        boolean onItsWay = false;
        long offset = 0;
        for (int i = 0; i < 3000; i++) {
            int what = random.nextInt(100);
            if (what < 50) {
                byte[] key = key(random);
                byte[] value = random.nextInt(3) == 0 ? null : new byte[] {(byte) i, (byte) (i >> 8)};
                store.put(key, value);
                if (value == null) {
                    model.remove(key);
                } else {
                    model.put(key, value);
                }
                assertThat(state.isChanged()).isTrue();
            } else if (what < 80) {
                byte[] key = key(random);
                assertThat(store.get(key)).isEqualTo(model.get(key));
            } else if (what < 90) {
                byte[] from = bound(random);
                byte[] to = bound(random);
                NavigableMap<byte[], byte[]> part = between(model, from, to);
                assertThat(listed(store.range(from, to))).isEqualTo(listed(part));
                assertThat(listed(store.reverseRange(from, to))).isEqualTo(listed(part.descendingMap()));
            } else if (onItsWay) {
                state.committed(new TreeMap<>(Arrays::compareUnsigned), offset += 10);
                onItsWay = false;
                assertThat(backend.appliedUpTo()).isEqualTo(offset);
            } else {
                state.commit((key, value) -> logged.put(Arrays.toString(key), value));
                onItsWay = true;
                assertThat(state.isChanged()).isFalse();
                assertThat(state.openBytes()).isZero();
            }
        }
        if (onItsWay) {
            state.committed(new TreeMap<>(Arrays::compareUnsigned), offset += 10);
        }
        state.commit((key, value) -> logged.put(Arrays.toString(key), value));
        state.committed(new TreeMap<>(Arrays::compareUnsigned), offset + 10);
        assertThat(listed(backend.store("s").range(null, null))).isEqualTo(listed(model));
        byte[] prefix = TaskLogFormat.statePrefix("s");
        model.forEach((key, value) ->
                assertThat(logged).containsEntry(Arrays.toString(TaskLogFormat.stateKey(prefix, key)), value));
        assertThat(logged.values().stream().filter(value -> value != null).count())
                .isEqualTo(model.size());
    }
}
