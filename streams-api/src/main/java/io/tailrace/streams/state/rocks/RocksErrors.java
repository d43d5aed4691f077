package io.tailrace.streams.state.rocks;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.File;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** What RocksDB's failures mean. */
final class RocksErrors {
    private RocksErrors() {}

    /** Whether what is on disk is not what was written, or was written by a RocksDB that this one does not understand. */
    static boolean isDamage(RocksDBException e) {
        Status status = e.getStatus();
        if (status == null) {
            return false;
        }
        return switch (status.getCode()) {
            case Corruption, NotSupported, InvalidArgument -> true;
            case IOError -> message(e).contains("No such file");
            default -> false;
        };
    }

    static TailraceException of(RocksDBException e, File directory) {
        String message = message(e);
        Status status = e.getStatus();
        if (isDamage(e)) {
            return new TailraceException(
                    ErrorCode.CORRUPT_STATE,
                    "The state in " + directory + " is damaged (" + message
                            + "): it is made again from the task's log when the task begins anew.",
                    e);
        }
        if (message.contains("lock ") && message.contains("LOCK")) {
            return new TailraceException(
                    ErrorCode.DATA_DIR_IN_USE,
                    "The state in " + directory + " is in use (" + message
                            + "): give each process a state directory of its own.",
                    e);
        }
        if (status != null && status.getSubCode() == Status.SubCode.NoSpace) {
            return new TailraceException(
                    ErrorCode.DISK_FULL, "There is no room left for the state in " + directory + ".", e);
        }
        return new TailraceException(
                ErrorCode.IO_FAILED,
                "The state in " + directory + " cannot be read or written: " + message + ". Look at the disk.",
                e);
    }

    /** What it says, in one line. */
    static String message(RocksDBException e) {
        return String.valueOf(e.getMessage()).replaceAll("\\s+", " ").trim();
    }
}
