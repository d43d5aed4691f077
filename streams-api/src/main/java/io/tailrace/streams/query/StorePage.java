package io.tailrace.streams.query;

import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.state.ReadOnlyBytesStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Some entries of a range, from its beginning.
 *
 * @param entries none of them {@code null}, nor a part of them
 * @param more whether there are others behind them
 */
public record StorePage(List<KeyValue<byte[], byte[]>> entries, boolean more) {
    /** No more than this are in a page. */
    public static final int MOST_ENTRIES = 1_000;
    /** A page that has reached this size gets no other entry. */
    public static final int ENOUGH_BYTES = 256 << 10;

    /** Takes a copy of the list. */
    public StorePage {
        entries = List.copyOf(entries);
    }

    /** The first entries of a range. */
    public static StorePage read(
            ReadOnlyBytesStore store, byte @Nullable [] from, byte @Nullable [] to, boolean backwards) {
        List<KeyValue<byte[], byte[]>> page = new ArrayList<>();
        int bytes = 0;
        try (Entries<byte[], byte[]> entries = backwards ? store.reverseRange(from, to) : store.range(from, to)) {
            while (entries.hasNext()) {
                if (page.size() == MOST_ENTRIES || bytes >= ENOUGH_BYTES) {
                    return new StorePage(page, true);
                }
                KeyValue<byte[], byte[]> entry = entries.next();
                bytes += Objects.requireNonNull(entry.key()).length + Objects.requireNonNull(entry.value()).length;
                page.add(entry);
            }
        }
        return new StorePage(page, false);
    }
}
