package io.tailrace.engine.journal;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.CheckedFile;
import io.tailrace.engine.log.DiskFullException;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.partition.PartitionState;
import io.tailrace.engine.replication.Leadership;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshots of one led partition: files {@code <20-digit sequence number>.snapshot}, and {@code <number>.copy.snapshot} with
 * the same in it, beside the segments of the log they belong to. The newest two files are kept. Blocking.
 *
 * <p>A snapshot is never ahead of what is on the disk of its log. Segments go only below the <i>older</i> of the two that are kept
 * ({@link #replayNeedsFrom}), so one damaged snapshot costs nothing. That is also why there are copies: a partition in which
 * nothing happens has only one state to write down. One object per leadership; safe for several threads. Who writes or deletes holds the
 * log's monitor: {@link ReplicaSnapshots} has the same files.
 */
public final class SnapshotFiles {
    private static final int KEPT = 2;
    private static final String SUFFIX = ".snapshot";
    private static final String COPY_SUFFIX = ".copy.snapshot";
    private static final Pattern FILE_NAME = Pattern.compile("(\\d{20})(\\.copy)?\\.snapshot");
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotFiles.class);

    private final FileStore files;
    private final Path directory;
    private final Leadership leadership;

    /** One file that is there. */
    private record Name(long sequenceNr, String text) {}

    /** The snapshots in a directory of the log that is led. */
    public SnapshotFiles(FileStore files, Path directory, Leadership leadership) {
        this.files = files;
        this.directory = directory;
        this.leadership = leadership;
    }

    /** The newest that can be read, is not ahead of its log, and does not stand above that sequence number. */
    synchronized Optional<PartitionStateFormat.Stored> newest(long maxSequenceNr) {
        return readable(maxSequenceNr).findFirst();
    }

    private Stream<PartitionStateFormat.Stored> readable(long maxSequenceNr) {
        long limit = Math.min(maxSequenceNr, leadership.log().lastSequenceNr());
        return names().stream()
                .filter(name -> name.sequenceNr <= limit)
                .map(this::read)
                .flatMap(Optional::stream);
    }

    private Optional<PartitionStateFormat.Stored> read(Name name) {
        Path file = directory.resolve(name.text);
        try {
            ByteBuffer bytes = CheckedFile.read(files, file, PartitionStateFormat.MAGIC, PartitionStateFormat.VERSION);
            if (bytes != null) {
                return Optional.of(PartitionStateFormat.decode(bytes));
            }
            LOG.warn("{} is damaged; another snapshot is used", file);
        } catch (TailraceException | IOException e) {
            LOG.warn("{}: {}", file, e.getMessage());
        }
        return Optional.empty();
    }

    /** Writes one, durably, and deletes those that it makes superfluous. */
    synchronized void write(PartitionStateFormat.Stored stored) {
        synchronized (leadership.log()) {
            write(stored, SUFFIX);
            prune();
        }
    }

    /**
     * Writes the state twice, durably, so that all segments below it may go.
     *
     * @param sequenceNr of the newest batch that the state knows
     * @throws TailraceException DISK_FULL, IO_FAILED; FENCED, UNKNOWN_TOPIC or CLOSED when the leadership is over
     */
    public synchronized void writeTwice(long sequenceNr, PartitionState state, long nowMillis) {
        PartitionStateFormat.Stored stored = new PartitionStateFormat.Stored(sequenceNr, nowMillis, state);
        synchronized (leadership.log()) {
            write(stored, SUFFIX);
            write(stored, COPY_SUFFIX);
            prune();
        }
    }

    private void write(PartitionStateFormat.Stored stored, String suffix) {
        // A power failure must not leave a snapshot of what the log has lost (flush = os): it would be passed over, and
        // the segments that could have replaced it may be gone.
        leadership.log().flush();
        try {
            CheckedFile.write(
                    files,
                    directory.resolve(String.format("%020d", stored.sequenceNr()) + suffix),
                    PartitionStateFormat.MAGIC,
                    PartitionStateFormat.VERSION,
                    PartitionStateFormat.encode(stored));
        } catch (IOException e) {
            TailraceException failure = failed("written", e);
            removeUnfinished();
            throw failure;
        }
    }

    private void prune() {
        names().stream().skip(KEPT).forEach(name -> remove(name.text));
    }

    /** Each begins under a name of its own: what a full disk or a crash has left of them would add up. */
    private void removeUnfinished() {
        list().stream().filter(text -> text.endsWith(SUFFIX + ".tmp")).forEach(this::remove);
    }

    /**
     * Deletes what must not be there when an epoch begins: snapshots half written, and those ahead of the log. They tell of batches that
     * the log has lost (written with {@code flush = os} by a version that did not force the log first), and would be believed
     * once it has grown beyond them.
     */
    synchronized void removeStale() {
        synchronized (leadership.log()) {
            removeUnfinished();
            delete(leadership.log().lastSequenceNr() + 1, Long.MAX_VALUE);
        }
    }

    /** Deletes those between two sequence numbers, both inclusive. */
    synchronized void delete(long from, long to) {
        names().stream()
                .filter(name -> name.sequenceNr >= from && name.sequenceNr <= to)
                .forEach(name -> remove(name.text));
    }

    private void remove(String text) {
        try {
            files.delete(directory.resolve(text));
        } catch (IOException e) {
            throw failed("deleted", e);
        }
    }

    /**
     * The offset from which on the log is needed to make the state again, should one snapshot turn out to be damaged. Reads both, so
     * what is damaged already does not count; 0 as long as there are not two.
     *
     * @throws TailraceException IO_FAILED; FENCED, UNKNOWN_TOPIC or CLOSED when the leadership is over
     */
    public synchronized long replayNeedsFrom() {
        Log log = leadership.log();
        // In this order: nothing below this end has a larger sequence number than the one read after it.
        long end = log.endOffset();
        long last = log.lastSequenceNr();
        if (last == 0) {
            return end;
        }
        List<PartitionStateFormat.Stored> kept =
                readable(Long.MAX_VALUE).limit(KEPT).toList();
        if (kept.size() < KEPT) {
            return 0;
        }
        PartitionStateFormat.Stored older = kept.get(KEPT - 1);
        // Behind the state there may be control batches, which nobody replays.
        return older.sequenceNr() == last ? end : older.state().endOffset();
    }

    /** The files that are there, good or bad, for people. */
    String describe() {
        List<Name> there = names();
        return there.isEmpty()
                ? "there is no snapshot in " + directory
                : "of its snapshots in " + directory + " ("
                        + String.join(", ", there.stream().map(Name::text).toList())
                        + ") none that reaches there can be read";
    }

    /** The newest first. */
    private List<Name> names() {
        return list().stream()
                .flatMap(text -> Stream.ofNullable(parse(text)))
                .sorted(Comparator.comparingLong(Name::sequenceNr)
                        .thenComparing(Name::text)
                        .reversed())
                .toList();
    }

    private List<String> list() {
        try {
            return files.list(directory);
        } catch (IOException e) {
            throw failed("listed", e);
        }
    }

    private static @Nullable Name parse(String text) {
        Matcher matcher = FILE_NAME.matcher(text);
        return matcher.matches() ? new Name(Long.parseLong(matcher.group(1)), text) : null;
    }

    private TailraceException failed(String what, IOException cause) {
        if (cause instanceof DiskFullException) {
            return new TailraceException(
                    ErrorCode.DISK_FULL,
                    "No room for a snapshot in " + directory + ": free some space; it is tried again.",
                    cause);
        }
        // The files of a partition that is being deleted go away under whoever is late: that is no broken disk.
        leadership.ensureLeading();
        return new TailraceException(
                ErrorCode.IO_FAILED,
                "The snapshots in " + directory + " cannot be " + what + " (" + cause.getMessage()
                        + "): check the disk.",
                cause);
    }
}
