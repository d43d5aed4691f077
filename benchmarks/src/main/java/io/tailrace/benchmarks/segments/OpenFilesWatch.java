package io.tailrace.benchmarks.segments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Looks every so often how many files and maps this process has, and remembers the most. */
final class OpenFilesWatch {
    private static final long EVERY_MILLIS = 50;

    private final AtomicLong files = new AtomicLong();
    private final AtomicLong maps = new AtomicLong();

    OpenFilesWatch() {
        Thread looking = new Thread(this::look, "open-files-watch");
        looking.setDaemon(true);
        looking.start();
    }

    /** The most open files so far, sockets and the like included. */
    long most() {
        return files.get();
    }

    /** The most maps so far. */
    long mostMaps() {
        return maps.get();
    }

    private void look() {
        try {
            while (true) {
                try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
                    files.accumulateAndGet(open.count(), Math::max);
                }
                try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
                    maps.accumulateAndGet(lines.count(), Math::max);
                }
                Thread.sleep(EVERY_MILLIS);
            }
        } catch (IOException | InterruptedException e) {
            System.err.println("Open files are not looked at any more: " + e);
        }
    }
}
