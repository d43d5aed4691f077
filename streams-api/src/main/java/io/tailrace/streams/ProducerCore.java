package io.tailrace.streams;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.Topics;
import io.tailrace.cluster.placement.Appended;
import io.tailrace.cluster.placement.Partitions;
import io.tailrace.cluster.quota.Throttle;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What all producers share: records go in, batches go out, answers come back. Not thread-safe: everything here runs on the thread
 * of the stage that is the {@link Host}, and answers from other threads come in through {@link Host#enqueue}.
 */
final class ProducerCore<K, V> {
    /** The stage around the core. */
    interface Host {
        /** Runs that on the stage's thread, after the events that are already waiting there. Callable from any thread. */
        void enqueue(Runnable event);

        /** Calls {@link PartitionWriter#resume} after the pause. */
        void resumeLater(PartitionWriter writer, long nanos);

        /** Calls {@link #lookUp} again after the pause. */
        void lookUpLater(String topic, long nanos);

        /** The topic that was waited for is known. */
        void topicKnown();

        /** The topic that was waited for cannot be found. */
        void topicRefused(TailraceException error);

        /** Calls {@link #throttleOver} after the pause; until then there is no room. */
        void throttled(long nanos);

        /** Something was acknowledged: perhaps there is room again, perhaps everything is done. */
        void acknowledged();

        /** A partition's batches cannot be delivered. The host fails, or {@link PartitionWriter#abandon abandons} them. */
        void failed(PartitionWriter writer, TailraceException error);
    }

    private final ProducerSettings<K, V> settings;
    private final Serializer<K> keySerializer;
    private final Serializer<V> valueSerializer;
    private final Host host;
    private final Topics topics;
    private final Partitions partitions;
    private final InstantSource clock;
    private final SplittableRandom random;
    private final ProducerIdentities identities;
    private final Throttle throttle;
    private final Map<String, TopicWriter> writers = new HashMap<>();
    private final List<PartitionWriter> toFlush = new ArrayList<>();
    private final RetryBackoff lookUpBackoff;
    private long topicsRefreshedNanos = System.nanoTime();
    private long lookUpDeadlineNanos;
    private @Nullable TopicWriter current;
    private boolean flushScheduled;
    private long bufferedBytes;
    /** What was sent is more than its quota allows by now. */
    private boolean throttled;

    ProducerCore(ProducerSettings<K, V> settings, Host host) {
        this.settings = settings;
        this.keySerializer = settings.keySerializer();
        this.valueSerializer = settings.valueSerializer();
        this.host = host;
        this.topics = settings.tailrace().topics();
        this.partitions = settings.tailrace().partitions();
        this.clock = settings.clock();
        this.random = new SplittableRandom(settings.nextSeed());
        this.identities = ProducerIdentities.of(settings.tailrace().system());
        this.throttle = settings.throttle();
        this.lookUpBackoff = newBackoff();
    }

    /** Waits until what others have sent under the same quota is paid. */
    void start() {
        keepToQuota();
    }

    /** Whether more may be taken in. */
    boolean hasRoom() {
        return !throttled && bufferedBytes < settings.bufferBytes();
    }

    /** Whether everything is answered. */
    boolean isEmpty() {
        return bufferedBytes == 0;
    }

    /**
     * Takes a record in.
     *
     * @param delivery is told where the record is; {@code null} if nobody wants to know
     * @return false if the topic has to be looked up first: offer the record again after {@link Host#topicKnown}
     * @throws TailraceException if the record is refused: SERIALIZATION_FAILED, RECORD_TOO_LARGE, UNKNOWN_PARTITION
     */
    boolean accept(ProducerRecord<K, V> record, @Nullable Delivery delivery) {
        TopicWriter writer = writerOf(record.topic());
        if (writer == null) {
            return false;
        }
        byte[] key = serialize(keySerializer, record.topic(), record.key(), "key");
        byte[] value = serialize(valueSerializer, record.topic(), record.value(), "value");
        Long explicit = record.timestamp();
        long timestamp = explicit != null ? explicit : clock.millis();
        writer.writerFor(record.partition(), key).append(timestamp, key, value, record.headers(), delivery);
        return true;
    }

    private @Nullable TopicWriter writerOf(String topic) {
        TopicWriter writer = current;
        if (writer != null && writer.topic().name().equals(topic)) {
            return writer;
        }
        writer = writers.get(topic);
        if (writer == null) {
            lookUpDeadlineNanos = System.nanoTime() + settings.deliveryTimeout().toNanos();
            lookUp(topic);
        } else {
            current = writer;
        }
        return writer;
    }

    /** Asks for the topic; the host hears the answer. */
    void lookUp(String topic) {
        topics.describe(topic).whenComplete((found, failure) -> host.enqueue(() -> lookedUp(topic, found, failure)));
    }

    private void lookedUp(String name, @Nullable Topic topic, @Nullable Throwable failure) {
        if (topic != null) {
            lookUpBackoff.reset();
            writers.put(name, new TopicWriter(topic, settings.partitioner(), this, random.nextInt()));
            host.topicKnown();
            return;
        }
        TailraceException error = asTailraceException(failure, "Topic " + name + " could not be looked up");
        if (error.code().retriable() && System.nanoTime() - lookUpDeadlineNanos < 0) {
            host.lookUpLater(name, lookUpBackoff.nextNanos());
        } else {
            host.topicRefused(error);
        }
    }

    private static <T> byte @Nullable [] serialize(
            Serializer<T> serializer, String topic, @Nullable T object, String what) {
        if (object == null) {
            return null;
        }
        try {
            return serializer.serialize(topic, object);
        } catch (RuntimeException e) {
            throw new TailraceException(
                    ErrorCode.SERIALIZATION_FAILED,
                    "The " + what + " of a record for topic " + topic + " could not be serialized ("
                            + object.getClass().getName() + "): check that the serializer fits it.",
                    e);
        }
    }

    /** Nothing more will come: open batches need not wait to be filled. */
    void finish() {
        forEachWriter(PartitionWriter::pump);
    }

    /** Gives up everything unanswered. */
    void abandonAll(TailraceException error) {
        forEachWriter(writer -> writer.abandon(error));
    }

    /** Gives up the partitions whose oldest batch has had no answer for too long, and looks topics up that were not for long. */
    void expire() {
        long now = System.nanoTime();
        forEachWriter(writer -> writer.expire(now));
        if (now - topicsRefreshedNanos > settings.metadataMaxAge().toNanos()) {
            topicsRefreshedNanos = now;
            writers.keySet().forEach(name -> topics.describe(name)
                    .whenComplete((topic, failure) -> host.enqueue(() -> refreshed(topic))));
        }
    }

    private void refreshed(@Nullable Topic topic) {
        TopicWriter writer = topic == null ? null : writers.get(topic.name());
        // A topic made again under its name is another one: what is sent to the old one fails by itself.
        if (topic != null && writer != null && writer.topic().id().equals(topic.id())) {
            writer.refresh(topic);
        }
    }

    /** The topic is not what it was: the next record for it looks it up again. */
    void forget(TopicWriter topic) {
        if (writers.remove(topic.topic().name(), topic)) {
            current = current == topic ? null : current;
            topic.forEachWriter(PartitionWriter::release);
        }
    }

    private void forEachWriter(Consumer<PartitionWriter> action) {
        writers.values().forEach(topic -> topic.forEachWriter(action));
    }

    /** Flushes the writer when what is immediately available has been taken in. */
    void flushSoon(PartitionWriter writer) {
        toFlush.add(writer);
        if (!flushScheduled) {
            flushScheduled = true;
            host.enqueue(this::flush);
        }
    }

    private void flush() {
        flushScheduled = false;
        for (int i = 0; i < toFlush.size(); i++) {
            toFlush.get(i).flush();
        }
        toFlush.clear();
    }

    /** Hands a batch to its partition. */
    void send(PartitionWriter writer, OutgoingBatch outgoing) {
        int attempt = outgoing.attempt;
        CompletionStage<Appended> answer;
        try {
            answer = partitions.append(writer.id(), outgoing.batch);
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedStage(e);
        }
        answer.whenComplete(
                (appended, failure) -> host.enqueue(() -> answered(writer, outgoing, attempt, appended, failure)));
    }

    /** A batch of so many bytes is to be sent; that it is sent again costs nothing. */
    void chargeToQuota(int bytes) {
        throttle.charge(bytes);
        keepToQuota();
    }

    /**
     * Nothing more is taken in while something is owed. What has been taken in is sent all the same: so nothing is held, no timeout runs
     * meanwhile, and the debt is a batch of each partition at most.
     */
    private void keepToQuota() {
        long nanos = throttled ? 0 : throttle.nanosToWait();
        if (nanos > 0) {
            throttled = true;
            host.throttled(Math.min(nanos, Throttle.LONGEST_WAIT_NANOS));
        }
    }

    /** The pause is over, but what is owed may have become more meanwhile. */
    void throttleOver() {
        throttled = false;
        keepToQuota();
    }

    private void answered(
            PartitionWriter writer,
            OutgoingBatch outgoing,
            int attempt,
            @Nullable Appended appended,
            @Nullable Throwable failure) {
        if (outgoing.attempt != attempt || outgoing.answered) {
            return;
        }
        if (appended != null) {
            writer.stored(outgoing, appended);
        } else {
            TailraceException error = asTailraceException(failure, "A batch could not be sent to " + writer);
            if (error.code() == ErrorCode.DUPLICATE_SEQUENCE) {
                writer.stored(outgoing, new Appended(-1, -1));
            } else {
                writer.refused(outgoing, error);
            }
        }
        host.acknowledged();
    }

    void charge(long bytes) {
        bufferedBytes += bytes;
    }

    void release(long bytes) {
        bufferedBytes -= bytes;
    }

    void failed(PartitionWriter writer, TailraceException error) {
        host.failed(writer, error);
    }

    void resumeLater(PartitionWriter writer, long nanos) {
        host.resumeLater(writer, nanos);
    }

    RetryBackoff newBackoff() {
        return new RetryBackoff(settings.minRetryBackoff(), settings.maxRetryBackoff(), random.split());
    }

    /** As whom the next writer writes. */
    ProducerIdentity takeIdentity() {
        return settings.isSeeded()
                ? new ProducerIdentity(random.nextLong() & Long.MAX_VALUE, (short) 0)
                : identities.take();
    }

    void giveBack(ProducerIdentity identity) {
        if (!settings.isSeeded()) {
            identities.giveBack(identity);
        }
    }

    /** The stage is over: nothing more is sent, whatever has been answered. */
    void stop() {
        forEachWriter(PartitionWriter::release);
    }

    ProducerSettings<K, V> settings() {
        return settings;
    }

    Duration deliveryTimeout() {
        return settings.deliveryTimeout();
    }

    private static TailraceException asTailraceException(@Nullable Throwable failure, String what) {
        Throwable cause = failure == null ? null : Failures.cause(failure);
        if (cause instanceof TailraceException known) {
            return known;
        }
        return new TailraceException(ErrorCode.IO_FAILED, what + ": " + cause + ".", cause);
    }
}
