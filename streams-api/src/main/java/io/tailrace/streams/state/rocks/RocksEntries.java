package io.tailrace.streams.state.rocks;

import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.KeyValue;
import java.util.Arrays;
import java.util.NoSuchElementException;
import java.util.concurrent.locks.Lock;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/** Entries of a database as they were when these were asked for. For one thread, while others may close the database. */
final class RocksEntries implements Entries<byte[], byte[]> {
    private final RocksDatabase database;
    private final RocksIterator iterator;
    private final ReadOptions bounds;
    private final Slice lower;
    private final Slice upper;
    private final int prefixBytes;
    private final boolean backwards;
    private final Lock use;
    private boolean freed;

    RocksEntries(
            RocksDatabase database,
            RocksIterator iterator,
            ReadOptions bounds,
            Slice lower,
            Slice upper,
            int prefixBytes,
            boolean backwards) {
        this.database = database;
        this.iterator = iterator;
        this.bounds = bounds;
        this.lower = lower;
        this.upper = upper;
        this.prefixBytes = prefixBytes;
        this.backwards = backwards;
        this.use = database.life().readLock();
        if (backwards) {
            iterator.seekToLast();
        } else {
            iterator.seekToFirst();
        }
    }

    @Override
    public boolean hasNext() {
        use.lock();
        try {
            return isValid();
        } finally {
            use.unlock();
        }
    }

    private boolean isValid() {
        if (freed) {
            throw database.closed();
        }
        if (iterator.isValid()) {
            return true;
        }
        try {
            iterator.status();
            return false;
        } catch (RocksDBException e) {
            throw database.failed(e);
        }
    }

    @Override
    public KeyValue<byte[], byte[]> next() {
        use.lock();
        try {
            if (!isValid()) {
                throw new NoSuchElementException();
            }
            byte[] key = iterator.key();
            KeyValue<byte[], byte[]> entry =
                    new KeyValue<>(Arrays.copyOfRange(key, prefixBytes, key.length), iterator.value());
            if (backwards) {
                iterator.prev();
            } else {
                iterator.next();
            }
            return entry;
        } finally {
            use.unlock();
        }
    }

    @Override
    public void close() {
        use.lock();
        try {
            if (!freed) {
                database.forget(this);
                free();
            }
        } finally {
            use.unlock();
        }
    }

    /** Gives back what is native; under the lock. */
    void free() {
        freed = true;
        iterator.close();
        bounds.close();
        lower.close();
        upper.close();
    }
}
