package io.tailrace.engine.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** The bytes of a simulated file: as they are, as they are on the disk, and the changes between. */
final class SimulatedContent {
    private byte[] bytes;
    private int size;
    private byte[] durable;
    private final List<Change> unforced = new ArrayList<>();

    /** A write, or with no bytes a truncation. */
    private static final class Change {
        final int position;
        final byte[] written;

        Change(int position, byte[] written) {
            this.position = position;
            this.written = written;
        }

        boolean truncates() {
            return written.length == 0;
        }
    }

    SimulatedContent(byte[] bytes) {
        this.bytes = bytes;
        this.size = bytes.length;
        this.durable = bytes.clone();
    }

    int size() {
        return size;
    }

    byte[] bytes() {
        return Arrays.copyOf(bytes, size);
    }

    int read(byte[] to, long position) {
        if (position >= size) {
            return 0;
        }
        int count = (int) Math.min(to.length, size - position);
        System.arraycopy(bytes, (int) position, to, 0, count);
        return count;
    }

    void write(int position, byte[] written) {
        if (written.length > 0) {
            apply(new Change(position, written));
            unforced.add(new Change(position, written));
        }
    }

    void truncate(int to) {
        if (to < size) {
            apply(new Change(to, new byte[0]));
            unforced.add(new Change(to, new byte[0]));
        }
    }

    int durableSize() {
        return durable.length;
    }

    void damage(int position, int flippedBits) {
        durable[position] ^= (byte) flippedBits;
        if (position < size) {
            bytes[position] ^= (byte) flippedBits;
        }
    }

    void cut(int to) {
        unforced.clear();
        apply(new Change(to, new byte[0]));
        durable = bytes();
    }

    void force() {
        durable = bytes();
        unforced.clear();
    }

    private void apply(Change change) {
        if (change.truncates()) {
            if (change.position < size) {
                Arrays.fill(bytes, change.position, size, (byte) 0);
                size = change.position;
            }
            return;
        }
        int end = change.position + change.written.length;
        if (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(end, bytes.length * 2));
        }
        System.arraycopy(change.written, 0, bytes, change.position, change.written.length);
        size = Math.max(size, end);
    }

    void crash(Random random, int sectorBytes) {
        bytes = durable.clone();
        size = bytes.length;
        int kept = random.nextInt(unforced.size() + 1);
        unforced.subList(0, kept).forEach(this::apply);
        if (kept < unforced.size() && !unforced.get(kept).truncates()) {
            tear(unforced.get(kept), random, sectorBytes);
        }
        force();
    }

    private void tear(Change change, Random random, int sectorBytes) {
        int whole = random.nextInt(change.written.length);
        byte[] torn;
        if (random.nextBoolean()) {
            int unwritten = (change.position + whole) / sectorBytes * sectorBytes;
            whole = Math.max(0, unwritten - change.position);
            torn = Arrays.copyOf(Arrays.copyOf(change.written, whole), change.written.length);
        } else {
            torn = Arrays.copyOf(change.written, whole);
        }
        if (torn.length > 0) {
            apply(new Change(change.position, torn));
        }
    }
}
