package io.tailrace.engine.log;

import io.tailrace.engine.log.DamagedLogException.Place;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes from a log what cannot be kept of it. Nothing is deleted: it stays in the log's directory, and goes
 * with it.
 *
 * <pre>
 *   quarantine-3-00000000000000004711.log        a whole segment, of the third time
 *   quarantine-3-00000000000000000815-90210.log  what a segment had from that byte on, or a damaged range of it that was mended
 * </pre>
 *
 * <p>A crash on the way leaves a log that ends earlier than it should, or one that is found damaged at the same place again. The
 * recovery point is lowered first: above it a start expects nothing.
 */
final class Quarantine {
    private static final Pattern NAME = Pattern.compile("quarantine-([0-9]{1,4})-[0-9]{20}(-[0-9]+)?\\.log");
    private static final Pattern SEGMENT = Pattern.compile("([0-9]{20})\\.log");
    /** More often than that is no accident: somebody has to look. */
    private static final int MAX_TIMES = 100;

    private static final int COPY_BYTES = 1 << 20;

    private final FileStore files;
    private final Path directory;

    Quarantine(FileStore files, Path directory) {
        this.files = files;
        this.directory = directory;
    }

    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** Takes what is behind that place. */
    void takeFrom(Place place) throws IOException {
        int number = number();
        CleanStop.remove(files, directory);
        OptionalLong recoveryPoint = RecoveryPoint.read(files, directory);
        RecoveryPoint.write(files, directory, Math.min(recoveryPoint.orElse(place.offset()), place.offset()));
        for (long base : segmentsFrom(place.segment() + 1)) {
            moveSegment(base, number);
        }
        shorten(place, number);
    }

    /** Takes all of it; an empty log remains, which begins at offset 0. */
    void takeEverything() throws IOException {
        int number = number();
        CleanStop.remove(files, directory);
        RecoveryPoint.write(files, directory, 0);
        for (long base : segmentsFrom(0)) {
            moveSegment(base, number);
        }
        files.delete(directory.resolve(EpochIndex.NAME));
        LogStart.ZERO.write(files, directory);
        shorten(Place.EVERYTHING, number);
        // Last: until then they say that nothing here can be kept.
        for (String name : List.of(CleanedTo.NAME, TombstoneMarks.NAME)) {
            if (files.exists(directory.resolve(name))) {
                files.delete(directory.resolve(name));
            }
        }
        files.delete(directory.resolve(LogReset.NAME));
        files.delete(directory.resolve(SegmentSwap.NAME));
        files.syncDirectory(directory);
    }

    /** Keeps a copy of what a segment has between two bytes, durably: it is to be written over. */
    void keep(long segment, long from, long to) throws IOException {
        String name = String.format("quarantine-%d-%020d-%d.log", number(), segment, from);
        try (StoredFile file = files.openForRead(directory.resolve(Segment.fileName(segment)))) {
            copy(file, from, to, directory.resolve(name));
        }
        files.syncDirectory(directory);
    }

    /** How often this will have happened. */
    private int number() throws IOException {
        int largest = 0;
        for (String name : files.list(directory)) {
            Matcher matcher = NAME.matcher(name);
            if (matcher.matches()) {
                largest = Math.max(largest, Integer.parseInt(matcher.group(1)));
            }
        }
        if (largest >= MAX_TIMES) {
            throw LogErrors.corrupt(
                    directory,
                    "damaged for the " + (largest + 1) + "th time; look into the disk, and remove quarantine-*");
        }
        return largest + 1;
    }

    /** The base offsets of the segments from there on, the last one first. */
    private List<Long> segmentsFrom(long least) throws IOException {
        List<Long> bases = new ArrayList<>();
        for (String name : files.list(directory)) {
            Matcher matcher = SEGMENT.matcher(name);
            if (matcher.matches() && Long.parseLong(matcher.group(1)) >= least) {
                bases.add(Long.parseLong(matcher.group(1)));
            }
        }
        bases.sort(Comparator.reverseOrder());
        return bases;
    }

    private void moveSegment(long base, int number) throws IOException {
        files.delete(directory.resolve(Segment.indexName(base)));
        files.rename(
                directory.resolve(Segment.fileName(base)),
                directory.resolve("quarantine-" + number + "-" + Segment.fileName(base)));
        files.syncDirectory(directory);
    }

    /** Copies the end of the segment away, durably, before it is cut; makes the segment if it is missing. */
    private void shorten(Place place, int number) throws IOException {
        files.delete(directory.resolve(Segment.indexName(place.segment())));
        Path segment = directory.resolve(Segment.fileName(place.segment()));
        try (StoredFile file = files.openForWrite(segment)) {
            if (file.size() > place.position()) {
                String name = String.format("quarantine-%d-%020d-%d.log", number, place.segment(), place.position());
                copy(file, place.position(), file.size(), directory.resolve(name));
                files.syncDirectory(directory);
                file.truncate(place.position());
            }
            file.force(true);
        }
        files.syncDirectory(directory);
    }

    private void copy(StoredFile from, long position, long end, Path to) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(COPY_BYTES);
        try (StoredFile copy = files.openForWrite(to)) {
            copy.truncate(0);
            long at = position;
            while (at < end && from.read(chunk.clear().limit((int) Math.min(COPY_BYTES, end - at)), at) > 0) {
                chunk.flip();
                int read = chunk.remaining();
                copy.write(chunk, at - position);
                at += read;
            }
            copy.force(true);
        }
    }
}
