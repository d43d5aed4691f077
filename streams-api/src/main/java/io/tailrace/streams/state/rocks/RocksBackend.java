package io.tailrace.streams.state.rocks;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.state.ReadOnlyBytesStore;
import io.tailrace.streams.state.StateBackend;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * State on disk: one database of RocksDB for all stores of a task; {@code RocksFormat} has what lies in it. It has no log of its own, since the task's log is one. What was applied
 * last is lost in a crash, and {@link #appliedUpTo} is then older, but one application is there as a whole or not at all.
 *
 * <p>A database that cannot be gone on with is cleared when it is opened, and the log is read from its start: one of another log, of another format, a damaged one.
 */
public final class RocksBackend implements StateBackend {
    private static final Logger LOG = LoggerFactory.getLogger(RocksBackend.class);

    /** So much of the log is read again after a crash at most. */
    static final long OFFSETS_BETWEEN_FLUSHES = 250_000;

    private final Path directory;
    private final PartitionId log;
    private final RocksMemory memory;
    private final Map<String, Store> stores = new ConcurrentHashMap<>();
    private final Map<String, Integer> numbers = new ConcurrentHashMap<>();
    private volatile RocksDatabase database;
    private volatile long appliedUpTo;
    private long flushedUpTo;

    private RocksBackend(Path directory, PartitionId log, RocksMemory memory) throws RocksDBException {
        this.directory = directory;
        this.log = log;
        this.memory = memory;
        this.database = RocksDatabase.open(directory.toFile(), memory);
    }

    /**
     * Opens the state of a task, or begins it.
     *
     * @param directory of this task alone; made if it is not there
     * @param log the task's log, to which the state has to belong
     * @param memory shared with other tasks
     * @throws TailraceException DATA_DIR_IN_USE, DATA_DIR_UNUSABLE, DISK_FULL, IO_FAILED
     */
    public static RocksBackend open(Path directory, PartitionId log, RocksMemory memory) {
        try {
            RocksBackend backend = openOrCleared(directory, log, memory);
            try {
                backend.begin();
                return backend;
            } catch (RuntimeException e) {
                backend.close();
                throw e;
            }
        } catch (RocksDBException e) {
            throw RocksErrors.of(e, directory.toFile());
        }
    }

    private static RocksBackend openOrCleared(Path directory, PartitionId log, RocksMemory memory)
            throws RocksDBException {
        try {
            return new RocksBackend(directory, log, memory);
        } catch (RocksDBException e) {
            if (!RocksErrors.isDamage(e)) {
                throw e;
            }
            LOG.warn(
                    "State in {} is damaged and is made again from log {}: {}", directory, log, RocksErrors.message(e));
            RocksDatabase.destroy(directory.toFile());
            return new RocksBackend(directory, log, memory);
        }
    }

    /** Finds out what there is, and whether it can be gone on with. */
    private void begin() {
        byte[] owner = database.get(RocksFormat.OWNER);
        byte[] applied = database.get(RocksFormat.APPLIED);
        if (owner == null || applied == null) {
            clear();
        } else if (owner[0] != RocksFormat.VERSION) {
            LOG.warn("State in {} is of format {} and is made again from log {}", directory, owner[0], log);
            clear();
        } else if (!Arrays.equals(owner, RocksFormat.owner(log))) {
            LOG.info("State in {} is of another log than {} and is cleared", directory, log);
            clear();
        } else {
            readNumbers();
            appliedUpTo = RocksFormat.offset(applied);
            flushedUpTo = appliedUpTo;
        }
    }

    private void readNumbers() {
        try (Entries<byte[], byte[]> entries =
                database.entries(RocksFormat.firstStore(), RocksFormat.behindStores(), 0, false)) {
            while (entries.hasNext()) {
                KeyValue<byte[], byte[]> entry = entries.next();
                numbers.put(
                        RocksFormat.storeName(Objects.requireNonNull(entry.key())),
                        RocksFormat.number(Objects.requireNonNull(entry.value())));
            }
        }
    }

    @Override
    public ReadOnlyBytesStore store(String name) {
        return stores.computeIfAbsent(name, Store::new);
    }

    @Override
    public long appliedUpTo() {
        return appliedUpTo;
    }

    @Override
    public void apply(Map<String, Map<byte[], byte @Nullable []>> changes, long nextOffset) {
        Map<String, Integer> fresh = new HashMap<>();
        try (WriteBatch batch = new WriteBatch()) {
            for (Map.Entry<String, Map<byte[], byte @Nullable []>> ofStore : changes.entrySet()) {
                add(batch, number(ofStore.getKey(), fresh, batch), ofStore.getValue());
            }
            batch.put(RocksFormat.APPLIED, RocksFormat.offset(nextOffset));
            database.write(batch);
        } catch (RocksDBException e) {
            throw database.failed(e);
        }
        numbers.putAll(fresh);
        appliedUpTo = nextOffset;
        if (nextOffset - flushedUpTo >= OFFSETS_BETWEEN_FLUSHES) {
            database.flush(false);
            flushedUpTo = nextOffset;
        }
    }

    private int number(String store, Map<String, Integer> fresh, WriteBatch batch) throws RocksDBException {
        Integer known = numbers.get(store);
        if (known != null) {
            return known;
        }
        int number = numbers.size() + fresh.size();
        fresh.put(store, number);
        batch.put(RocksFormat.store(store), RocksFormat.number(number));
        return number;
    }

    private static void add(WriteBatch batch, int number, Map<byte[], byte @Nullable []> changes)
            throws RocksDBException {
        for (Map.Entry<byte[], byte @Nullable []> change : changes.entrySet()) {
            byte[] key = RocksFormat.entry(number, change.getKey());
            byte[] value = change.getValue();
            if (value == null) {
                batch.delete(key);
            } else {
                batch.put(key, value);
            }
        }
    }

    @Override
    public void clear() {
        database.close();
        RocksDatabase.destroy(directory.toFile());
        numbers.clear();
        appliedUpTo = 0;
        flushedUpTo = 0;
        try (WriteBatch first = new WriteBatch()) {
            database = RocksDatabase.open(directory.toFile(), memory);
            first.put(RocksFormat.OWNER, RocksFormat.owner(log));
            first.put(RocksFormat.APPLIED, RocksFormat.offset(0));
            database.write(first);
        } catch (RocksDBException e) {
            throw RocksErrors.of(e, directory.toFile());
        }
    }

    @Override
    public long sizeInBytes() {
        return database.sizeInBytes();
    }

    /** Brings to disk what was applied. State that has turned out to be damaged is removed, so that whoever opens it again makes it anew. */
    @Override
    public void close() {
        RocksDatabase closing = database;
        closing.close();
        if (closing.damaged()) {
            LOG.warn("State in {} is damaged and will be made again from log {}", directory, log);
            RocksDatabase.destroy(directory.toFile());
        }
    }

    /** The entries of one store; it has no number before something has been put. */
    private final class Store implements ReadOnlyBytesStore {
        private final String name;

        Store(String name) {
            this.name = name;
        }

        @Override
        public byte @Nullable [] get(byte[] key) {
            Integer number = numbers.get(name);
            return number == null ? null : database.get(RocksFormat.entry(number, key));
        }

        @Override
        public Entries<byte[], byte[]> range(byte @Nullable [] from, byte @Nullable [] to) {
            return between(from, to, false);
        }

        @Override
        public Entries<byte[], byte[]> reverseRange(byte @Nullable [] from, byte @Nullable [] to) {
            return between(from, to, true);
        }

        private Entries<byte[], byte[]> between(byte @Nullable [] from, byte @Nullable [] to, boolean backwards) {
            Integer number = numbers.get(name);
            if (number == null || (from != null && to != null && Arrays.compareUnsigned(from, to) >= 0)) {
                return Entries.none();
            }
            return database.entries(
                    from == null ? RocksFormat.firstEntry(number) : RocksFormat.entry(number, from),
                    to == null ? RocksFormat.firstEntry(number + 1) : RocksFormat.entry(number, to),
                    RocksFormat.PREFIX_BYTES,
                    backwards);
        }
    }
}
