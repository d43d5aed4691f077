package io.tailrace.engine.record;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The headers of a record, in their order; the same name may occur more than once. Immutable. */
public final class Headers implements Iterable<Header> {
    /** No headers. */
    public static final Headers EMPTY = new Headers(new Header[0]);

    private final Header[] entries;

    private Headers(Header[] entries) {
        this.entries = entries;
    }

    /** Those headers in that order. */
    public static Headers of(Header... headers) {
        return headers.length == 0 ? EMPTY : new Headers(headers.clone());
    }

    /** Those headers in that order. */
    public static Headers of(List<Header> headers) {
        return headers.isEmpty() ? EMPTY : new Headers(headers.toArray(new Header[0]));
    }

    /** These headers and one more behind them, with a copy of the value or with null. */
    public Headers with(String name, byte @Nullable [] value) {
        return with(Header.of(name, value));
    }

    /** These headers and one more behind them, whose value is that text in UTF-8. */
    public Headers with(String name, String value) {
        return with(Header.of(name, value));
    }

    /** These headers and one more behind them. */
    public Headers with(Header header) {
        Header[] longer = Arrays.copyOf(entries, entries.length + 1);
        longer[entries.length] = header;
        return new Headers(longer);
    }

    /** The last header of that name, which is the one that counts where only one is expected; null if there is none. */
    public @Nullable Header last(String name) {
        for (int i = entries.length - 1; i >= 0; i--) {
            if (entries[i].name().equals(name)) {
                return entries[i];
            }
        }
        return null;
    }

    /** All headers of that name in their order, possibly none. */
    public List<Header> all(String name) {
        return stream().filter(header -> header.name().equals(name)).toList();
    }

    /** How many there are. */
    public int size() {
        return entries.length;
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return entries.length == 0;
    }

    /** The header at that place, from 0. */
    public Header get(int index) {
        return entries[index];
    }

    /** All of them as a list that cannot be changed. */
    public List<Header> asList() {
        return List.of(entries);
    }

    /** All of them in their order. */
    public Stream<Header> stream() {
        return Arrays.stream(entries);
    }

    @Override
    public Iterator<Header> iterator() {
        return asList().iterator();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Headers that && Arrays.equals(entries, that.entries);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(entries);
    }

    @Override
    public String toString() {
        return Arrays.toString(entries);
    }
}
