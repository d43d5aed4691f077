package io.tailrace.engine.replication;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.FileStore;
import java.nio.file.Path;
import java.util.UUID;

/** The promise of one replica, in the {@link PromiseJournal} of its volume under the name of the replica's directory. */
public final class ReplicaPromise {
    private final PromiseJournal journal;
    private final String name;
    private final long startNumber;

    private ReplicaPromise(PromiseJournal journal, String name, long startNumber) {
        this.journal = journal;
        this.name = name;
        this.startNumber = startNumber;
    }

    /**
     * The promise of the replica in that directory. If there is a {@link PromiseFile}, from before there was a journal or from the
     * quarantine, the journal takes it over; a crash on the way leaves both, and the higher epoch counts. Blocking.
     *
     * @throws TailraceException CORRUPT_LOG, DATA_DIR_VERSION, DISK_FULL, IO_FAILED
     */
    public static ReplicaPromise open(FileStore files, Path directory, PromiseJournal journal) {
        ReplicaPromise promise = new ReplicaPromise(journal, nameOf(directory), journal.nextReplicaStart());
        PromiseFile file = new PromiseFile(files, directory);
        Promise old = file.stored();
        if (old.epoch() > promise.stored().epoch()) {
            journal.store(promise.name, old);
        }
        if (!old.equals(Promise.NONE)) {
            file.delete();
        }
        return promise;
    }

    private static String nameOf(Path directory) {
        Path name = directory.getFileName();
        return name == null ? "" : name.toString();
    }

    /** The promise stored last, or {@link Promise#NONE}. */
    public Promise stored() {
        return journal.stored(name);
    }

    /** The epoch promised last, or -1 if there was none. */
    int promisedEpoch() {
        return stored().epoch();
    }

    /**
     * Stores a promise; on return it survives a crash. Blocking.
     *
     * @throws TailraceException DISK_FULL, IO_FAILED, CLOSED
     */
    public void promise(int epoch, UUID incarnation) {
        journal.store(name, new Promise(epoch, incarnation));
    }

    /** Grows from one opening of this replica to the next, durably: see {@link PromiseJournal#nextReplicaStart}. */
    public long startNumber() {
        return startNumber;
    }
}
