package io.tailrace.cli;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A progress bar where a person is looking, and nothing elsewhere. Counting is for any thread. */
final class BenchProgress implements AutoCloseable {
    private final LongAdder done = new LongAdder();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final @Nullable ProgressBar bar;

    /** A bar up to that many records. */
    BenchProgress(Terminal terminal, String task, long records) {
        this.bar = terminal.errIsTerminal()
                ? new ProgressBarBuilder()
                        .setTaskName(task)
                        .setInitialMax(records)
                        .setStyle(ProgressBarStyle.ASCII)
                        .setConsumer(new ConsoleProgressBarConsumer(terminal.err(), terminal.columns() - 1))
                        .build()
                : null;
    }

    /** So many more are done. */
    void add(long records) {
        done.add(records);
        if (bar != null) {
            bar.stepTo(done.sum());
        }
    }

    /** Takes the bar's line to an end, so that a result can be printed below it. */
    void finish() {
        close();
    }

    @Override
    public void close() {
        if (bar != null && closed.compareAndSet(false, true)) {
            bar.close();
        }
    }
}
