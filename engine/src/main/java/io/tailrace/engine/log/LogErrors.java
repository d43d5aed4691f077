package io.tailrace.engine.log;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The wording of what can go wrong in a log, so that the same thing reads the same everywhere. */
final class LogErrors {
    private LogErrors() {}

    static TailraceException corrupt(Path file, long position, String what) {
        return new TailraceException(ErrorCode.CORRUPT_LOG, corruption(file, position, what));
    }

    static String corruption(Path file, long position, String what) {
        return file + " at byte " + position + ": " + what
                + ". Nothing was deleted: keep the files, restore this log from a copy.";
    }

    static TailraceException corrupt(Path file, String what) {
        return new TailraceException(
                ErrorCode.CORRUPT_LOG,
                file + ": " + what + ". Nothing was deleted: keep the files, restore this log from a copy.");
    }

    static TailraceException failed(Path file, String doing, @Nullable Throwable cause) {
        String why = cause == null ? "" : " (" + cause.getMessage() + ")";
        return new TailraceException(
                ErrorCode.IO_FAILED, doing + " failed in " + file + why + ". Check the disk, then start again.", cause);
    }

    static TailraceException full(Path file, IOException cause) {
        return new TailraceException(
                ErrorCode.DISK_FULL,
                "No room left to write in " + file + ": nothing was stored. Free some space and send it again.",
                cause);
    }

    static TailraceException invalid(String what) {
        return new TailraceException(ErrorCode.INVALID_ARGUMENT, what);
    }
}
