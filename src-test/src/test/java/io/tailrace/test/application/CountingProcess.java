package io.tailrace.test.application;

import io.tailrace.test.torture.Host;
import io.tailrace.test.torture.NodeProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A {@link CountingMain} in a process of its own: started, killed, started again on the same data and port. */
final class CountingProcess {
    private static final int HEAP_MEGABYTES = 256;

    private final String name;
    private final Path directory;
    private final int port;
    private final String seeds;
    private final boolean byValue;
    private @Nullable Process process;

    CountingProcess(String name, Path directory, int port, String seeds, boolean byValue) {
        this.name = name;
        this.directory = directory;
        this.port = port;
        this.seeds = seeds;
        this.byValue = byValue;
    }

    void start() throws IOException {
        process = new ProcessBuilder(NodeProcess.java(
                        new Host(name, "127.0.0.1", List.of()),
                        HEAP_MEGABYTES,
                        CountingMain.class.getName(),
                        List.of(
                                name,
                                directory.resolve(name).toString(),
                                Integer.toString(port),
                                seeds,
                                byValue ? "value" : "key")))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve(name + ".log").toFile()))
                .start();
    }

    boolean runs() {
        return process != null && process.isAlive();
    }

    /** As a power cord that is pulled, but for what the kernel has. */
    void kill() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }
}
