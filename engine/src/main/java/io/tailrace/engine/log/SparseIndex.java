package io.tailrace.engine.log;

import java.util.Arrays;

/**
 * The index of a segment that is being written, in memory: 20 bytes per entry, about one entry per 4 KiB of log. One thread
 * adds; others search meanwhile without a lock, since an entry is complete before the count admits it.
 */
final class SparseIndex implements IndexEntries {
    private static final int INITIAL_ENTRIES = 16;

    private volatile Columns columns = new Columns(INITIAL_ENTRIES);
    private volatile int count;

    void add(IndexEntry entry) {
        int at = count;
        Columns to = columns;
        if (at == to.offsets.length) {
            to = to.grown();
            columns = to;
        }
        to.offsets[at] = entry.relativeOffset();
        to.positions[at] = entry.position();
        to.sequences[at] = entry.relativeSequence();
        to.timestamps[at] = entry.largestTimestamp();
        count = at + 1;
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public IndexEntry entry(int number) {
        Columns from = columns;
        return new IndexEntry(
                from.offsets[number], from.positions[number], from.sequences[number], from.timestamps[number]);
    }

    IndexEntry last() {
        int entries = count;
        return entries == 0 ? IndexEntry.START : entry(entries - 1);
    }

    /** A new index of the entries that begin below that position. */
    SparseIndex below(int position) {
        SparseIndex kept = new SparseIndex();
        for (int i = 0; i < count; i++) {
            IndexEntry entry = entry(i);
            if (entry.position() >= position) {
                break;
            }
            kept.add(entry);
        }
        return kept;
    }

    private static final class Columns {
        final int[] offsets;
        final int[] positions;
        final int[] sequences;
        final long[] timestamps;

        Columns(int size) {
            this(new int[size], new int[size], new int[size], new long[size]);
        }

        private Columns(int[] offsets, int[] positions, int[] sequences, long[] timestamps) {
            this.offsets = offsets;
            this.positions = positions;
            this.sequences = sequences;
            this.timestamps = timestamps;
        }

        Columns grown() {
            int size = offsets.length * 2;
            return new Columns(
                    Arrays.copyOf(offsets, size),
                    Arrays.copyOf(positions, size),
                    Arrays.copyOf(sequences, size),
                    Arrays.copyOf(timestamps, size));
        }
    }
}
