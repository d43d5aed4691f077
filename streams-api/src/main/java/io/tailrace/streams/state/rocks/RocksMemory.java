package io.tailrace.streams.state.rocks;

import com.typesafe.config.Config;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.WriteBufferManager;

/**
 * The memory outside of the heap that databases share: blocks that were read, their indexes and filters, and what is not written to disk yet. However many tasks there are, they
 * have this together. Databases that are open go on when it is closed.
 */
public final class RocksMemory implements Extension, AutoCloseable {
    private static final long SMALLEST_BYTES = 1 << 20;
    private static final double SHARE_OF_INDEXES = 0.3;

    private final Cache cache;
    private final WriteBufferManager writeBuffers;

    private RocksMemory(long bytes, long writeBufferBytes) {
        RocksLibrary.load();
        cache = new LRUCache(bytes, -1, false, SHARE_OF_INDEXES);
        // What it manages is charged to the cache, so the cache's size is that of both.
        writeBuffers = new WriteBufferManager(writeBufferBytes, cache);
    }

    /**
     * Memory of a size.
     *
     * @param bytes of everything together, 1 MiB at least. Blocks in use by open entries may exceed it for as long as they are open
     * @param writeBufferBytes how much of it is for what is not on disk yet, less than that
     * @throws TailraceException INVALID_SETTING
     */
    public static RocksMemory of(long bytes, long writeBufferBytes) {
        if (bytes < SMALLEST_BYTES || writeBufferBytes < 1 || writeBufferBytes >= bytes) {
            throw new TailraceException(
                    ErrorCode.INVALID_SETTING,
                    "Databases cannot share " + bytes + " bytes of memory with " + writeBufferBytes
                            + " for writing: give them 1 MiB at least, and less than that for writing.");
        }
        return new RocksMemory(bytes, writeBufferBytes);
    }

    /**
     * The memory of all databases on an actor system: {@code tailrace.streams.rocksdb.memory} and {@code write-buffers}.
     *
     * @throws TailraceException INVALID_SETTING
     */
    public static RocksMemory of(ActorSystem<?> system) {
        return Id.INSTANCE.get(system);
    }

    Cache cache() {
        return cache;
    }

    WriteBufferManager writeBuffers() {
        return writeBuffers;
    }

    /** How many bytes are in use. */
    public long usedBytes() {
        return cache.getUsage();
    }

    @Override
    public void close() {
        writeBuffers.close();
        cache.close();
    }

    private static final class Id extends ExtensionId<RocksMemory> {
        private static final Id INSTANCE = new Id();

        @Override
        public RocksMemory createExtension(ActorSystem<?> system) {
            Config config = system.settings().config().getConfig("tailrace.streams.rocksdb");
            RocksMemory memory = of(config.getBytes("memory"), config.getBytes("write-buffers"));
            system.getWhenTerminated().thenRun(memory::close);
            return memory;
        }

        private RocksMemory get(ActorSystem<?> system) {
            return system.registerExtension(this);
        }
    }
}
