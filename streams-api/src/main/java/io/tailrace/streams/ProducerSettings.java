package io.tailrace.streams;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.cluster.quota.ClientIdentity;
import io.tailrace.cluster.quota.QuotaKind;
import io.tailrace.cluster.quota.Throttle;
import io.tailrace.cluster.quota.Throttles;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Compression;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.apache.pekko.actor.ClassicActorSystemProvider;

/**
 * How a producer works. Immutable; each wither returns a changed copy. The defaults stand under {@code tailrace.producer} in
 * the configuration. A value that is not usable is refused at once with
 * {@link io.tailrace.engine.error.ErrorCode#INVALID_SETTING}.
 */
public final class ProducerSettings<K, V> {
    private final Tailrace tailrace;
    private final Serializer<K> keySerializer;
    private final Serializer<V> valueSerializer;
    private String clientId;
    private boolean quotaHolds = true;
    private int batchBytes;
    private int maxInFlightBatches;
    private long bufferBytes;
    private int parallelism;
    private Compression compression;
    private Duration deliveryTimeout;
    private Duration closeTimeout;
    private Duration metadataMaxAge;
    private Duration minRetryBackoff;
    private Duration maxRetryBackoff;
    private Partitioner partitioner = Partitioner.DEFAULT;
    private InstantSource clock = InstantSource.system();
    private long seed;
    private boolean seeded;

    private ProducerSettings(
            Tailrace tailrace, Serializer<K> keySerializer, Serializer<V> valueSerializer, Config config) {
        this.tailrace = Objects.requireNonNull(tailrace, "tailrace");
        this.keySerializer = Objects.requireNonNull(keySerializer, "keySerializer");
        this.valueSerializer = Objects.requireNonNull(valueSerializer, "valueSerializer");
        this.clientId = config.getString("client-id");
        this.batchBytes = SettingChecks.intBytes(config, "batch-bytes");
        this.maxInFlightBatches = config.getInt("max-in-flight-batches");
        this.bufferBytes = config.getBytes("buffer-bytes");
        this.parallelism = config.getInt("parallelism");
        this.compression = compression(config.getString("compression"));
        this.deliveryTimeout = config.getDuration("delivery-timeout");
        this.closeTimeout = config.getDuration("close-timeout");
        this.metadataMaxAge = config.getDuration("metadata-max-age");
        this.minRetryBackoff = config.getDuration("retry-backoff.min");
        this.maxRetryBackoff = config.getDuration("retry-backoff.max");
    }

    private ProducerSettings(ProducerSettings<K, V> other) {
        this.tailrace = other.tailrace;
        this.keySerializer = other.keySerializer;
        this.valueSerializer = other.valueSerializer;
        this.clientId = other.clientId;
        this.quotaHolds = other.quotaHolds;
        this.batchBytes = other.batchBytes;
        this.maxInFlightBatches = other.maxInFlightBatches;
        this.bufferBytes = other.bufferBytes;
        this.parallelism = other.parallelism;
        this.compression = other.compression;
        this.deliveryTimeout = other.deliveryTimeout;
        this.closeTimeout = other.closeTimeout;
        this.metadataMaxAge = other.metadataMaxAge;
        this.minRetryBackoff = other.minRetryBackoff;
        this.maxRetryBackoff = other.maxRetryBackoff;
        this.partitioner = other.partitioner;
        this.clock = other.clock;
        this.seed = other.seed;
        this.seeded = other.seeded;
    }

    /** Where the defaults stand in the configuration. */
    public static String configPath() {
        return "tailrace.producer";
    }

    /** The settings of that node's configuration. */
    public static <K, V> ProducerSettings<K, V> create(
            Tailrace tailrace, Serializer<K> keySerializer, Serializer<V> valueSerializer) {
        Config config = tailrace.system().settings().config().withFallback(ConfigFactory.defaultReference());
        return create(tailrace, config.getConfig(configPath()), keySerializer, valueSerializer);
    }

    /** The settings of a section with the layout of {@code tailrace.producer}, such as one that inherits from it. */
    public static <K, V> ProducerSettings<K, V> create(
            Tailrace tailrace, Config config, Serializer<K> keySerializer, Serializer<V> valueSerializer) {
        return new ProducerSettings<>(tailrace, keySerializer, valueSerializer, config).checked();
    }

    /** The same for the node of an application's actor system, which {@link Tailrace#get} starts if need be. */
    public static <K, V> ProducerSettings<K, V> create(
            ClassicActorSystemProvider system, Serializer<K> keySerializer, Serializer<V> valueSerializer) {
        return create(Tailrace.get(system), keySerializer, valueSerializer);
    }

    /**
     * What the application calls itself, at most 255 characters: the quota of that client id holds for it, and a producer that has used it up is
     * delayed, by backpressure (see {@link io.tailrace.cluster.quota.Quotas}). Default empty.
     */
    public ProducerSettings<K, V> withClientId(String clientId) {
        return with(copy -> copy.clientId = Objects.requireNonNull(clientId, "clientId"));
    }

    /** For a producer that many clients share, behind a door that holds each of them to its quota: no quota holds for it. */
    public ProducerSettings<K, V> withoutQuota() {
        return with(copy -> copy.quotaHolds = false);
    }

    /** The size, in bytes before compression, at which a partition's open batch is sent. Default 256 KiB. */
    public ProducerSettings<K, V> withBatchBytes(int batchBytes) {
        return with(copy -> copy.batchBytes = batchBytes);
    }

    /** Batches of one partition that may be on their way at once, 1 to 5. Default 5. */
    public ProducerSettings<K, V> withMaxInFlightBatches(int maxInFlightBatches) {
        return with(copy -> copy.maxInFlightBatches = maxInFlightBatches);
    }

    /**
     * Bytes accepted and not yet acknowledged, all partitions together, beyond which the stream is backpressured;
     * the element that crosses the line is still taken in whole. Default 32 MiB.
     */
    public ProducerSettings<K, V> withBufferBytes(long bufferBytes) {
        return with(copy -> copy.bufferBytes = bufferBytes);
    }

    /** Envelopes that {@link Producer#flexiFlow} and sends that {@link SendProducer} hold unanswered at most. Default 10,000. */
    public ProducerSettings<K, V> withParallelism(int parallelism) {
        return with(copy -> copy.parallelism = parallelism);
    }

    /**
     * The codec of the batches ({@code compression.type}). Default none, which leaves it to the topic: what its {@code compression.type}
     * says, or none. A topic that names a codec has the batches of producers with another one compressed anew.
     */
    public ProducerSettings<K, V> withCompression(Compression compression) {
        return with(copy -> copy.compression = Objects.requireNonNull(compression, "compression"));
    }

    /** How long a batch is sent again after retriable failures. Default 2 minutes. */
    public ProducerSettings<K, V> withDeliveryTimeout(Duration deliveryTimeout) {
        return with(copy -> copy.deliveryTimeout = deliveryTimeout);
    }

    /** How long closing may take to send what has been accepted. Default 1 minute. */
    public ProducerSettings<K, V> withCloseTimeout(Duration closeTimeout) {
        return with(copy -> copy.closeTimeout = closeTimeout);
    }

    /** After how long a topic is looked up again, so that partitions added meanwhile are found. Default 1 minute. */
    public ProducerSettings<K, V> withMetadataMaxAge(Duration metadataMaxAge) {
        return with(copy -> copy.metadataMaxAge = metadataMaxAge);
    }

    /** The pause before sending again: it doubles from min to max, with jitter. Default 20 ms to 1 s. */
    public ProducerSettings<K, V> withRetryBackoff(Duration min, Duration max) {
        return with(copy -> {
            copy.minRetryBackoff = min;
            copy.maxRetryBackoff = max;
        });
    }

    /** Who chooses the partition of a record that names none. Default {@link Partitioner#DEFAULT}, as Kafka does it. */
    public ProducerSettings<K, V> withPartitioner(Partitioner partitioner) {
        return with(copy -> copy.partitioner = Objects.requireNonNull(partitioner, "partitioner"));
    }

    /** The clock that stamps records without a timestamp. */
    public ProducerSettings<K, V> withClock(InstantSource clock) {
        return with(copy -> copy.clock = Objects.requireNonNull(clock, "clock"));
    }

    /** For tests: fixes the producer ids, the jitter and the first partition of records without key. */
    ProducerSettings<K, V> withSeed(long seed) {
        return with(copy -> {
            copy.seed = seed;
            copy.seeded = true;
        });
    }

    /** The node that is written to. */
    public Tailrace tailrace() {
        return tailrace;
    }

    /** For keys. */
    public Serializer<K> keySerializer() {
        return keySerializer;
    }

    /** For values. */
    public Serializer<V> valueSerializer() {
        return valueSerializer;
    }

    /** See {@link #withClientId}. */
    public String clientId() {
        return clientId;
    }

    /** See {@link #withBatchBytes}. */
    public int batchBytes() {
        return batchBytes;
    }

    /** See {@link #withMaxInFlightBatches}. */
    public int maxInFlightBatches() {
        return maxInFlightBatches;
    }

    /** See {@link #withBufferBytes}. */
    public long bufferBytes() {
        return bufferBytes;
    }

    /** See {@link #withParallelism}. */
    public int parallelism() {
        return parallelism;
    }

    /** See {@link #withCompression}. */
    public Compression compression() {
        return compression;
    }

    /** See {@link #withDeliveryTimeout}. */
    public Duration deliveryTimeout() {
        return deliveryTimeout;
    }

    /** See {@link #withCloseTimeout}. */
    public Duration closeTimeout() {
        return closeTimeout;
    }

    /** See {@link #withPartitioner}. */
    public Partitioner partitioner() {
        return partitioner;
    }

    /** See {@link #withClock}. */
    public InstantSource clock() {
        return clock;
    }

    /** See {@link #withMetadataMaxAge}. */
    public Duration metadataMaxAge() {
        return metadataMaxAge;
    }

    Duration minRetryBackoff() {
        return minRetryBackoff;
    }

    Duration maxRetryBackoff() {
        return maxRetryBackoff;
    }

    /** What a run of a stream has to keep to. */
    Throttle throttle() {
        Throttles throttles = quotaHolds ? tailrace.throttles() : Throttles.NONE;
        return throttles.of(QuotaKind.PRODUCE, ClientIdentity.anonymous(clientId));
    }

    /** A seed for one run of a stream. */
    long nextSeed() {
        return seeded ? seed : ThreadLocalRandom.current().nextLong();
    }

    /** Whether everything random is to follow from the seed. */
    boolean isSeeded() {
        return seeded;
    }

    @Override
    public String toString() {
        return "ProducerSettings[batchBytes=" + batchBytes + ", maxInFlightBatches=" + maxInFlightBatches
                + ", bufferBytes=" + bufferBytes + ", parallelism=" + parallelism + ", compression=" + compression
                + ", deliveryTimeout=" + deliveryTimeout + ", closeTimeout=" + closeTimeout + "]";
    }

    private ProducerSettings<K, V> with(Consumer<ProducerSettings<K, V>> change) {
        ProducerSettings<K, V> copy = new ProducerSettings<>(this);
        change.accept(copy);
        return copy.checked();
    }

    private ProducerSettings<K, V> checked() {
        SettingChecks.clientId(clientId);
        SettingChecks.between("batch-bytes", batchBytes, 1, 1 << 30);
        SettingChecks.between("max-in-flight-batches", maxInFlightBatches, 1, 5);
        SettingChecks.between("buffer-bytes", bufferBytes, 1, Long.MAX_VALUE);
        SettingChecks.between("parallelism", parallelism, 1, 1 << 24);
        SettingChecks.positive("delivery-timeout", deliveryTimeout);
        SettingChecks.positive("close-timeout", closeTimeout);
        SettingChecks.positive("metadata-max-age", metadataMaxAge);
        SettingChecks.backoff(minRetryBackoff, maxRetryBackoff);
        return this;
    }

    private static Compression compression(String name) {
        try {
            return Compression.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new TailraceException(
                    ErrorCode.INVALID_SETTING,
                    "tailrace.producer.compression is " + name + ": use none, gzip, snappy, lz4 or zstd.",
                    e);
        }
    }
}
