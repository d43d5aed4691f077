package io.tailrace.streams.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MemoryBytesStoreTest {
    private static byte[] random(Random random) {
        byte[] bytes = new byte[random.nextInt(3)];
        random.nextBytes(bytes);
        return bytes;
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

    @Test
    void isAMapInTheUnsignedOrderOfItsKeys() {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            NavigableMap<byte[], byte[]> model = new TreeMap<>(Arrays::compareUnsigned);
            try (MemoryBytesStore store = new MemoryBytesStore()) {
                for (int i = 0; i < 300; i++) {
                    byte[] key = random(random);
                    byte @Nullable [] value = random.nextInt(4) == 0 ? null : random(random);
                    store.put(key, value);
                    if (value == null) {
                        model.remove(key);
                    } else {
                        model.put(key, value);
                    }
                    byte[] asked = random(random);
                    assertThat(store.get(asked)).isEqualTo(model.get(asked));
                }
                byte[] one = random(random);
                byte[] other = random(random);
                byte[] from = Arrays.compareUnsigned(one, other) < 0 ? one : other;
                byte[] to = from == one ? other : one;
                assertThat(text(store.range(null, null))).isEqualTo(text(model));
                assertThat(text(store.range(from, to))).isEqualTo(text(model.subMap(from, true, to, false)));
                assertThat(text(store.range(from, null))).isEqualTo(text(model.tailMap(from, true)));
                assertThat(text(store.reverseRange(null, to)))
                        .isEqualTo(text(model.headMap(to, false).descendingMap()));
                assertThat(text(store.range(new byte[] {2}, new byte[] {1}))).isEmpty();
            }
        }
    }
}
