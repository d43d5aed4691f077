package io.tailrace.engine.journal;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.CheckedFile;
import io.tailrace.engine.log.DiskFullException;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.partition.BatchAppended;
import io.tailrace.engine.partition.PartitionState;
import io.tailrace.engine.replication.SnapshotMaker;
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

/**
 * The snapshots of one replica, whether it leads or not: files as those of {@link SnapshotFiles}, with the same in them. What the state
 * is as of is its end offset here, which may lie behind the last data batch: what follows up to there are control batches.
 *
 * <p>Each replica makes its own, from its own log below its high watermark. That log is the same everywhere, so the state is; nothing
 * has to be sent or believed, and it goes on while nobody leads. The price is that every replica reads its batches' headers once.
 *
 * <p>Each is written twice, so that all files of the log below it may go, and one damaged file costs nothing (decision 8). Blocking; safe
 * for several threads: who writes holds the log's monitor, since {@link SnapshotFiles} has the same files.
 */
public final class ReplicaSnapshots implements SnapshotMaker {
    private static final Pattern FILE_NAME = Pattern.compile("(\\d{20})(\\.copy)?\\.snapshot");

    private final FileStore files;
    private final Path directory;
    private final int maxProducers;
    /** Once it has been looked for; else -1. */
    private long newestOffset = -1;

    private record Name(long sequenceNr, String text) {}

    /**
     * The snapshots in that directory.
     *
     * @param maxProducers how many producers the state remembers
     */
    public ReplicaSnapshots(FileStore files, Path directory, int maxProducers) {
        this.files = files;
        this.directory = directory;
        this.maxProducers = maxProducers;
    }

    @Override
    public synchronized long newestOffset() {
        if (newestOffset < 0) {
            newestOffset = newestPair();
        }
        return newestOffset;
    }

    /** One that a crash has left without its copy, or whose copy is damaged, is no reason to delete anything: it is made again. */
    private long newestPair() {
        Name before = null;
        long beforeOffset = 0;
        for (Name name : names()) {
            ByteBuffer bytes = bytes(name);
            if (bytes != null) {
                long offset = PartitionStateFormat.decode(bytes).state().endOffset();
                if (before != null && before.sequenceNr == name.sequenceNr) {
                    return Math.min(offset, beforeOffset);
                }
                before = name;
                beforeOffset = offset;
            }
        }
        return 0;
    }

    /**
     * What a partition remembers that leads that log: the newest snapshot, and what the log tells behind it.
     *
     * @throws TailraceException CORRUPT_LOG if the log does not reach back to a snapshot that can be read
     */
    public synchronized PartitionState state(Log log) {
        return stateAt(log, log.endOffset()).state();
    }

    @Override
    public synchronized long make(Log log, long highWatermark, long nowMillis) {
        long newest = newestOffset();
        if (newest >= highWatermark) {
            return newest;
        }
        Optional<PartitionStateFormat.Stored> later =
                newest(Long.MAX_VALUE).filter(stored -> stored.state().endOffset() >= highWatermark);
        if (later.isPresent()) {
            // It is there once; what is before it may be gone.
            return write(log, later.get());
        }
        PartitionStateFormat.Stored stored = stateAt(log, highWatermark);
        PartitionState state = asOf(stored.state(), highWatermark);
        return write(log, new PartitionStateFormat.Stored(stored.sequenceNr(), nowMillis, state));
    }

    private long write(Log log, PartitionStateFormat.Stored stored) {
        long offset = stored.state().endOffset();
        synchronized (log) {
            write(stored.sequenceNr(), offset, PartitionStateFormat.encode(stored));
        }
        return offset;
    }

    private static PartitionState asOf(PartitionState state, long offset) {
        return new PartitionState(
                offset, state.appendedBytes(), state.maxProducers(), state.producers(), state.producersByLastOffset());
    }

    private PartitionStateFormat.Stored stateAt(Log log, long end) {
        PartitionStateFormat.Stored from =
                newest(end).orElseGet(() -> new PartitionStateFormat.Stored(0, 0, PartitionState.empty(maxProducers)));
        if (log.firstSequenceNr() > from.sequenceNr() + 1) {
            throw new TailraceException(
                    ErrorCode.CORRUPT_LOG,
                    "No snapshot in " + directory + " reaches to sequence number " + (log.firstSequenceNr() - 1)
                            + ", with which the log begins: restore this replica from another.");
        }
        long[] last = {from.sequenceNr()};
        PartitionState[] state = {from.state()};
        log.replayChecked(from.sequenceNr() + 1, Long.MAX_VALUE, (sequence, header) -> {
            if (header.nextOffset() <= end) {
                last[0] = sequence;
                state[0] = state[0].apply(BatchAppended.replayed(header));
            }
        });
        return new PartitionStateFormat.Stored(last[0], 0, state[0]);
    }

    /** The newest that can be read and is not as of more than that. */
    private Optional<PartitionStateFormat.Stored> newest(long maxOffset) {
        return names().stream()
                .flatMap(name -> Stream.ofNullable(bytes(name)))
                .map(PartitionStateFormat::decode)
                .filter(stored -> stored.state().endOffset() <= maxOffset)
                .findFirst();
    }

    private @Nullable ByteBuffer bytes(Name name) {
        try {
            return CheckedFile.read(
                    files, directory.resolve(name.text), PartitionStateFormat.MAGIC, PartitionStateFormat.VERSION);
        } catch (IOException e) {
            throw failed("read", e);
        }
    }

    @Override
    public synchronized Part read(long offset, int position, int maxBytes) {
        for (Name name : names()) {
            ByteBuffer bytes = bytes(name);
            if (bytes != null) {
                long asOf =
                        PartitionStateFormat.decode(bytes.duplicate()).state().endOffset();
                if ((offset < 0 || offset == asOf) && position <= bytes.remaining()) {
                    int length = Math.min(maxBytes, bytes.remaining() - position);
                    return new Part(asOf, bytes.remaining(), bytes.slice(bytes.position() + position, length));
                }
            }
        }
        return Part.NONE;
    }

    @Override
    public synchronized void store(long offset, ByteBuffer bytes) {
        PartitionStateFormat.Stored stored = PartitionStateFormat.decode(bytes.duplicate());
        if (stored.state().endOffset() != offset) {
            throw new TailraceException(
                    ErrorCode.CORRUPT_LOG,
                    "A snapshot of offset " + stored.state().endOffset() + " was sent as one of " + offset + ".");
        }
        if (newestOffset() < offset) {
            write(stored.sequenceNr(), offset, bytes.duplicate());
        }
    }

    /** In the end it is there twice, and older ones are not. */
    private void write(long sequenceNr, long offset, ByteBuffer payload) {
        String name = String.format("%020d", sequenceNr);
        for (String suffix : List.of(".snapshot", ".copy.snapshot")) {
            try {
                CheckedFile.write(
                        files,
                        directory.resolve(name + suffix),
                        PartitionStateFormat.MAGIC,
                        PartitionStateFormat.VERSION,
                        payload.duplicate());
            } catch (IOException e) {
                throw failed("written", e);
            }
        }
        newestOffset = offset;
        names().stream().filter(old -> old.sequenceNr < sequenceNr).forEach(old -> delete(old.text));
    }

    private void delete(String text) {
        try {
            files.delete(directory.resolve(text));
        } catch (IOException e) {
            throw failed("deleted", e);
        }
    }

    /** The newest first. */
    private List<Name> names() {
        try {
            return files.list(directory).stream()
                    .flatMap(text -> Stream.ofNullable(parse(text)))
                    .sorted(Comparator.comparingLong(Name::sequenceNr)
                            .thenComparing(Name::text)
                            .reversed())
                    .toList();
        } catch (IOException e) {
            throw failed("listed", e);
        }
    }

    private static @Nullable Name parse(String text) {
        Matcher matcher = FILE_NAME.matcher(text);
        return matcher.matches() ? new Name(Long.parseLong(matcher.group(1)), text) : null;
    }

    private TailraceException failed(String what, IOException cause) {
        boolean full = cause instanceof DiskFullException;
        return new TailraceException(
                full ? ErrorCode.DISK_FULL : ErrorCode.IO_FAILED,
                full
                        ? "No room for a snapshot in " + directory + ": free some space; it is tried again."
                        : "The snapshots in " + directory + " cannot be " + what + " (" + cause.getMessage()
                                + "): check the disk.",
                cause);
    }
}
