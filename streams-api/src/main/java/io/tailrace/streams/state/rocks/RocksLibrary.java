package io.tailrace.streams.state.rocks;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.File;
import java.io.IOException;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.RocksDB;

/** RocksDB's own code, which is native: loaded once per process. */
final class RocksLibrary {
    private static boolean loaded;

    private RocksLibrary() {}

    /** Loads it, unless that was done. */
    static synchronized void load() {
        if (loaded) {
            return;
        }
        try {
            if (System.getenv("ROCKSDB_SHAREDLIB_DIR") == null) {
                unpackAndLoad();
            }
            RocksDB.loadLibrary();
            loaded = true;
        } catch (IOException | RuntimeException | LinkageError e) {
            throw new TailraceException(
                    ErrorCode.PROCESSING_FAILED,
                    "RocksDB cannot be loaded: " + e + ". Keep the application's state in memory, or run it on Linux or"
                            + " macOS, on x86-64 or ARM, with a temporary directory that may hold programs.",
                    e);
        }
    }

    /** RocksDB's loader would leave the unpacked 15 MB behind in each process that is killed. What has been loaded may be removed at once. */
    private static void unpackAndLoad() throws IOException {
        File directory = File.createTempFile("tailrace", ".rocksdb");
        if (!directory.delete() || !directory.mkdir()) {
            throw new IOException("the directory " + directory + " could not be made");
        }
        try {
            NativeLibraryLoader.getInstance().loadLibrary(directory.getPath());
        } finally {
            File[] unpacked = directory.listFiles();
            if (unpacked != null) {
                for (File file : unpacked) {
                    file.delete();
                }
            }
            directory.delete();
        }
    }
}
