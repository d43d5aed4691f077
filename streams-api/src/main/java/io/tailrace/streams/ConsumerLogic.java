package io.tailrace.streams;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.Assignment.Ending;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.pekko.Done;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.SubscriptionWithCancelException;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.jspecify.annotations.Nullable;

/**
 * One run of a consumer: what goes out, and how it ends. An {@link Assignment} says which partitions are read, each by a
 * {@link PartitionReading}, and {@link PartitionTurns} whose turn it is.
 *
 * <p>It outlives its port: what was emitted may still have to be committed.
 */
final class ConsumerLogic<K, V, T> extends TimerGraphStageLogic implements ReadingHost<K, V> {
    private static final Object STOP_TIMEOUT = "stop-timeout";
    /** The least that a fetch asks for, however many partitions share the buffer. */
    private static final int MIN_FETCH_BYTES = 16 << 10;

    private record Later(Runnable step) {}

    /** What becomes of a record. */
    @FunctionalInterface
    interface Emitted<K, V, T> {
        /** What goes out; {@code owned} is {@code null} if nothing is committed. */
        T of(ConsumerRecord<K, V> record, @Nullable OwnedPartition owned);
    }

    private final Outlet<T> out;
    private final ConsumerSettings<K, V> settings;
    private final Emitted<K, V, T> emitted;
    private final Assignment assignment;
    /** What has been heard and not looked at: whoever is answered first has his turn first. */
    private final Queue<Runnable> events = new ConcurrentLinkedQueue<>();

    private final AsyncCallback<Done> heard = createAsyncCallback(done -> hear());
    private final ConsumerControl control = new ConsumerControl(createAsyncCallback(this::obey));
    private final PartitionTurns<K, V> turns = new PartitionTurns<>();
    private boolean ending;
    private boolean left;
    /** The stage is to end when the partitions have been given back. */
    private boolean closing;

    ConsumerLogic(
            SourceShape<T> shape,
            ConsumerSettings<K, V> settings,
            Emitted<K, V, T> emitted,
            java.util.function.Function<ReadingHost<K, V>, Assignment> assignment) {
        super(shape);
        this.out = shape.out();
        this.settings = settings;
        this.emitted = emitted;
        this.assignment = assignment.apply(this);
        setHandler(out, new AbstractOutHandler() {
            @Override
            public void onPull() {
                emit();
            }

            @Override
            public void onDownstreamFinish(Throwable cause) {
                boolean wanted = cause instanceof SubscriptionWithCancelException.NonFailureCancellation;
                close(wanted ? Ending.DRAINING : Ending.FAILED);
            }
        });
    }

    Consumer.Control control() {
        return control;
    }

    @Override
    public void preStart() {
        assignment.start();
    }

    /** Pushes the next record there is, or has more fetched. */
    private void emit() {
        try {
            while (!ending) {
                PartitionReading<K, V> reading = turns.current();
                if (reading == null) {
                    // Here, and not when the actor comes to it: an answer that is there at once overtakes those in its
                    // mailbox, and whoever gets one each time would have all the turns.
                    runEvents();
                    if (ending) {
                        return;
                    }
                    reading = turns.next();
                    if (reading == null) {
                        return;
                    }
                }
                ConsumerRecord<K, V> record = reading.next();
                if (record != null) {
                    push(out, emitted.of(record, reading.owned()));
                    located(reading);
                    return;
                }
                turns.end();
                located(reading);
            }
        } catch (TailraceException e) {
            failed(e);
        }
    }

    /** Completes the source if that partition was the last one on its way to its end. */
    @Override
    public void located(PartitionReading<K, V> reading) {
        if (reading.isDone() && turns.allDone()) {
            complete(out);
            close(Ending.DRAINING);
        }
    }

    @Override
    public void enqueue(Runnable event) {
        events.add(event);
        heard.invoke(Done.getInstance());
    }

    private void hear() {
        runEvents();
        if (!ending && turns.current() == null && isAvailable(out)) {
            emit();
        }
    }

    /** No more than a few of each partition, which is asked one thing at a time, and comes and goes at most. */
    private void runEvents() {
        for (Runnable event = events.poll(); event != null; event = events.poll()) {
            event.run();
        }
    }

    @Override
    public void later(Runnable step, long nanos) {
        scheduleOnce(new Later(step), Duration.ofNanos(nanos));
    }

    @Override
    public boolean isOver() {
        return ending;
    }

    /** A share of the buffer: two chunks of each partition are held. Where partitions have just come, some chunks are larger yet. */
    @Override
    public int fetchBytes() {
        long share = settings.bufferBytes() / (2L * Math.max(1, turns.count()));
        return (int) Math.min(settings.fetchBytes(), Math.max(MIN_FETCH_BYTES, share));
    }

    @Override
    public void begin(PartitionReading<K, V> reading) {
        turns.add(reading);
        reading.begin();
    }

    @Override
    public void end(PartitionReading<K, V> reading) {
        turns.remove(reading);
        reading.close();
    }

    @Override
    public void ready(PartitionReading<K, V> reading) {
        turns.ready(reading);
    }

    @Override
    public void failed(Throwable error) {
        if (!isClosed(out)) {
            fail(out, error);
        }
        close(Ending.FAILED);
    }

    @Override
    public void left() {
        left = true;
        if (closing) {
            completeStage();
        }
    }

    @Override
    public void onTimer(Object key) {
        if (key instanceof Later later && !ending) {
            later.step().run();
        } else if (key == STOP_TIMEOUT) {
            close(Ending.AT_ONCE);
            completeStage();
        }
    }

    private void obey(ConsumerControl.Wish wish) {
        if (!isClosed(out)) {
            complete(out);
        }
        switch (wish) {
            case STOP -> {
                end(Ending.DRAINING);
                control.stopped();
            }
            case SHUTDOWN -> close(Ending.DRAINING);
            case END -> close(Ending.AT_ONCE);
        }
    }

    private void close(Ending how) {
        closing = true;
        end(how);
    }

    private void end(Ending how) {
        if (!ending) {
            ending = true;
            setKeepGoing(true);
            scheduleOnce(STOP_TIMEOUT, settings.stopTimeout());
        }
        if (left) {
            left();
        } else {
            assignment.end(how);
        }
    }

    @Override
    public void postStop() {
        turns.close();
        assignment.stop();
        control.ended();
    }
}
