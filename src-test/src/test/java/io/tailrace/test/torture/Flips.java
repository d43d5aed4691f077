package io.tailrace.test.torture;

import io.tailrace.engine.log.DiskFileStore;
import io.tailrace.engine.log.SegmentFile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Bits of the files of a node that runs, each turned over at a place drawn by seed, and what was there before. */
final class Flips {
    private final Random random;
    private final Map<Path, byte[]> before = new HashMap<>();
    private final List<Flip> done = new ArrayList<>();

    /** In what files bits are turned. */
    enum Kind {
        /** Anywhere in a closed segment. */
        RECORDS,
        /** In the header of a batch of a closed segment: length, offset, epoch and the like. */
        HEADER,
        /** In a closed segment's index. */
        INDEX,
        /** In a small file that changes seldom. */
        SMALL_FILE
    }

    /**
     * One bit.
     *
     * @param partition the name of the replica
     * @param offset of the batch that it is in; -1 in another file
     */
    record Flip(String partition, Kind kind, Path file, long position, long offset) {}

    Flips(long seed) {
        this.random = new Random(seed);
    }

    List<Flip> done() {
        return done;
    }

    /** The files as they were before. */
    Map<Path, byte[]> before() {
        return before;
    }

    /** Turns one bit in one of these replicas. */
    void turn(List<Path> replicas) throws IOException {
        Kind kind = kind();
        Path replica = replicas.get(random.nextInt(replicas.size()));
        List<Path> files = filesOf(replica, kind);
        if (files.isEmpty()) {
            return;
        }
        Path file = files.get(random.nextInt(files.size()));
        byte[] bytes = Files.readAllBytes(file);
        List<SegmentFile.Entry> batches = kind == Kind.RECORDS || kind == Kind.HEADER ? batches(file) : List.of();
        long position = kind == Kind.HEADER
                ? batches.get(random.nextInt(batches.size())).position() + random.nextInt(61)
                : random.nextInt(bytes.length);
        Flip flip = new Flip(String.valueOf(replica.getFileName()), kind, file, position, offsetAt(batches, position));
        // A second bit in the same batch, or small file, would be found as the first one is.
        boolean again = done.stream()
                .anyMatch(other -> other.file.equals(file) && (other.offset < 0 || other.offset == flip.offset));
        if (again) {
            return;
        }
        before.putIfAbsent(file, bytes);
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.seek(position);
            open.write(bytes[(int) position] ^ 1 << random.nextInt(8));
        }
        done.add(flip);
    }

    private Kind kind() {
        int drawn = random.nextInt(10);
        return drawn < 5 ? Kind.RECORDS : drawn < 7 ? Kind.HEADER : drawn < 9 ? Kind.INDEX : Kind.SMALL_FILE;
    }

    private static List<Path> filesOf(Path replica, Kind kind) throws IOException {
        List<Path> segments = named(replica, name -> name.matches("[0-9]{20}\\.log"));
        List<Path> closed = segments.subList(0, Math.max(0, segments.size() - 1));
        return switch (kind) {
            case RECORDS, HEADER -> closed;
            case INDEX ->
                closed.stream()
                        .map(segment -> Path.of(segment.toString().replace(".log", ".index")))
                        .toList();
            case SMALL_FILE ->
                named(replica, name -> List.of("leader-epochs", "log-start", "replica")
                        .contains(name));
        };
    }

    private static List<Path> named(Path replica, Predicate<String> wanted) throws IOException {
        try (Stream<Path> files = Files.list(replica)) {
            return files.filter(file -> wanted.test(file.getFileName().toString()))
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Of a file in which bits may have been turned before. */
    private List<SegmentFile.Entry> batches(Path file) throws IOException {
        Path clean = file;
        byte[] original = before.get(file);
        if (original != null) {
            clean = Files.createTempFile("segment", ".log");
            Files.write(clean, original);
        }
        List<SegmentFile.Entry> batches = new ArrayList<>();
        try (SegmentFile open = SegmentFile.open(new DiskFileStore(), clean)) {
            for (SegmentFile.Entry entry = open.next(); entry != null; entry = open.next()) {
                batches.add(entry);
            }
        } finally {
            if (original != null) {
                Files.delete(clean);
            }
        }
        return batches;
    }

    private static long offsetAt(List<SegmentFile.Entry> batches, long position) {
        long offset = -1;
        for (SegmentFile.Entry each : batches) {
            if (each.position() <= position && each.header() != null) {
                offset = each.header().baseOffset();
            }
        }
        return offset;
    }
}
