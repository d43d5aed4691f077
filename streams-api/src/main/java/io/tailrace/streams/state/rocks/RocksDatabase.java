package io.tailrace.streams.state.rocks;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.state.Entries;
import java.io.File;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * An open database. Native memory that is used after it was given back ends the process, so whoever uses it holds a lock that {@link #close} waits for, and entries that
 * somebody has left open are closed with it. Afterwards everything fails with CLOSED.
 */
final class RocksDatabase implements AutoCloseable {
    /** More than this are not open at once, unless somebody forgets to close them. */
    static final int MOST_OPEN_ENTRIES = 1_000;

    private final ReadWriteLock life = new ReentrantReadWriteLock();
    private final Set<RocksEntries> openEntries = ConcurrentHashMap.newKeySet();
    private final File directory;
    private final RocksOptions options;
    private final RocksDB db;
    // Without a log of its own: the task's log is that.
    private final WriteOptions writing = new WriteOptions().setDisableWAL(true);
    private final ReadOptions reading = new ReadOptions();
    private volatile boolean damaged;
    private boolean closed;

    private RocksDatabase(File directory, RocksOptions options, RocksDB db) {
        this.directory = directory;
        this.options = options;
        this.db = db;
    }

    /** Opens what is there, or makes an empty one. */
    static RocksDatabase open(File directory, RocksMemory memory) throws RocksDBException {
        if (!directory.isDirectory() && !directory.mkdirs() && !directory.isDirectory()) {
            throw new TailraceException(
                    ErrorCode.DATA_DIR_UNUSABLE,
                    "The directory " + directory + " cannot be made: let the process write where its state is to lie.");
        }
        RocksOptions options = new RocksOptions(memory);
        try {
            return new RocksDatabase(directory, options, RocksDB.open(options.database(), directory.getPath()));
        } catch (RocksDBException e) {
            options.close();
            throw e;
        }
    }

    /** Removes all files of a database that is not open. */
    static void destroy(File directory) {
        try (Options options = new Options()) {
            RocksDB.destroyDB(directory.getPath(), options);
        } catch (RocksDBException e) {
            throw RocksErrors.of(e, directory);
        }
    }

    byte @Nullable [] get(byte[] key) {
        life.readLock().lock();
        try {
            checkOpen();
            return db.get(reading, key);
        } catch (RocksDBException e) {
            throw failed(e);
        } finally {
            life.readLock().unlock();
        }
    }

    /**
     * The entries between two keys as they are now, without the second.
     *
     * @param prefixBytes how many bytes of each key not to tell
     */
    Entries<byte[], byte[]> entries(byte[] from, byte[] to, int prefixBytes, boolean backwards) {
        life.readLock().lock();
        try {
            checkOpen();
            if (openEntries.size() >= MOST_OPEN_ENTRIES) {
                throw new TailraceException(
                        ErrorCode.LIMIT_EXCEEDED,
                        MOST_OPEN_ENTRIES + " ranges of the state in " + directory
                                + " are being read: close each when you have read it.");
            }
            Slice lower = new Slice(from);
            Slice upper = new Slice(to);
            ReadOptions bounds = new ReadOptions().setIterateLowerBound(lower).setIterateUpperBound(upper);
            RocksEntries entries =
                    new RocksEntries(this, db.newIterator(bounds), bounds, lower, upper, prefixBytes, backwards);
            openEntries.add(entries);
            return entries;
        } finally {
            life.readLock().unlock();
        }
    }

    /** The lock under which entries may be used, as long as they are not closed. */
    ReadWriteLock life() {
        return life;
    }

    void forget(RocksEntries entries) {
        openEntries.remove(entries);
    }

    void write(WriteBatch batch) {
        life.readLock().lock();
        try {
            checkOpen();
            db.write(writing, batch);
        } catch (RocksDBException e) {
            throw failed(e);
        } finally {
            life.readLock().unlock();
        }
    }

    /** Begins to bring to disk what has been written so far, or waits until it is there. */
    void flush(boolean wait) {
        life.readLock().lock();
        try (FlushOptions flush = new FlushOptions().setWaitForFlush(wait).setAllowWriteStall(true)) {
            checkOpen();
            db.flush(flush);
        } catch (RocksDBException e) {
            throw failed(e);
        } finally {
            life.readLock().unlock();
        }
    }

    long sizeInBytes() {
        life.readLock().lock();
        try {
            return closed
                    ? 0
                    : db.getLongProperty("rocksdb.live-sst-files-size")
                            + db.getLongProperty("rocksdb.cur-size-all-mem-tables");
        } catch (RocksDBException e) {
            throw failed(e);
        } finally {
            life.readLock().unlock();
        }
    }

    private void checkOpen() {
        if (closed) {
            throw closed();
        }
    }

    TailraceException closed() {
        return new TailraceException(
                ErrorCode.CLOSED, "The state in " + directory + " is closed: ask for the store again.");
    }

    TailraceException failed(RocksDBException e) {
        if (RocksErrors.isDamage(e)) {
            damaged = true;
        }
        return RocksErrors.of(e, directory);
    }

    /** Whether something has turned out not to be as it was written. */
    boolean damaged() {
        return damaged;
    }

    /** Brings everything to disk, unless that fails: then the end is missing, and is read again from the task's log. */
    @Override
    public void close() {
        life.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            openEntries.forEach(RocksEntries::free);
            openEntries.clear();
            // Flushes, since there is something that no log of its own has.
            db.close();
            reading.close();
            writing.close();
            options.close();
        } finally {
            life.writeLock().unlock();
        }
    }
}
