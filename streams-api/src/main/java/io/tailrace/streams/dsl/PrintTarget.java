package io.tailrace.streams.dsl;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Where lines are printed. The tasks of a process share it: who comes first opens it, who goes last closes it. */
final class PrintTarget {
    private final @Nullable File file;
    private @Nullable PrintStream out;
    private int users;
    private boolean begun;

    /** That file; {@code null}: the standard output. */
    PrintTarget(@Nullable File file) {
        this.file = file;
    }

    synchronized void open() {
        if (out == null) {
            out = file == null ? System.out : open(file, begun);
            begun = true;
        }
        users++;
    }

    private static PrintStream open(File file, boolean append) {
        try {
            return new PrintStream(new FileOutputStream(file, append), false, StandardCharsets.UTF_8);
        } catch (FileNotFoundException e) {
            throw new TailraceException(
                    ErrorCode.INVALID_TOPOLOGY,
                    "Nothing can be printed to " + file + ": " + e.getMessage() + ". Name another file.",
                    e);
        }
    }

    synchronized void println(String line) {
        PrintStream to = out;
        if (to != null) {
            to.println(line);
            to.flush();
        }
    }

    synchronized void close() {
        PrintStream to = out;
        if (to == null || --users > 0) {
            return;
        }
        out = null;
        if (file != null) {
            to.close();
        }
    }
}
