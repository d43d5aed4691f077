package io.tailrace.streams.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.state.MemoryBytesStore;
import io.tailrace.streams.state.ReadOnlyBytesStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PagedBytesTest {
    private final MemoryBytesStore bytes = new MemoryBytesStore();
    private final List<StorePage> asked = new ArrayList<>();
    private final ReadOnlyBytesStore paged = new PagedBytes(new PagedBytes.Owner() {
        @Override
        public byte @Nullable [] get(byte[] key) {
            return bytes.get(key);
        }

        @Override
        public StorePage page(byte @Nullable [] from, byte @Nullable [] to, boolean backwards) {
            StorePage page = StorePage.read(bytes, from, to, backwards);
            asked.add(page);
            return page;
        }
    });

    private static List<String> text(Entries<byte[], byte[]> entries) {
        List<String> all = new ArrayList<>();
        try (entries) {
            while (entries.hasNext()) {
                KeyValue<byte[], byte[]> entry = entries.next();
                all.add(java.util.Arrays.toString(entry.key()) + "=" + entry.value().length);
            }
        }
        return all;
    }

    private static byte @Nullable [] bound(Random random, int keys) {
        return random.nextInt(4) == 0 ? null : key(random.nextInt(keys));
    }

    private static byte[] key(int number) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
    }

    @Test
    void pagesTogetherAreTheRange() {
        int keys = 5_000;
        Random random = new Random(3);
        for (int i = 0; i < keys; i++) {
            bytes.put(key(i), new byte[random.nextInt(600)]);
        }
        for (int i = 0; i < 40; i++) {
            byte[] from = bound(random, keys);
            byte[] to = bound(random, keys);
            assertThat(text(paged.range(from, to))).isEqualTo(text(bytes.range(from, to)));
            assertThat(text(paged.reverseRange(from, to))).isEqualTo(text(bytes.reverseRange(from, to)));
        }
        assertThat(asked).anyMatch(StorePage::more).allSatisfy(page -> {
            assertThat(page.entries()).hasSizeLessThanOrEqualTo(StorePage.MOST_ENTRIES);
            assertThat(page.entries().stream()
                            .mapToInt(entry -> entry.key().length + entry.value().length)
                            .sum())
                    .isLessThan(StorePage.ENOUGH_BYTES + 700);
        });
    }

    @Test
    void aPageIsAskedForWhenTheOneBeforeHasBeenTaken() {
        for (int i = 0; i < 2 * StorePage.MOST_ENTRIES; i++) {
            bytes.put(key(i), new byte[0]);
        }
        try (Entries<byte[], byte[]> entries = paged.range(null, null)) {
            for (int i = 0; i < StorePage.MOST_ENTRIES; i++) {
                entries.next();
            }
            assertThat(asked).hasSize(1);
            entries.next();
            assertThat(asked).hasSize(2);
        }
    }

    @Test
    void closedEntriesAreAtTheirEnd() {
        bytes.put(key(1), new byte[0]);
        Entries<byte[], byte[]> entries = paged.range(null, null);
        entries.close();
        assertThat(entries.hasNext()).isFalse();
    }
}
