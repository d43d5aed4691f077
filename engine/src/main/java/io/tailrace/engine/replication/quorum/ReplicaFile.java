package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.CheckedFile;
import io.tailrace.engine.log.DiskFullException;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.log.LogDamage;
import io.tailrace.engine.log.PlacedBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The file {@code replica}: which replica of the log this directory is, and who votes by its log (rules 15 and 17). The payload
 * of a {@link CheckedFile}:
 *
 * <pre>
 *   node id         replica id      count   (offset   configuration)*
 *   int16 + UTF-8   int16 + UTF-8   int32   (int64    {@link VotersFormat})
 * </pre>
 *
 * <p>The first thing in a new replica's directory: what has none is no replica, and nobody's vote. The first configuration has
 * offset -1, it is the one that the replica was created with. Of the others there is an entry in the log; each is in
 * this file before that is written. What was written ahead and then did not come to be lies at or beyond the log's end: it is
 * passed over when the file is read, and gone from it before anything else is appended there. So below the log's end file and
 * log say the same, without a look into the log.
 */
public final class ReplicaFile {
    static final String NAME = "replica";

    private static final int MAGIC = 0x54525249;
    private static final int VERSION = 1;

    private final FileStore files;
    private final Path path;
    private final ReplicaId self;
    /** As it stands in the file, unless the last write failed. */
    private VoterHistory stored;

    private boolean uncertain;
    /** Asked for at every batch. */
    private boolean soleVoter;

    private ReplicaFile(FileStore files, Path path, ReplicaId self, VoterHistory stored) {
        this.files = files;
        this.path = path;
        this.self = self;
        keep(stored);
    }

    private void keep(VoterHistory history) {
        stored = history;
        soleVoter = history.byOffset().values().stream()
                .allMatch(voters -> voters.ids().equals(List.of(self)));
    }

    /** Whether there is a replica in that directory, as far as this file says. */
    public static boolean exists(FileStore files, Path directory) {
        Path path = directory.resolve(NAME);
        try {
            return files.exists(path);
        } catch (IOException e) {
            throw failed(path, "read", e);
        }
    }

    /**
     * Makes that directory a replica's, durably.
     *
     * @param self its name, which no other replica ever had
     * @param first the voters that the log was created with; {@link Voters#NONE} if it exists already, then this replica
     *     has no say before a configuration of the log names it
     * @throws TailraceException INVALID_ARGUMENT if it is one already, DISK_FULL, IO_FAILED
     */
    public static ReplicaFile create(FileStore files, Path directory, ReplicaId self, Voters first) {
        Path path = directory.resolve(NAME);
        ReplicaFile created = new ReplicaFile(files, path, self, VoterHistory.of(first));
        if (exists(files, directory)) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT, "There is a replica already in " + directory + ": open it.");
        }
        try {
            files.createDirectories(directory);
        } catch (IOException e) {
            throw failed(path, "written", e);
        }
        created.write(created.stored);
        return created;
    }

    /**
     * Reads it.
     *
     * @throws TailraceException CORRUPT_LOG if it is missing or damaged, DATA_DIR_VERSION, IO_FAILED
     */
    public static ReplicaFile open(FileStore files, Path directory) {
        Path path = directory.resolve(NAME);
        try {
            ByteBuffer payload = CheckedFile.read(files, path, MAGIC, VERSION);
            if (payload != null) {
                return read(files, path, payload);
            }
        } catch (IOException e) {
            throw failed(path, "read", e);
        }
        throw new TailraceException(
                ErrorCode.CORRUPT_LOG,
                path
                        + ", which says whose log this is and who votes, is missing or damaged; nothing was touched: let this"
                        + " node in again as a new replica.");
    }

    /**
     * Writes what the file of one directory says into that of another, durably.
     *
     * @throws TailraceException CORRUPT_LOG, DATA_DIR_VERSION, DISK_FULL, IO_FAILED
     */
    public static void copy(FileStore files, Path from, Path to) {
        ReplicaFile present = open(files, from);
        new ReplicaFile(files, to.resolve(NAME), present.self, present.stored).write(present.stored);
    }

    private static ReplicaFile read(FileStore files, Path path, ByteBuffer payload) {
        ReplicaId self = new ReplicaId(VotersFormat.name(payload), VotersFormat.name(payload));
        int count = payload.getInt();
        VoterHistory history = new VoterHistory();
        for (int i = 0; i < count; i++) {
            long offset = payload.getLong();
            history.append(offset, VotersFormat.read(payload));
        }
        return new ReplicaFile(files, path, self, history);
    }

    /** The replica's own name. */
    public ReplicaId self() {
        return self;
    }

    /**
     * Whether nobody else votes or ever did, as far as is known, so that nothing can be got from anybody again. The newest
     * configuration alone does not tell: its entry may be what the log has lost.
     */
    public boolean isSoleVoter() {
        return soleVoter;
    }

    /** Whether its log was created with these voters, as far as the file goes back. */
    public boolean begins(Voters first) {
        Map.Entry<Long, Voters> oldest = stored.byOffset().entrySet().iterator().next();
        return oldest.getKey() >= 0 || oldest.getValue().equals(first);
    }

    /** The configurations of a log that ends there; a copy. */
    VoterHistory voters(long logEnd) {
        VoterHistory voters = stored.copy();
        voters.truncateTo(logEnd);
        return voters;
    }

    /**
     * To be called before batches are appended to the log: those that change the voters are in the file when it returns.
     *
     * @throws TailraceException DISK_FULL, IO_FAILED: the batches must not be appended then
     */
    synchronized void announce(List<PlacedBatch> batches) {
        if (batches.isEmpty()) {
            return;
        }
        long base = batches.get(0).baseOffset();
        if (mayChange(batches) || uncertain || stored.newestOffset() >= base) {
            VoterHistory wanted = voters(base);
            wanted.append(batches);
            become(wanted);
        }
    }

    private static boolean mayChange(List<PlacedBatch> batches) {
        for (PlacedBatch placed : batches) {
            if (placed.batch().isControl()) {
                return true;
            }
        }
        return false;
    }

    /**
     * To be called before the log is replaced by one that begins at that offset (rule 16).
     *
     * @param voters the configuration in effect there
     */
    synchronized void announce(long start, Voters voters) {
        VoterHistory wanted = stored.copy();
        wanted.truncateTo(start);
        wanted.append(start - 1, voters);
        become(wanted);
    }

    /** What is wrong with the file. */
    synchronized Optional<LogDamage> damage() {
        try {
            return Optional.ofNullable(CheckedFile.problem(files, path)).map(what -> LogDamage.smallFile(path, what));
        } catch (IOException e) {
            throw failed(path, "read", e);
        }
    }

    /** Writes the file again, if this is the one. */
    synchronized boolean writeAgain(Path file) {
        boolean same = file.equals(path);
        if (same) {
            write(stored);
        }
        return same;
    }

    private void become(VoterHistory wanted) {
        if (uncertain || !wanted.byOffset().equals(stored.byOffset())) {
            uncertain = true;
            write(wanted);
            keep(wanted);
            uncertain = false;
        }
    }

    private void write(VoterHistory history) {
        byte[] node = self.nodeId().getBytes(StandardCharsets.UTF_8);
        byte[] replica = self.replicaId().getBytes(StandardCharsets.UTF_8);
        if (Math.max(node.length, replica.length) > VotersFormat.MAX_NAME_BYTES) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The name " + self + " has more than " + VotersFormat.MAX_NAME_BYTES
                            + " bytes: give a shorter one.");
        }
        int size = 2 * Short.BYTES + node.length + replica.length + Integer.BYTES;
        for (Voters voters : history.byOffset().values()) {
            size += Long.BYTES + VotersFormat.bytes(voters).length;
        }
        ByteBuffer payload = ByteBuffer.allocate(size);
        payload.putShort((short) node.length).put(node);
        payload.putShort((short) replica.length).put(replica);
        payload.putInt(history.byOffset().size());
        for (Map.Entry<Long, Voters> entry : history.byOffset().entrySet()) {
            payload.putLong(entry.getKey()).put(VotersFormat.bytes(entry.getValue()));
        }
        try {
            CheckedFile.write(files, path, MAGIC, VERSION, payload.flip());
        } catch (DiskFullException e) {
            throw new TailraceException(
                    ErrorCode.DISK_FULL, "No room for " + path + ": free some space; it is tried again.", e);
        } catch (IOException e) {
            throw failed(path, "written", e);
        }
    }

    private static TailraceException failed(Path path, String what, IOException cause) {
        return new TailraceException(
                ErrorCode.IO_FAILED,
                path + " cannot be " + what + " (" + cause.getMessage() + "): check the disk.",
                cause);
    }
}
