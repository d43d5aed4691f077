package io.tailrace.test.crash;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM with this one's class path that writes until it is killed, and prints what was acknowledged. */
public final class WriterProcess implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 30;

    private final Process process;
    private final BufferedReader lines;

    private WriterProcess(Process process) {
        this.process = process;
        this.lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Starts the class; what it says on its standard error is added to that file. */
    public static WriterProcess start(File errors, Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return new WriterProcess(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(errors))
                .start());
    }

    /** Its next line; the last one may be torn. {@code null} when it is dead and all has been read. */
    public String readLine() throws IOException {
        return lines.readLine();
    }

    /** {@code kill -9}. By its handle: {@link Process#destroyForcibly} would close the pipe with what is still in it. */
    public void kill() {
        process.toHandle().destroyForcibly();
    }

    /** Asks it to end, as SIGTERM does. */
    public void end() {
        process.toHandle().destroy();
    }

    /** Kills it, if nobody has, and waits until it is dead. */
    @Override
    public void close() throws IOException {
        kill();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("Process " + process.pid() + " was killed, and lives on");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while a process was dying", e);
        } finally {
            lines.close();
        }
    }
}
