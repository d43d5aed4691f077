package io.tailrace.streams;

import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.cluster.placement.Appended;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.Codec;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.Headers;
import io.tailrace.engine.record.RecordBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A producer's view of one partition: the open batch, the closed ones in order, and those on their way.
 *
 * <pre>
 *   phase      what happens                               next
 *   SENDING    batches are sent, at most so many at once   a retriable failure: DRAINING
 *   DRAINING   nothing is sent; answers still due come in  all are in: PAUSED
 *   PAUSED     nothing is sent                             the pause is over: SENDING, the unanswered ones first
 * </pre>
 *
 * <p>What is sent again is the same bytes with the same sequence numbers in the same order, so the partition recognizes what it
 * already has (KIP-98).
 */
final class PartitionWriter {
    private enum Phase {
        SENDING,
        DRAINING,
        PAUSED
    }

    private static final int MIN_BATCH_BYTES = 4096;

    private final ProducerCore<?, ?> core;
    private final TopicWriter topic;
    private final int partition;
    private final PartitionId id;
    private final int maxInFlight;
    private final RetryBackoff backoff;
    /** Closed and not on their way, in order. */
    private final ArrayDeque<OutgoingBatch> ready = new ArrayDeque<>();
    /** Sent and not acknowledged, in order: at most {@code maxInFlight}. */
    private final ArrayDeque<OutgoingBatch> sent = new ArrayDeque<>();

    /** The topic's settings that the next three go by. */
    private TopicSettings followed;

    private Codec codec;
    private int maxBytes;
    private int batchBytes;

    private Phase phase = Phase.SENDING;
    /** Of those sent, how many have no answer of either kind yet. */
    private int answersDue;

    private boolean flushRequested;
    private long batchesClosed;
    private ProducerIdentity producer;
    private int nextSequence;

    private @Nullable OpenBatch open;
    /** What the open batch counts for in the producer's buffer. */
    private int chargedBytes;
    /** How large the next batch will probably be: as large as the last. */
    private int expectedBytes;

    PartitionWriter(ProducerCore<?, ?> core, TopicWriter topic, int partition) {
        this.core = core;
        this.topic = topic;
        this.partition = partition;
        this.id = topic.topic().partition(partition);
        this.maxInFlight = core.settings().maxInFlightBatches();
        this.followed = topic.topic().settings();
        this.codec = codec(core.settings().compression(), followed);
        this.maxBytes = maxBytes(followed, codec);
        this.batchBytes = Math.min(maxBytes, core.settings().batchBytes());
        this.expectedBytes = Math.min(batchBytes, MIN_BATCH_BYTES);
        this.backoff = core.newBackoff();
        this.producer = core.takeIdentity();
    }

    /** A producer without a choice of its own compresses as the topic wants it: else the partition's leader would have to. */
    private static Codec codec(Compression own, TopicSettings topic) {
        return own == Compression.NONE ? topic.compression().codec().orElse(Codec.NONE) : Codec.of(own);
    }

    /** The most bytes of a batch before compression, be it by the leader: what cannot be compressed grows by the codec's framing. */
    private static int maxBytes(TopicSettings topic, Codec codec) {
        boolean compressed = topic.compression().codec().orElse(codec).compression() != Compression.NONE
                || codec.compression() != Compression.NONE;
        int most = topic.maxMessageBytes();
        if (compressed) {
            most = Math.min(most - most / 64 - 128, RecordBatch.MAX_UNCOMPRESSED_BYTES);
        }
        return Math.max(RecordBatch.HEADER_BYTES, most);
    }

    private void follow() {
        TopicSettings now = topic.topic().settings();
        if (!now.equals(followed)) {
            followed = now;
            codec = codec(core.settings().compression(), now);
            maxBytes = maxBytes(now, codec);
            batchBytes = Math.min(maxBytes, core.settings().batchBytes());
        }
    }

    TopicWriter topic() {
        return topic;
    }

    PartitionId id() {
        return id;
    }

    boolean isSending() {
        return phase == Phase.SENDING;
    }

    /** Throws RECORD_TOO_LARGE. */
    void append(
            long timestamp,
            byte @Nullable [] key,
            byte @Nullable [] value,
            Headers headers,
            @Nullable Delivery delivery) {
        OpenBatch batch = open;
        if (batch == null || !batch.append(timestamp, key, value, headers, delivery)) {
            if (batch != null) {
                close(batch);
                sendReady();
            }
            follow();
            // A record that is larger than a usual batch has one of its own, as large as the topic allows.
            int limit = OpenBatch.sizeOf(key, value, headers) > batchBytes ? maxBytes : batchBytes;
            batch = new OpenBatch(codec, limit, Math.min(limit, expectedBytes));
            if (!batch.append(timestamp, key, value, headers, delivery)) {
                throw new IllegalStateException("An empty batch has room for a record or says that it is too large.");
            }
            open = batch;
        }
        charge(batch.capacity());
        if (batch.sizeInBytes() >= batchBytes) {
            close(batch);
            sendReady();
        } else if (!flushRequested && sent.isEmpty() && phase == Phase.SENDING) {
            flushRequested = true;
            core.flushSoon(this);
        }
    }

    private void charge(int bytes) {
        if (bytes != chargedBytes) {
            core.charge(bytes - chargedBytes);
            chargedBytes = bytes;
        }
    }

    /** What is immediately available is in: a batch that nothing is on its way before leaves now. */
    void flush() {
        flushRequested = false;
        if (sent.isEmpty()) {
            pump();
        }
    }

    /** Sends what may be sent, the open batch too. */
    void pump() {
        sendReady();
        OpenBatch batch = open;
        if (batch != null && ready.isEmpty() && maySend(batchesClosed)) {
            close(batch);
            sendReady();
        }
    }

    /**
     * Whether the batch of that number may leave. Those that were acknowledged out of order count as long as an older one is
     * not: else that one, sent again, would be too old for the partition to remember where it is.
     */
    private boolean maySend(long number) {
        OutgoingBatch oldest = sent.peek();
        return phase == Phase.SENDING && (oldest == null || number - oldest.number < maxInFlight);
    }

    private void sendReady() {
        for (OutgoingBatch next = ready.peek(); next != null && maySend(next.number); next = ready.peek()) {
            send(ready.remove());
        }
    }

    private void close(OpenBatch batch) {
        RecordBatch built = batch.build(producer, nextSequence);
        nextSequence = sequenceAfter(nextSequence, batch.recordCount());
        core.chargeToQuota(built.sizeInBytes());
        charge(built.compression() == Compression.NONE ? batch.capacity() : built.sizeInBytes());
        long deadline = System.nanoTime() + core.settings().deliveryTimeout().toNanos();
        ready.add(new OutgoingBatch(batchesClosed++, built, chargedBytes, deadline, batch.deliveries()));
        expectedBytes = Math.min(batchBytes, Math.max(MIN_BATCH_BYTES, batch.sizeInBytes()));
        chargedBytes = 0;
        open = null;
        topic.moveOn(partition);
    }

    /** Sequence numbers begin again at 0 after the largest int. */
    static int sequenceAfter(int sequence, int records) {
        return (sequence + records) & Integer.MAX_VALUE;
    }

    private void send(OutgoingBatch outgoing) {
        outgoing.attempt++;
        outgoing.answered = false;
        sent.add(outgoing);
        answersDue++;
        core.send(this, outgoing);
    }

    void stored(OutgoingBatch outgoing, Appended appended) {
        outgoing.answered = true;
        answersDue--;
        sent.remove(outgoing);
        core.release(outgoing.chargedBytes);
        backoff.reset();
        List<Delivery> deliveries = outgoing.deliveries;
        for (int i = 0; i < deliveries.size(); i++) {
            long offset = appended.baseOffset() < 0 ? -1 : appended.baseOffset() + i;
            deliveries.get(i).stored(topic.topic().name(), partition, offset, appended.appendTimeMillis());
        }
        goOn();
    }

    void refused(OutgoingBatch outgoing, TailraceException error) {
        outgoing.answered = true;
        answersDue--;
        outgoing.lastError = error;
        if (!error.code().retriable()) {
            core.failed(this, error);
            return;
        }
        // A leader that was deposed may have passed the batch on before.
        outgoing.perhapsStored |= error.code() == ErrorCode.OUTCOME_UNKNOWN || error.code() == ErrorCode.FENCED;
        phase = Phase.DRAINING;
        goOn();
    }

    private void goOn() {
        if (phase == Phase.SENDING) {
            pump();
        } else if (phase == Phase.DRAINING && answersDue == 0) {
            pause();
        }
    }

    private void pause() {
        long left = sent.element().deadlineNanos - System.nanoTime();
        if (left <= 0) {
            core.failed(this, undelivered());
            return;
        }
        phase = Phase.PAUSED;
        core.resumeLater(this, Math.min(left, backoff.nextNanos()));
    }

    /** The pause is over. */
    void resume() {
        if (phase != Phase.PAUSED) {
            return;
        }
        for (Iterator<OutgoingBatch> newestFirst = sent.descendingIterator(); newestFirst.hasNext(); ) {
            ready.addFirst(newestFirst.next());
        }
        sent.clear();
        phase = Phase.SENDING;
        pump();
    }

    /** Gives up if the oldest batch on its way has waited past its deadline. */
    void expire(long nowNanos) {
        OutgoingBatch oldest = sent.peek();
        if (oldest != null && phase != Phase.PAUSED && nowNanos - oldest.deadlineNanos >= 0) {
            core.failed(this, undelivered());
        }
    }

    private TailraceException undelivered() {
        boolean unknown = false;
        TailraceException last = null;
        for (OutgoingBatch outgoing : sent) {
            unknown |= outgoing.perhapsStored || !outgoing.answered;
            last = last == null ? outgoing.lastError : last;
        }
        String within = " within " + core.deliveryTimeout() + (last == null ? "" : ": " + last.getMessage());
        if (unknown || last == null) {
            return new TailraceException(
                    ErrorCode.OUTCOME_UNKNOWN,
                    "Whether records for " + this + " were stored could not be learned" + within,
                    last);
        }
        return new TailraceException(last.code(), "Records for " + this + " were not stored" + within, last);
    }

    /** Fails everything unanswered and starts afresh as another producer, since sequence numbers are now missing. */
    void abandon(TailraceException error) {
        List<OutgoingBatch> all = new ArrayList<>(sent);
        OpenBatch last = open;
        if (last != null) {
            close(last);
        }
        all.addAll(ready);
        sent.clear();
        ready.clear();
        answersDue = 0;
        phase = Phase.SENDING;
        core.giveBack(producer);
        producer = core.takeIdentity();
        nextSequence = 0;
        for (OutgoingBatch outgoing : all) {
            outgoing.attempt++;
            core.release(outgoing.chargedBytes);
            outgoing.deliveries.forEach(delivery -> delivery.failed(error));
        }
    }

    /** Nothing more is sent. */
    void release() {
        core.giveBack(producer);
    }

    @Override
    public String toString() {
        return topic.topic().name() + "-" + partition;
    }
}
