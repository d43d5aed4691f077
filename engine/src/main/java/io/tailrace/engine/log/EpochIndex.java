package io.tailrace.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code leader-epochs}: at which offset each leader epoch began, and how many data batches the log had before each
 * segment (from which Pekko's sequence numbers are derived). Kafka's CRC covers neither a batch's base offset nor its leader
 * epoch, this file's does, so it decides whether a batch's header is believed (rule 13). A {@link CheckedFile} with the payload
 *
 * <pre>
 *   epoch count int32 | segment count int32 | (epoch int32, start offset int64)* | (base offset int64, base sequence int64)*
 * </pre>
 *
 * <p>It is durable before the first batch of a new epoch or segment is written, so it may name an epoch that has no batch
 * yet, and never lacks one that has. Immutable.
 */
final class EpochIndex {
    static final String NAME = "leader-epochs";
    static final EpochIndex EMPTY = new EpochIndex(new int[0], new long[0], new long[0], new long[0]);
    static final int NO_EPOCH = -1;

    private static final int MAGIC = 0x54524c45;
    private static final int VERSION = 1;

    private final int[] epochs;
    private final long[] starts;
    private final long[] bases;
    private final long[] sequences;

    private EpochIndex(int[] epochs, long[] starts, long[] bases, long[] sequences) {
        this.epochs = epochs;
        this.starts = starts;
        this.bases = bases;
        this.sequences = sequences;
    }

    /** The index in which the batch at that offset, the newest, has that epoch. */
    EpochIndex withEpoch(int epoch, long offset) {
        if (lastEpoch() == epoch) {
            return this;
        }
        int kept = below(starts, offset);
        int[] newEpochs = Arrays.copyOf(epochs, kept + 1);
        long[] newStarts = Arrays.copyOf(starts, kept + 1);
        newEpochs[kept] = epoch;
        newStarts[kept] = offset;
        return new EpochIndex(newEpochs, newStarts, bases, sequences);
    }

    /** The index with a newest segment, before which the log had that many data batches. */
    EpochIndex withSegment(long base, long sequence) {
        int kept = below(bases, base);
        long[] newBases = Arrays.copyOf(bases, kept + 1);
        long[] newSequences = Arrays.copyOf(sequences, kept + 1);
        newBases[kept] = base;
        newSequences[kept] = sequence;
        return new EpochIndex(epochs, starts, newBases, newSequences);
    }

    /**
     * The index of a log whose first segment is that one. Those before the epoch of the last record below it go; that one stays
     * also if the next begins with the segment, since of the next there may be no batch yet: the log's last epoch never goes
     * back because its records are deleted.
     */
    EpochIndex startingWith(long firstSegment) {
        int goneEpochs = Math.max(0, below(starts, firstSegment) - 1);
        int goneSegments = below(bases, firstSegment);
        if (goneEpochs == 0 && goneSegments == 0) {
            return this;
        }
        return new EpochIndex(
                Arrays.copyOfRange(epochs, goneEpochs, epochs.length),
                Arrays.copyOfRange(starts, goneEpochs, starts.length),
                Arrays.copyOfRange(bases, goneSegments, bases.length),
                Arrays.copyOfRange(sequences, goneSegments, sequences.length));
    }

    /** The index of a log in which these segments have gone into the one before them. */
    EpochIndex withoutSegments(List<Long> gone) {
        int[] kept = IntStream.range(0, bases.length)
                .filter(i -> !gone.contains(bases[i]))
                .toArray();
        return new EpochIndex(
                epochs,
                starts,
                Arrays.stream(kept).mapToLong(i -> bases[i]).toArray(),
                Arrays.stream(kept).mapToLong(i -> sequences[i]).toArray());
    }

    /** The index of a log that ends at that offset, in that segment. */
    EpochIndex truncatedTo(long endOffset, long lastSegment) {
        int keptEpochs = below(starts, endOffset);
        int keptSegments = below(bases, lastSegment + 1);
        if (keptEpochs == starts.length && keptSegments == bases.length) {
            return this;
        }
        return new EpochIndex(
                Arrays.copyOf(epochs, keptEpochs),
                Arrays.copyOf(starts, keptEpochs),
                Arrays.copyOf(bases, keptSegments),
                Arrays.copyOf(sequences, keptSegments));
    }

    /** The newest epoch, or -1 without any. */
    int lastEpoch() {
        return epochs.length == 0 ? NO_EPOCH : epochs[epochs.length - 1];
    }

    /** The epoch of the batch at that offset, or -1 before the first. */
    int epochAt(long offset) {
        int at = below(starts, offset + 1) - 1;
        return at < 0 ? NO_EPOCH : epochs[at];
    }

    /** Where the largest epoch that is not above the given one ends, in a log of these bounds. */
    EpochEnd endOf(int epoch, long logStart, long logEnd) {
        int at = Arrays.binarySearch(epochs, epoch);
        int floor = at >= 0 ? at : -at - 2;
        if (floor < 0) {
            return new EpochEnd(NO_EPOCH, logStart);
        }
        if (floor + 1 == starts.length) {
            return new EpochEnd(epochs[floor], logEnd);
        }
        // Of an epoch that is over before the log begins nothing is left to compare.
        long end = starts[floor + 1];
        return end <= logStart ? new EpochEnd(NO_EPOCH, logStart) : new EpochEnd(epochs[floor], end);
    }

    /** The offset at which each epoch begins. */
    NavigableMap<Integer, Long> starts() {
        NavigableMap<Integer, Long> byEpoch = new TreeMap<>();
        for (int i = 0; i < epochs.length; i++) {
            byEpoch.put(epochs[i], starts[i]);
        }
        return byEpoch;
    }

    /** The base offsets of the segments that it knows. */
    long[] segments() {
        return bases.clone();
    }

    /** How many data batches the log has before that segment, if it knows the segment. */
    OptionalLong baseSequence(long base) {
        int at = Arrays.binarySearch(bases, base);
        return at < 0 ? OptionalLong.empty() : OptionalLong.of(sequences[at]);
    }

    void write(FileStore files, Path directory) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(8 + epochs.length * 12 + bases.length * 16);
        payload.putInt(epochs.length).putInt(bases.length);
        for (int i = 0; i < epochs.length; i++) {
            payload.putInt(epochs[i]).putLong(starts[i]);
        }
        for (int i = 0; i < bases.length; i++) {
            payload.putLong(bases[i]).putLong(sequences[i]);
        }
        CheckedFile.write(files, directory.resolve(NAME), MAGIC, VERSION, payload.flip());
    }

    /** The index, or {@code null} if the file is missing or damaged. */
    static @Nullable EpochIndex read(FileStore files, Path directory) throws IOException {
        ByteBuffer payload = CheckedFile.read(files, directory.resolve(NAME), MAGIC, VERSION);
        if (payload == null || payload.remaining() < 8) {
            return null;
        }
        int epochCount = payload.getInt();
        int segmentCount = payload.getInt();
        if (epochCount < 0 || segmentCount < 0 || payload.remaining() != epochCount * 12L + segmentCount * 16L) {
            return null;
        }
        EpochIndex index = new EpochIndex(
                new int[epochCount], new long[epochCount], new long[segmentCount], new long[segmentCount]);
        for (int i = 0; i < epochCount; i++) {
            index.epochs[i] = payload.getInt();
            index.starts[i] = payload.getLong();
        }
        for (int i = 0; i < segmentCount; i++) {
            index.bases[i] = payload.getLong();
            index.sequences[i] = payload.getLong();
        }
        return index;
    }

    /** How many of the ascending values are smaller than the limit. */
    private static int below(long[] values, long limit) {
        int at = Arrays.binarySearch(values, limit);
        return at >= 0 ? at : -at - 1;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EpochIndex that
                && Arrays.equals(epochs, that.epochs)
                && Arrays.equals(starts, that.starts)
                && Arrays.equals(bases, that.bases)
                && Arrays.equals(sequences, that.sequences);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(starts);
    }

    @Override
    public String toString() {
        return "epochs " + Arrays.toString(epochs) + " from " + Arrays.toString(starts) + ", segments "
                + Arrays.toString(bases) + " after " + Arrays.toString(sequences) + " data batches";
    }
}
