package io.tailrace.streams.state;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Takes away what lies before a key that goes on, piece by piece, so that no record waits for all of it. */
final class GradualRemoval {
    /** More than a record can add, so that what is to be removed does not pile up. */
    private static final int ENTRIES_PER_CALL = 16;

    private final BytesStore bytes;
    /** Before it there is nothing any more. */
    private byte[] from;

    /** Of the entries from that key on. */
    GradualRemoval(BytesStore bytes, byte[] first) {
        this.bytes = bytes;
        this.from = first;
    }

    /** Takes away some of what lies before that key, which must not be before the one of the last call. */
    void before(byte[] end) {
        if (Arrays.compareUnsigned(from, end) >= 0) {
            return;
        }
        List<byte[]> gone = new ArrayList<>(ENTRIES_PER_CALL);
        try (Entries<byte[], byte[]> entries = bytes.range(from, end)) {
            while (gone.size() < ENTRIES_PER_CALL && entries.hasNext()) {
                gone.add(Objects.requireNonNull(entries.next().key()));
            }
        }
        gone.forEach(key -> bytes.put(key, null));
        from = gone.size() < ENTRIES_PER_CALL ? end : gone.get(gone.size() - 1);
    }
}
