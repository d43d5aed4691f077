package io.tailrace.streams;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.placement.Fetched;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.OffsetOutOfRangeException;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.PartitionStart.AtOffset;
import io.tailrace.streams.PartitionStart.AtTime;
import io.tailrace.streams.PartitionStart.ByReset;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How one partition is read: it is looked up, located (where to begin), and then fetched chunk by chunk. One question is asked at a
 * time, and asked again after a pause where the answer says "later". Lives on the thread of its {@link ReadingHost}.
 */
final class PartitionReading<K, V> {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionReading.class);
    private static final long NEVER = Long.MAX_VALUE;

    private final ReadingHost<K, V> host;
    private final ConsumerSettings<K, V> settings;
    private final PartitionStart start;
    private final PartitionCursor<K, V> cursor;
    private final RetryBackoff backoff;
    private final @Nullable OwnedPartition owned;
    private @Nullable PartitionReader reader;
    /** A question, or the pause before it is asked again, is under way; or there is nothing to be asked any more. */
    private boolean asking;

    private boolean closed;
    private boolean paused;
    /** A dead letter is on its way. */
    private boolean waiting;
    /** Nothing of it is emitted for now: it is paused, or waits. */
    private boolean held;
    /** It waits for its turn. */
    private boolean queued;
    /** Records that could not be decoded. */
    private long passed;
    /** What is to be read of it, {@code null} if its end is known. */
    private @Nullable ReplayRange range;
    /** The offset after the last record that went out or was passed over, or at which the group is to begin; 0 while there is neither. */
    private long emittedTo;

    private PartitionReading(
            ReadingHost<K, V> host,
            ConsumerSettings<K, V> settings,
            TopicPartition partition,
            PartitionStart start,
            long end,
            @Nullable PartitionReader reader,
            @Nullable OwnedPartition owned) {
        this.host = host;
        this.settings = settings;
        this.start = start;
        this.cursor = new PartitionCursor<>(partition, end, settings);
        this.backoff = RetryBackoff.create(settings.minRetryBackoff(), settings.maxRetryBackoff());
        this.reader = reader;
        this.owned = owned;
    }

    /** Of a partition that the application has named. */
    static <K, V> PartitionReading<K, V> assigned(
            ReadingHost<K, V> host,
            ConsumerSettings<K, V> settings,
            TopicPartition partition,
            PartitionStart start,
            long end) {
        return new PartitionReading<>(host, settings, partition, start, end, null, null);
    }

    /** Of a partition that a group has dealt to this consumer, which has already emitted what lies below {@code emittedTo}. */
    static <K, V> PartitionReading<K, V> dealt(
            ReadingHost<K, V> host,
            ConsumerSettings<K, V> settings,
            OwnedPartition owned,
            PartitionStart start,
            long emittedTo) {
        PartitionReader reader = settings.tailrace().partitions().reader(owned.id());
        PartitionReading<K, V> reading =
                new PartitionReading<>(host, settings, owned.key().topicPartition(), start, NEVER, reader, owned);
        reading.emittedTo = emittedTo;
        return reading;
    }

    TopicPartition partition() {
        return cursor.partition();
    }

    @Nullable
    OwnedPartition owned() {
        return owned;
    }

    long emittedTo() {
        return emittedTo;
    }

    boolean isDone() {
        return cursor.isDone();
    }

    /** Asks the first question. */
    void begin() {
        if (reader == null) {
            lookUp();
        } else {
            locate();
        }
    }

    /** The same partition from there on, with a reader of its own. */
    PartitionReading<K, V> from(long offset, @Nullable OwnedPartition next) {
        PartitionStart there = new AtOffset(offset);
        if (next != null) {
            return dealt(host, settings, next, there, 0);
        }
        PartitionReading<K, V> reading = assigned(host, settings, partition(), there, cursor.end());
        reading.range = range;
        return reading;
    }

    /** The same, to be read no further than that. */
    PartitionReading<K, V> within(ReplayRange range) {
        this.range = range;
        return this;
    }

    /** Nothing of it is emitted until it is told otherwise. */
    void pause(boolean paused) {
        this.paused = paused;
        host.hold(this, paused || waiting);
    }

    boolean isHeld() {
        return held;
    }

    void held(boolean held) {
        this.held = held;
    }

    boolean isQueued() {
        return queued;
    }

    void queued(boolean queued) {
        this.queued = queued;
    }

    boolean isMidChunk() {
        return cursor.isMidChunk();
    }

    boolean hasAhead() {
        return cursor.hasAhead();
    }

    /** The chunk ahead becomes the one whose records go out. */
    void advance() {
        host.charge(cursor.advance());
    }

    /** The next record of that chunk, {@code null} at its end; throws as {@link PartitionCursor#next}. */
    @Nullable
    ConsumerRecord<K, V> next() {
        while (true) {
            ConsumerRecord<K, V> record = cursor.next();
            if (record != null) {
                emittedTo = record.offset() + 1;
                return record;
            }
            UndecodableRecord bad = cursor.takeUndecodable();
            if (bad == null || !passes(bad)) {
                return null;
            }
        }
    }

    /** Whether the record behind that one may go out now. */
    private boolean passes(UndecodableRecord bad) {
        DecodingDecision decision = settings.decodingDecider().decide(bad);
        if (decision instanceof DecodingDecision.DeadLetter letter) {
            waiting = true;
            host.hold(this, true);
            send(letter.topic(), bad);
            return false;
        }
        if (decision == DecodingDecision.skip()) {
            passOver(bad, "skipped");
            return true;
        }
        throw bad.failure();
    }

    private void passOver(UndecodableRecord bad, String how) {
        if (owned != null) {
            owned.passOver(emittedTo, bad.offset() + 1);
        }
        emittedTo = bad.offset() + 1;
        host.passedOver();
        passed++;
        if (Long.bitCount(passed) == 1) {
            LOG.warn(
                    "{} could not be decoded ({}: {}) and was {}; so far {} of this partition were.",
                    bad.place(),
                    bad.part(),
                    bad.cause().getMessage(),
                    how,
                    passed);
        }
    }

    /** Nothing behind it goes out before it is stored. */
    private void send(String topic, UndecodableRecord bad) {
        host.deadLetters()
                .send(topic, bad)
                .whenComplete((stored, failure) -> host.enqueue(() -> {
                    if (closed || host.isOver()) {
                        return;
                    }
                    if (failure == null) {
                        passOver(bad, "stored in " + topic);
                        waiting = false;
                        host.hold(this, paused);
                    } else if (Failures.cause(failure) instanceof TailraceException error
                            && error.code().retriable()) {
                        host.later(() -> resend(topic, bad), backoff.nextNanos());
                    } else {
                        host.failed(DeadLetters.failure(topic, bad, Failures.cause(failure)));
                    }
                }));
    }

    private void resend(String topic, UndecodableRecord bad) {
        if (!closed) {
            send(topic, bad);
        }
    }

    void fetchIfIdle() {
        if (!asking && cursor.mayFetch()) {
            fetch();
        }
    }

    private void lookUp() {
        ask(settings.tailrace().topics().describe(partition().topic()), this::lookedUp, this::lookUp);
    }

    private void lookedUp(Topic topic) {
        int number = partition().partition();
        if (number >= topic.partitions()) {
            host.failed(new TailraceException(
                    ErrorCode.UNKNOWN_PARTITION,
                    "Topic " + topic.name() + " has the partitions 0 to " + (topic.partitions() - 1) + ", not " + number
                            + ": assign one of them."));
            return;
        }
        reader = settings.tailrace().partitions().reader(topic.partition(number));
        locate();
    }

    private void locate() {
        ReplayRange unbounded = range;
        if (unbounded != null) {
            ask(reader().offsets(), there -> bound(unbounded, there), this::locate);
            return;
        }
        if (start instanceof AtOffset at) {
            located(at.offset());
            return;
        }
        ask(reader().offsets(), this::locate, this::locate);
    }

    private void locate(OffsetRange range) {
        if (start instanceof AtTime at) {
            // The end is from before the question, so what arrives meanwhile is not missed if nothing was found.
            ask(
                    reader().offsetForTime(at.timestampMillis()),
                    found -> located(found.orElse(range.endOffset())),
                    this::locate);
        } else {
            located(resetsTo(AutoOffsetReset.EARLIEST) ? range.startOffset() : range.endOffset());
        }
    }

    private void bound(ReplayRange unbounded, OffsetRange there) {
        if (start instanceof AtOffset at && (at.offset() < there.startOffset() || at.offset() > there.endOffset())) {
            host.failed(new OffsetOutOfRangeException(
                    "Offset " + at.offset() + " of " + partition() + " is out of range: it has " + there.startOffset()
                            + " to " + there.endOffset() + ". " + wayOut(),
                    there.startOffset(),
                    there.endOffset()));
            return;
        }
        long end = Math.min(unbounded.untilOffset(partition()), there.endOffset());
        Long time = unbounded.untilTimeMillis();
        if (time == null) {
            bound(end);
        } else {
            ask(reader().offsetForTime(time), found -> bound(Math.min(end, found.orElse(end))), this::locate);
        }
    }

    private void bound(long end) {
        cursor.end(end);
        range = null;
        locate();
    }

    private void located(long offset) {
        cursor.locate(offset);
        if (owned != null && resetsTo(AutoOffsetReset.LATEST)) {
            // Else whoever has the partition next would begin at what is the end by then, and nobody would have read
            // what lies between.
            emittedTo = offset;
            owned.beginAt(offset);
        }
        host.located(this);
    }

    private boolean resetsTo(AutoOffsetReset reset) {
        return start instanceof ByReset && settings.autoOffsetReset() == reset;
    }

    private void fetch() {
        ask(reader().fetch(cursor.fetchOffset(), host.fetchBytes()), this::fetched, this::fetch);
    }

    private void fetched(Fetched fetched) {
        if (!fetched.batches().hasRemaining()) {
            again(this::fetch);
            return;
        }
        cursor.fetched(fetched);
        host.ready(this);
    }

    private <T> void ask(CompletionStage<T> question, Consumer<T> then, Runnable step) {
        asking = true;
        question.whenComplete((answer, failure) -> host.enqueue(() -> {
            asking = false;
            if (closed || host.isOver()) {
                return;
            }
            if (failure == null) {
                backoff.reset();
                then.accept(answer);
            } else {
                failed(failure, step);
            }
        }));
    }

    private void again(Runnable step) {
        asking = true;
        host.later(
                () -> {
                    if (!closed) {
                        step.run();
                    }
                },
                backoff.nextNanos());
    }

    private void failed(Throwable failure, Runnable step) {
        Throwable cause = Failures.cause(failure);
        if (!(cause instanceof TailraceException error)) {
            host.failed(cause);
        } else if (error.code().retriable()) {
            again(step);
        } else if (error.code() == ErrorCode.OFFSET_OUT_OF_RANGE) {
            outOfRange(error);
        } else if (error.code() == ErrorCode.UNKNOWN_TOPIC && owned != null) {
            // The group learns of it too, and takes the partition away.
            asking = true;
            LOG.info("{} is not read any more: its topic was deleted.", partition());
        } else {
            host.failed(error);
        }
    }

    private void outOfRange(TailraceException error) {
        if (resetsTo(AutoOffsetReset.EARLIEST) && !cursor.hasReceived()) {
            // Between locating and fetching, retention moved the start. No offset was asked for, so none is skipped.
            // (Who began at the end would skip what has been stored since: that is an error as any other.)
            again(this::locate);
            return;
        }
        String message = "Offset " + cursor.fetchOffset() + " of " + partition() + " is out of range ("
                + error.getMessage() + "). " + wayOut();
        host.failed(
                error instanceof OffsetOutOfRangeException range
                        ? new OffsetOutOfRangeException(message, range.startOffset(), range.endOffset())
                        : new TailraceException(ErrorCode.OFFSET_OUT_OF_RANGE, message, error));
    }

    private String wayOut() {
        return owned != null
                ? "Stop the group's consumers and reset its offset to one that is there."
                : "Begin at an offset that is there, or assign the partition without an offset.";
    }

    private PartitionReader reader() {
        PartitionReader known = reader;
        if (known == null) {
            throw new IllegalStateException(partition() + " has not been looked up.");
        }
        return known;
    }

    void close() {
        closed = true;
        if (reader != null) {
            reader.close();
        }
    }
}
