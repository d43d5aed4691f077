package io.tailrace.test.simulation;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.CheckedFile;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.LogReader;
import io.tailrace.engine.log.SimulatedFileStore;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.PromiseJournal;
import io.tailrace.engine.replication.quorum.ReplicaDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happens to the files of one machine though they were forced: bits flip, ranges turn to zeros, ends are missing, while it
 * runs and while it is down. Knows whether it has been repaired.
 *
 * <p>The very end of a log beyond the recovery point is spared, and the end of the promises, but for bits that flip: nobody could tell that from a disk on
 * which fsync does nothing. Who has lost its promises, or who it is, has to be replaced: that is for the operator to bring about.
 */
final class Damage {
    private static final String IDENTITY = "replica";
    private static final String SNAPSHOT = ".snapshot";
    private static final List<String> SMALL_FILES =
            List.of("leader-epochs", "recovery-point", "log-start", "abstains", "clean-stop", "flush-os", "tombstones");

    private final SimulatedNode node;
    private final World world;
    private final SimulatedFileStore disk;
    private final Path directory;
    private boolean there;
    /** The file with the bytes that are wrong, as they are now, and where they stand; no bytes if its end is missing from there on. */
    private @Nullable Path damaged;

    private int damagedFrom;
    private byte[] wrong = {};
    /** Whether what it abstains for was repaired at its last start. */
    private boolean mayForget;

    Damage(SimulatedNode node, World world, SimulatedFileStore disk, Path directory) {
        this.node = node;
        this.world = world;
        this.disk = disk;
        this.directory = directory;
    }

    /** One file gets damaged, unless there is damage already: who has two at once may have lost what one alone would tell. */
    void happen() {
        if (isThere()) {
            return;
        }
        try {
            if (!disk.exists(directory.resolve(IDENTITY))) {
                return;
            }
            List<String> names = disk.list(directory).stream()
                    .filter(name -> !name.endsWith(".cleaned"))
                    .filter(name -> !name.equals(IDENTITY) && !name.endsWith(".tmp") && !name.startsWith("quarantine"))
                    .filter(name -> !name.endsWith(SNAPSHOT) || allSnapshotsAreSound())
                    .sorted()
                    .toList();
            List<String> segments =
                    names.stream().filter(name -> name.endsWith(".log")).toList();
            if (segments.isEmpty()) {
                return;
            }
            boolean inRecords = world.chance(0.7);
            List<String> candidates = inRecords ? segments : names;
            String name = candidates.get(world.random.nextInt(candidates.size()));
            boolean last = name.equals(segments.get(segments.size() - 1));
            damage(name, last);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void damage(String name, boolean lastSegment) throws IOException {
        Path file = directory.resolve(name);
        int size = disk.durableSize(file);
        if (size == 0) {
            return;
        }
        there = true;
        String kind = name.endsWith(".log") ? "a segment" : name.endsWith(".index") ? "an index" : name;
        world.coverage.count("damage: in " + kind + (node.isUp() ? "" : ", while down"));
        double what = world.random.nextDouble();
        if (what < 0.6) {
            int at = world.random.nextInt(size);
            world.note(() -> node.id + ": a bit flips in " + name + " at " + at + " of " + size);
            world.coverage.count("damage: bit flipped");
            disk.damage(file, at, 1 << world.random.nextInt(8));
            remember(file, at, at + 1);
        } else if (what < 0.85) {
            int end = lastSegment ? lastBatch(disk.contents(file), size) : size;
            if (end > 0) {
                int from = world.random.nextInt(end);
                int to = Math.min(end, from + world.between(1, 700));
                world.note(() -> node.id + ": zeros in " + name + " from " + from + " to " + to + " of " + size);
                world.coverage.count("damage: zeros");
                byte[] bytes = disk.contents(file);
                for (int at = from; at < to; at++) {
                    disk.damage(file, at, bytes[at]);
                }
                remember(file, from, to);
            }
        } else if (!lastSegment) {
            int end = world.random.nextInt(size);
            world.note(() -> node.id + ": " + name + " ends at " + end + " of " + size);
            world.coverage.count("damage: end missing");
            disk.cut(file, end);
            remember(file, end, end);
        }
    }

    /** Other files than segments are asked whether they are sound, or are hints that do no harm. */
    private void remember(Path file, int from, int to) throws IOException {
        if (!String.valueOf(file.getFileName()).endsWith(".log")) {
            return;
        }
        damaged = file;
        damagedFrom = from;
        wrong = Arrays.copyOfRange(disk.contents(file), from, to);
    }

    /** Below the log's start nobody reads it for a while, and all the same somebody may meet it later. */
    private boolean isStillInItsFile() throws IOException {
        if (damaged == null || !disk.exists(damaged)) {
            return false;
        }
        byte[] bytes = disk.contents(damaged);
        int to = Math.min(bytes.length, damagedFrom + wrong.length);
        if (wrong.length == 0) {
            return bytes.length <= damagedFrom;
        }
        return to > damagedFrom && Arrays.equals(bytes, damagedFrom, to, wrong, 0, to - damagedFrom);
    }

    /** Damages the file that says who it is and who votes, or a file of promises, while it is down. */
    void takeIdentity() {
        try {
            boolean promises = world.chance(0.5);
            List<String> names = PromiseJournal.fileNames();
            Path file = promises
                    ? directory.resolveSibling(names.get(world.random.nextInt(names.size())))
                    : directory.resolve(IDENTITY);
            int size = disk.exists(file) ? disk.durableSize(file) : 0;
            if (size == 0) {
                return;
            }
            world.note(() -> node.id + ": " + file + " is damaged");
            world.coverage.count("damage: in " + (promises ? "the promises" : IDENTITY));
            if (promises || world.chance(0.7)) {
                disk.damage(file, world.random.nextInt(size), 1 << world.random.nextInt(8));
            } else {
                disk.cut(file, world.random.nextInt(size));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** There are two of each, which bears the loss of one. */
    private boolean allSnapshotsAreSound() {
        try {
            for (String name : disk.list(directory)) {
                if (name.endsWith(SNAPSHOT) && CheckedFile.problem(disk, directory.resolve(name)) != null) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the last batch begins that is on the disk: a good one stands behind what is damaged before it. */
    private static int lastBatch(byte[] bytes, int size) {
        ByteBuffer batches = ByteBuffer.wrap(bytes);
        int last = 0;
        int at = 0;
        while (at + RecordBatch.HEADER_BYTES <= size) {
            int next = at
                    + RecordBatch.headerAt(batches.slice(at, RecordBatch.HEADER_BYTES))
                            .sizeInBytes();
            if (next > size || next <= at) {
                break;
            }
            last = at;
            at = next;
        }
        return last;
    }

    /** It may have lost something in a way that only it can tell. */
    void mayHappen() {
        there = true;
    }

    /** Whether there is any, or may be, or what is lost has not come again. */
    boolean isThere() {
        if (there && isRepaired()) {
            there = false;
            damaged = null;
            world.coverage.count("damage: repaired");
        }
        return there;
    }

    private boolean isRepaired() {
        Log log = node.reads.soundLog();
        if (log == null) {
            return false;
        }
        try {
            if (isStillInItsFile()) {
                return false;
            }
            for (String name : SMALL_FILES) {
                Path file = directory.resolve(name);
                if (disk.exists(file) && CheckedFile.problem(disk, file) != null) {
                    return false;
                }
            }
            requireNone(log);
            return !disk.exists(directory.resolve("abstains"));
        } catch (IOException | TailraceException e) {
            return false;
        }
    }

    /** Reads all batches of the log; damage is thrown. */
    void requireNone(Log log) {
        try (LogReader reader = log.newReader()) {
            long end = log.endOffset();
            long at = log.startOffset();
            while (at < end) {
                for (RecordBatch batch : ReplicaDisk.checked(reader.read(at, 1 << 16, end))) {
                    at = batch.nextOffset();
                }
            }
        }
    }

    /** It was started. */
    void started(boolean abstains) {
        mayForget = abstains;
    }

    /** It has met some. */
    void met() {
        mayForget = false;
    }

    /** A flaw: what a start before this one has repaired is forgotten. */
    void forgetToAbstain() {
        try {
            if (mayForget && disk.exists(directory.resolve("abstains"))) {
                disk.delete(directory.resolve("abstains"));
                disk.syncDirectory(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
