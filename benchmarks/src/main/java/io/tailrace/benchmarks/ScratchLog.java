package io.tailrace.benchmarks;

import io.tailrace.engine.log.DiskFileStore;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.OpenFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;

/** A log in a directory of its own that goes away with it; under {@code tailrace.benchmark.dir}, or the temporary one. */
final class ScratchLog implements AutoCloseable {
    private final Path directory;
    private final Log log;

    ScratchLog(int segmentBytes) throws IOException {
        Path base = Path.of(System.getProperty("tailrace.benchmark.dir", System.getProperty("java.io.tmpdir")));
        directory = Files.createTempDirectory(base, "tailrace-benchmark");
        log = Log.open(
                new OpenFiles(new DiskFileStore(), 1000),
                directory,
                new LogSettings(segmentBytes, Long.MAX_VALUE, 4096),
                InstantSource.system());
    }

    Log log() {
        return log;
    }

    @Override
    public void close() throws IOException {
        log.close();
        List<Path> files;
        try (Stream<Path> found = Files.list(directory)) {
            files = found.toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
        Files.delete(directory);
    }
}
