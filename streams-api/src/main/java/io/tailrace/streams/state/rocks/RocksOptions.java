package io.tailrace.streams.state.rocks;

import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.Filter;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.Options;

/** How the databases of tasks are set up. */
final class RocksOptions implements AutoCloseable {
    /** What a database collects before it writes a file; the memory that all share may make it write sooner. */
    private static final int WRITE_BUFFER_BYTES = 32 << 20;

    private static final int FILE_BYTES = 64 << 20;
    private static final int BLOCK_BYTES = 8 << 10;
    private static final int FILTER_BITS = 10;
    private static final int OPEN_FILES = 128;
    private static final int MANIFEST_BYTES = 8 << 20;
    private static final int INFO_LOG_BYTES = 1 << 20;

    private final Filter filter = new BloomFilter(FILTER_BITS);
    private final Options options;

    RocksOptions(RocksMemory memory) {
        options = new Options()
                .setCreateIfMissing(true)
                .setWriteBufferManager(memory.writeBuffers())
                .setWriteBufferSize(WRITE_BUFFER_BYTES)
                .setTargetFileSizeBase(FILE_BYTES)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setMaxOpenFiles(OPEN_FILES)
                .setTableFormatConfig(new BlockBasedTableConfig()
                        .setBlockCache(memory.cache())
                        .setBlockSize(BLOCK_BYTES)
                        .setFilterPolicy(filter)
                        // In the cache, so that they count as well.
                        .setCacheIndexAndFilterBlocks(true)
                        .setCacheIndexAndFilterBlocksWithHighPriority(true)
                        .setPinL0FilterAndIndexBlocksInCache(true));
        // What it writes for people is bounded, and it has no timers of its own.
        options.setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(2)
                .setMaxLogFileSize(INFO_LOG_BYTES)
                .setMaxManifestFileSize(MANIFEST_BYTES)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0);
    }

    Options database() {
        return options;
    }

    @Override
    public void close() {
        options.close();
        filter.close();
    }
}
