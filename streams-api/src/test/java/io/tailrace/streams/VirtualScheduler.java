package io.tailrace.streams;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import org.apache.pekko.actor.AbstractScheduler;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.event.LoggingAdapter;
import scala.concurrent.ExecutionContext;
import scala.concurrent.duration.FiniteDuration;

/** The clock of an actor system that stands still until a test lets time pass. Pekko makes it, by its name in the configuration. */
@SuppressWarnings("deprecation")
public final class VirtualScheduler extends AbstractScheduler {
    /** What makes an actor system use it. */
    static final Config CONFIG = ConfigFactory.parseString(
                    "pekko.scheduler.implementation = \"" + VirtualScheduler.class.getName() + "\"")
            .withFallback(ConfigFactory.load());

    private final List<Timer> timers = new ArrayList<>();
    private long nowNanos;

    /** As Pekko wants it. */
    public VirtualScheduler(Config config, LoggingAdapter log, ThreadFactory threads) {}

    /** One that is to run. */
    private static final class Timer implements Cancellable {
        private final Runnable task;
        private final ExecutionContext executor;
        private final long everyNanos;
        private long atNanos;
        private volatile boolean cancelled;

        Timer(Runnable task, ExecutionContext executor, long atNanos, long everyNanos) {
            this.task = task;
            this.executor = executor;
            this.atNanos = atNanos;
            this.everyNanos = everyNanos;
        }

        @Override
        public boolean cancel() {
            boolean first = !cancelled;
            cancelled = true;
            return first;
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }
    }

    @Override
    public synchronized Cancellable schedule(
            FiniteDuration first, FiniteDuration every, Runnable task, ExecutionContext executor) {
        Timer timer = new Timer(task, executor, nowNanos + first.toNanos(), every.toNanos());
        timers.add(timer);
        return timer;
    }

    @Override
    public synchronized Cancellable scheduleOnce(FiniteDuration after, Runnable task, ExecutionContext executor) {
        Timer timer = new Timer(task, executor, nowNanos + after.toNanos(), 0);
        timers.add(timer);
        return timer;
    }

    @Override
    public double maxFrequency() {
        return 1000;
    }

    /** How many are to run in less than that time. */
    synchronized int due(Duration within) {
        timers.removeIf(Timer::isCancelled);
        return (int) timers.stream()
                .filter(timer -> timer.atNanos <= nowNanos + within.toNanos())
                .count();
    }

    /** Runs what is due by then, each at its time and once. */
    void pass(Duration time) {
        List<Timer> due = new ArrayList<>();
        synchronized (this) {
            nowNanos += time.toNanos();
            timers.removeIf(Timer::isCancelled);
            timers.stream().filter(timer -> timer.atNanos <= nowNanos).forEach(due::add);
            due.sort(Comparator.comparingLong(timer -> timer.atNanos));
            due.forEach(timer -> {
                if (timer.everyNanos == 0) {
                    timers.remove(timer);
                } else {
                    timer.atNanos = nowNanos + timer.everyNanos;
                }
            });
        }
        due.forEach(timer -> timer.executor.execute(timer.task));
    }
}
