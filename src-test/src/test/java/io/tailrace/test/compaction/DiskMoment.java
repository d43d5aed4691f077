package io.tailrace.test.compaction;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What is being done with a log's files, as they show it from outside, be the process alive or dead; the briefest last. */
enum DiskMoment {
    /** Nothing that could be seen. */
    QUIET,
    /** Segments are being written anew; the old ones are in force. */
    REWRITING,
    /** What was written is complete; which segments it replaces is being written down. */
    DECIDING,
    /** The old segments are given up, and the new one and its index do not both have their names yet. */
    RENAMING,
    /** They have; what is left is to delete and to forget the old ones. */
    FORGETTING,
    /** The log begins behind segments that are still there. */
    DELETING;

    private static final String CLEANED = ".cleaned";
    private static final String LOG = ".log";
    private static final String SWAP = "segment-swap";
    private static final String TEMPORARY = ".tmp";
    private static final String CLEANED_TO = "cleaned-to";
    /** In the file {@code log-start}, behind magic, version and start (docs/formats.md). */
    private static final int FIRST_SEGMENT_AT = 2 * Integer.BYTES + Long.BYTES;

    boolean isOfAnExchange() {
        return this == DECIDING || this == RENAMING || this == FORGETTING;
    }

    /** Of these logs the briefest. */
    static DiskMoment of(List<Path> partitions) throws IOException {
        DiskMoment briefest = QUIET;
        for (Path partition : partitions) {
            DiskMoment moment = of(partition);
            briefest = moment.compareTo(briefest) > 0 ? moment : briefest;
        }
        return briefest;
    }

    private static DiskMoment of(Path partition) throws IOException {
        // Before the names: a segment that has become the first one since is not among them.
        long first = firstSegment(partition);
        List<String> names = names(partition);
        boolean cleaned = names.stream().anyMatch(name -> name.endsWith(CLEANED));
        if (names.stream().anyMatch(name -> name.endsWith(LOG) && baseOffset(name) < first)) {
            return DELETING;
        }
        if (names.contains(SWAP)) {
            return cleaned ? RENAMING : FORGETTING;
        }
        if (names.contains(SWAP + TEMPORARY)) {
            return DECIDING;
        }
        return cleaned ? REWRITING : QUIET;
    }

    private static long baseOffset(String name) {
        return Long.parseLong(name, 0, name.length() - LOG.length(), 10);
    }

    private static long firstSegment(Path partition) throws IOException {
        ByteBuffer start = read(partition.resolve("log-start"));
        return start.remaining() < FIRST_SEGMENT_AT + Long.BYTES ? 0 : start.getLong(FIRST_SEGMENT_AT);
    }

    /** The directories of a node's logs. */
    static List<Path> partitions(Path data) throws IOException {
        Path all = data.resolve("partitions");
        if (!Files.isDirectory(all)) {
            return List.of();
        }
        try (Stream<Path> found = Files.list(all)) {
            return found.filter(Files::isDirectory).sorted().toList();
        }
    }

    /** How far each log that is compacted has been, as its file says: it is another when a pass has come to its end. */
    static Map<Path, ByteBuffer> compacted(Path data) throws IOException {
        Map<Path, ByteBuffer> all = new HashMap<>();
        for (Path partition : partitions(data)) {
            ByteBuffer to = read(partition.resolve(CLEANED_TO));
            if (to.hasRemaining()) {
                all.put(partition, to);
            }
        }
        return all;
    }

    /** Whether that is a file of something that has not come to its end. */
    static boolean isLeftOver(String name) {
        return name.endsWith(CLEANED) || name.equals(SWAP) || name.endsWith(TEMPORARY);
    }

    static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static ByteBuffer read(Path file) throws IOException {
        try {
            return ByteBuffer.wrap(Files.readAllBytes(file));
        } catch (NoSuchFileException notThere) {
            return ByteBuffer.allocate(0);
        }
    }
}
