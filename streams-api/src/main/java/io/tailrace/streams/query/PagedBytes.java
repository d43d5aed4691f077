package io.tailrace.streams.query;

import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.state.ReadOnlyBytesStore;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Bytes that somebody else has, who is asked for them page by page; a page is asked for when what is in the one before has been taken. */
public final class PagedBytes implements ReadOnlyBytesStore {
    /** Who has the bytes. Its methods block until there is an answer, and throw what has kept it from coming. */
    public interface Owner {
        /** The value of a key; {@code null} if there is none. */
        byte @Nullable [] get(byte[] key);

        /** The first page of a range, whose end does not belong to it. */
        StorePage page(byte @Nullable [] from, byte @Nullable [] to, boolean backwards);
    }

    private final Owner owner;

    /** What that one has. */
    public PagedBytes(Owner owner) {
        this.owner = owner;
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        return owner.get(key);
    }

    @Override
    public Entries<byte[], byte[]> range(byte @Nullable [] from, byte @Nullable [] to) {
        return new Pages(from, to, false);
    }

    @Override
    public Entries<byte[], byte[]> reverseRange(byte @Nullable [] from, byte @Nullable [] to) {
        return new Pages(from, to, true);
    }

    private final class Pages implements Entries<byte[], byte[]> {
        private final boolean backwards;
        private byte @Nullable [] from;
        private byte @Nullable [] to;
        private Iterator<KeyValue<byte[], byte[]>> page;
        private boolean more;

        Pages(byte @Nullable [] from, byte @Nullable [] to, boolean backwards) {
            this.from = from;
            this.to = to;
            this.backwards = backwards;
            StorePage first = owner.page(from, to, backwards);
            this.page = first.entries().iterator();
            this.more = first.more();
        }

        @Override
        public boolean hasNext() {
            while (!page.hasNext() && more) {
                StorePage next = owner.page(from, to, backwards);
                page = next.entries().iterator();
                more = next.more();
            }
            return page.hasNext();
        }

        @Override
        public KeyValue<byte[], byte[]> next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            KeyValue<byte[], byte[]> entry = page.next();
            byte[] key = Objects.requireNonNull(entry.key());
            if (backwards) {
                to = key;
            } else {
                // The smallest key behind it.
                from = Arrays.copyOf(key, key.length + 1);
            }
            return entry;
        }

        @Override
        public void close() {
            page = Collections.emptyIterator();
            more = false;
        }
    }
}
