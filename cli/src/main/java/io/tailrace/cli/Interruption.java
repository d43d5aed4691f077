package io.tailrace.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Ends a command in order when the process is told to stop (Ctrl-C, SIGTERM): asks it to, and waits until it has closed what
 * it holds. The JVM then exits with the signal's own code, 130 for Ctrl-C.
 */
final class Interruption implements AutoCloseable {
    /** A command that does not end by then is left behind; the log recovers from that as from a crash. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook;
    private volatile boolean interrupted;

    private Interruption(Runnable stop, Duration patience, Supplier<String> leftBehind) {
        this.hook = new Thread(() -> interrupt(stop, patience, leftBehind), "tailrace-interruption");
    }

    /** Calls this when the process is told to stop, from a thread of its own, until closed. */
    static Interruption calling(Runnable stop) {
        return calling(stop, () -> "Stopped without waiting any longer; the next start will recover.");
    }

    /** The same, with what is said of a command that does not end in time. */
    static Interruption calling(Runnable stop, Supplier<String> leftBehind) {
        return calling(stop, PATIENCE, leftBehind);
    }

    /** The same for a command that nothing is lost of if it is left behind sooner, in silence. */
    static Interruption calling(Runnable stop, Duration patience) {
        return calling(stop, patience, () -> "");
    }

    private static Interruption calling(Runnable stop, Duration patience, Supplier<String> leftBehind) {
        Interruption interruption = new Interruption(stop, patience, leftBehind);
        Runtime.getRuntime().addShutdownHook(interruption.hook);
        return interruption;
    }

    /** Whether the process has been told to stop. */
    boolean interrupted() {
        return interrupted;
    }

    private void interrupt(Runnable stop, Duration patience, Supplier<String> leftBehind) {
        interrupted = true;
        stop.run();
        try {
            if (!finished.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                String said = leftBehind.get();
                if (!said.isEmpty()) {
                    System.err.println(said);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The command has closed what it held. */
    @Override
    public void close() {
        finished.countDown();
        if (!interrupted) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // The process is stopping at this very moment: the hook runs and finds nothing to wait for.
                interrupted = true;
            }
        }
    }
}
