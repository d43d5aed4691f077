package io.tailrace.streams;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.placement.Fetched;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.OffsetOutOfRangeException;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.pekko.Done;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.jspecify.annotations.Nullable;

/**
 * One run of a consumer. Each partition is looked up, located (where to begin) and then fetched chunk by chunk; those that have
 * a chunk take turns, a chunk each, in the order in which their chunks came.
 */
final class ConsumerLogic<K, V> extends TimerGraphStageLogic {
    private static final Object STOP_TIMEOUT = "stop-timeout";
    /** The least that a fetch asks for, however many partitions share the buffer. */
    private static final int MIN_FETCH_BYTES = 16 << 10;

    private record Again(Runnable step) {}

    private final Outlet<ConsumerRecord<K, V>> out;
    private final ConsumerSettings<K, V> settings;
    private final int fetchBytes;
    /** What has been answered and not looked at: whoever is answered first has his turn first. */
    private final Queue<Runnable> answers = new ConcurrentLinkedQueue<>();

    private final AsyncCallback<Done> answered = createAsyncCallback(done -> hearAnswers());
    private final ConsumerControl control = new ConsumerControl(createAsyncCallback(this::obey));
    private final List<PartitionCursor<K, V>> cursors = new ArrayList<>();
    /** Those with a chunk ahead, in the order of their turns. */
    private final ArrayDeque<PartitionCursor<K, V>> ready = new ArrayDeque<>();

    private @Nullable PartitionCursor<K, V> current;
    private final java.util.function.Consumer<PartitionCursor<K, V>> fetchIfIdle = this::fetchIfIdle;
    private boolean stopped;

    ConsumerLogic(SourceShape<ConsumerRecord<K, V>> shape, ConsumerSettings<K, V> settings, Subscription subscription) {
        super(shape);
        this.out = shape.out();
        this.settings = settings;
        SplittableRandom random = new SplittableRandom();
        subscription
                .starts()
                .forEach((partition, start) -> cursors.add(new PartitionCursor<>(
                        partition,
                        start,
                        subscription.endOf(partition),
                        settings,
                        new RetryBackoff(settings.minRetryBackoff(), settings.maxRetryBackoff(), random.split()))));
        long share = settings.bufferBytes() / (2L * cursors.size());
        this.fetchBytes = (int) Math.min(settings.fetchBytes(), Math.max(MIN_FETCH_BYTES, share));
        setHandler(out, new AbstractOutHandler() {
            @Override
            public void onPull() {
                emit();
            }
        });
    }

    Consumer.Control control() {
        return control;
    }

    @Override
    public void preStart() {
        cursors.forEach(this::lookUp);
    }

    /** Pushes the next record there is, or asks for more. */
    private void emit() {
        try {
            while (true) {
                PartitionCursor<K, V> cursor = current;
                if (cursor == null) {
                    // Here, and not when the actor comes to it: an answer that is there at once overtakes those in its
                    // mailbox, and whoever gets one each time would have all the turns.
                    takeAnswers();
                    if (isClosed(out)) {
                        return;
                    }
                    cursor = ready.poll();
                    if (cursor != null) {
                        cursor.advance();
                    }
                    current = cursor;
                    // All of them, so that one that was located late gets its turn too.
                    cursors.forEach(fetchIfIdle);
                    if (cursor == null) {
                        return;
                    }
                }
                ConsumerRecord<K, V> record = cursor.next();
                if (record != null) {
                    push(out, record);
                    endIfDone(cursor);
                    return;
                }
                current = null;
                if (endIfDone(cursor)) {
                    return;
                }
            }
        } catch (TailraceException e) {
            failStage(e);
        }
    }

    /** Completes the source if that partition was the last one on its way to its end. */
    private boolean endIfDone(PartitionCursor<K, V> cursor) {
        if (!cursor.isDone()) {
            return false;
        }
        for (PartitionCursor<K, V> other : cursors) {
            if (!other.isDone()) {
                return false;
            }
        }
        completeStage();
        return true;
    }

    private void emitIfWanted() {
        if (!stopped && isAvailable(out)) {
            emit();
        }
    }

    private void lookUp(PartitionCursor<K, V> cursor) {
        TopicPartition partition = cursor.partition();
        ask(
                cursor,
                settings.tailrace().topics().describe(partition.topic()),
                topic -> lookedUp(cursor, topic),
                () -> lookUp(cursor));
    }

    private void lookedUp(PartitionCursor<K, V> cursor, Topic topic) {
        int number = cursor.partition().partition();
        if (number >= topic.partitions()) {
            failStage(new TailraceException(
                    ErrorCode.UNKNOWN_PARTITION,
                    "Topic " + topic.name() + " has the partitions 0 to " + (topic.partitions() - 1) + ", not " + number
                            + ": assign one of them."));
            return;
        }
        cursor.readBy(settings.tailrace().partitions().reader(topic.partition(number)));
        locate(cursor);
    }

    private void locate(PartitionCursor<K, V> cursor) {
        if (cursor.start() instanceof Subscription.AtOffset at) {
            located(cursor, at.offset());
            return;
        }
        ask(cursor, readerOf(cursor).offsets(), range -> locate(cursor, range), () -> locate(cursor));
    }

    private void locate(PartitionCursor<K, V> cursor, OffsetRange range) {
        if (cursor.start() instanceof Subscription.AtTime at) {
            // The end is from before the question, so what arrives meanwhile is not missed if nothing was found.
            ask(
                    cursor,
                    readerOf(cursor).offsetForTime(at.timestampMillis()),
                    found -> located(cursor, found.orElse(range.endOffset())),
                    () -> locate(cursor));
        } else {
            boolean earliest = settings.autoOffsetReset() == AutoOffsetReset.EARLIEST;
            located(cursor, earliest ? range.startOffset() : range.endOffset());
        }
    }

    private void located(PartitionCursor<K, V> cursor, long offset) {
        cursor.locate(offset);
        endIfDone(cursor);
    }

    private void fetchIfIdle(PartitionCursor<K, V> cursor) {
        if (cursor.mayFetch()) {
            fetch(cursor);
        }
    }

    private void fetch(PartitionCursor<K, V> cursor) {
        ask(
                cursor,
                readerOf(cursor).fetch(cursor.fetchOffset(), fetchBytes),
                fetched -> fetched(cursor, fetched),
                () -> fetch(cursor));
    }

    private void fetched(PartitionCursor<K, V> cursor, Fetched fetched) {
        if (!fetched.batches().hasRemaining()) {
            again(cursor, () -> fetch(cursor));
            return;
        }
        cursor.fetched(fetched);
        ready.add(cursor);
    }

    /** Asks one question of a partition; an answer that says "later" is followed by a pause and the same step again. */
    private <T> void ask(
            PartitionCursor<K, V> cursor,
            CompletionStage<T> question,
            java.util.function.Consumer<T> then,
            Runnable step) {
        cursor.asking(true);
        question.whenComplete((answer, failure) -> {
            answers.add(() -> {
                cursor.asking(false);
                if (isClosed(out)) {
                    return;
                }
                if (failure == null) {
                    cursor.backoff().reset();
                    then.accept(answer);
                } else {
                    failed(cursor, failure, step);
                }
            });
            answered.invoke(Done.getInstance());
        });
    }

    private void hearAnswers() {
        takeAnswers();
        if (current == null) {
            emitIfWanted();
        }
    }

    /** No more than there are partitions, each of which is asked one thing at a time. */
    private void takeAnswers() {
        for (Runnable answer = answers.poll(); answer != null; answer = answers.poll()) {
            answer.run();
        }
    }

    private void failed(PartitionCursor<K, V> cursor, Throwable failure, Runnable step) {
        Throwable cause = Failures.cause(failure);
        if (!(cause instanceof TailraceException error)) {
            failStage(cause);
        } else if (error.code().retriable()) {
            again(cursor, step);
        } else if (error.code() == ErrorCode.OFFSET_OUT_OF_RANGE) {
            outOfRange(cursor, error);
        } else {
            failStage(error);
        }
    }

    private void outOfRange(PartitionCursor<K, V> cursor, TailraceException error) {
        if (startsAtEarliest(cursor) && !cursor.hasReceived()) {
            // Between locating and fetching, retention moved the start. No offset was asked for, so none is skipped.
            // (Who began
            // at the end would skip what has been stored since: that is an error as any other.)
            again(cursor, () -> locate(cursor));
            return;
        }
        String message = "Offset " + cursor.fetchOffset() + " of " + cursor.partition() + " is out of range ("
                + error.getMessage()
                + "). Begin at an offset that is there, or assign the partition without an offset.";
        failStage(
                error instanceof OffsetOutOfRangeException range
                        ? new OffsetOutOfRangeException(message, range.startOffset(), range.endOffset())
                        : new TailraceException(ErrorCode.OFFSET_OUT_OF_RANGE, message, error));
    }

    private boolean startsAtEarliest(PartitionCursor<K, V> cursor) {
        return cursor.start() instanceof Subscription.ByReset && settings.autoOffsetReset() == AutoOffsetReset.EARLIEST;
    }

    private void again(PartitionCursor<K, V> cursor, Runnable step) {
        cursor.asking(true);
        scheduleOnce(new Again(step), Duration.ofNanos(cursor.backoff().nextNanos()));
    }

    private PartitionReader readerOf(PartitionCursor<K, V> cursor) {
        PartitionReader reader = cursor.reader();
        if (reader == null) {
            throw new IllegalStateException(cursor.partition() + " has not been looked up.");
        }
        return reader;
    }

    @Override
    public void onTimer(Object key) {
        if (key instanceof Again again && !stopped) {
            again.step().run();
        } else if (key == STOP_TIMEOUT) {
            completeStage();
        }
    }

    private void obey(ConsumerControl.Wish wish) {
        if (wish == ConsumerControl.Wish.SHUTDOWN) {
            completeStage();
        } else if (!stopped) {
            stopped = true;
            setKeepGoing(true);
            scheduleOnce(STOP_TIMEOUT, settings.stopTimeout());
            complete(out);
            control.stopped();
        }
    }

    @Override
    public void postStop() {
        cursors.forEach(PartitionCursor::close);
        control.ended();
    }
}
