package io.tailrace.test.torture;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A producer or reader as a process of its own; what it does and sees comes out as lines. */
final class ClientProcess {
    private final Process process;
    private final Thread lines;

    private ClientProcess(Process process, Thread lines) {
        this.process = process;
        this.lines = lines;
    }

    /**
     * Starts it.
     *
     * @param arguments of {@link TortureClient}
     * @param heard hears what happens to it; on a thread of its own
     */
    static ClientProcess start(Host host, List<String> arguments, File log, Consumer<Happening> heard)
            throws IOException {
        Process process = new ProcessBuilder(NodeProcess.java(host, 192, TortureClient.class.getName(), arguments))
                .redirectError(ProcessBuilder.Redirect.appendTo(log))
                .start();
        Thread lines = new Thread(() -> read(process, heard), "torture-" + arguments.get(0));
        lines.setDaemon(true);
        lines.start();
        return new ClientProcess(process, lines);
    }

    private static void read(Process process, Consumer<Happening> heard) {
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                Happening.parse(line).ifPresent(heard);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean runs() {
        return process.isAlive();
    }

    /** Lets it end what it has begun, as far as that can be. */
    void stop(int patienceSeconds) throws IOException, InterruptedException {
        if (process.isAlive()) {
            try {
                process.getOutputStream().write('\n');
                process.getOutputStream().flush();
            } catch (IOException e) {
                // It has just ended.
            }
        }
        if (!process.waitFor(patienceSeconds, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        lines.join(TimeUnit.SECONDS.toMillis(10));
    }
}
