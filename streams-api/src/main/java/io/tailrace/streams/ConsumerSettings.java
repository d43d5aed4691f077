package io.tailrace.streams;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import org.apache.pekko.actor.ClassicActorSystemProvider;

/**
 * How a consumer works. Immutable; each wither returns a changed copy. The defaults stand under {@code tailrace.consumer} in
 * the configuration. A value that is not usable is refused at once with
 * {@link io.tailrace.engine.error.ErrorCode#INVALID_SETTING}.
 */
public final class ConsumerSettings<K, V> {
    private final Tailrace tailrace;
    private final Deserializer<K> keyDeserializer;
    private final Deserializer<V> valueDeserializer;
    private int fetchBytes;
    private long bufferBytes;
    private AutoOffsetReset autoOffsetReset;
    private int decompressionLimit;
    private Duration stopTimeout;
    private Duration minRetryBackoff;
    private Duration maxRetryBackoff;

    private ConsumerSettings(
            Tailrace tailrace, Deserializer<K> keyDeserializer, Deserializer<V> valueDeserializer, Config config) {
        this.tailrace = Objects.requireNonNull(tailrace, "tailrace");
        this.keyDeserializer = Objects.requireNonNull(keyDeserializer, "keyDeserializer");
        this.valueDeserializer = Objects.requireNonNull(valueDeserializer, "valueDeserializer");
        this.fetchBytes = SettingChecks.intBytes(config, "fetch-bytes");
        this.bufferBytes = config.getBytes("buffer-bytes");
        this.autoOffsetReset = reset(config.getString("auto-offset-reset"));
        this.decompressionLimit = SettingChecks.intBytes(config, "decompression-limit");
        this.stopTimeout = config.getDuration("stop-timeout");
        this.minRetryBackoff = config.getDuration("retry-backoff.min");
        this.maxRetryBackoff = config.getDuration("retry-backoff.max");
    }

    private ConsumerSettings(ConsumerSettings<K, V> other) {
        this.tailrace = other.tailrace;
        this.keyDeserializer = other.keyDeserializer;
        this.valueDeserializer = other.valueDeserializer;
        this.fetchBytes = other.fetchBytes;
        this.bufferBytes = other.bufferBytes;
        this.autoOffsetReset = other.autoOffsetReset;
        this.decompressionLimit = other.decompressionLimit;
        this.stopTimeout = other.stopTimeout;
        this.minRetryBackoff = other.minRetryBackoff;
        this.maxRetryBackoff = other.maxRetryBackoff;
    }

    /** The settings of that node's configuration. */
    public static <K, V> ConsumerSettings<K, V> create(
            Tailrace tailrace, Deserializer<K> keyDeserializer, Deserializer<V> valueDeserializer) {
        Config config = tailrace.system().settings().config().withFallback(ConfigFactory.defaultReference());
        return new ConsumerSettings<>(
                        tailrace, keyDeserializer, valueDeserializer, config.getConfig("tailrace.consumer"))
                .checked();
    }

    /** The same for the node of an application's actor system, which {@link Tailrace#get} starts if need be. */
    public static <K, V> ConsumerSettings<K, V> create(
            ClassicActorSystemProvider system, Deserializer<K> keyDeserializer, Deserializer<V> valueDeserializer) {
        return create(Tailrace.get(system), keyDeserializer, valueDeserializer);
    }

    /** Bytes of one partition asked for at once; two such chunks are held at most. Default 1 MiB. */
    public ConsumerSettings<K, V> withFetchBytes(int fetchBytes) {
        return with(copy -> copy.fetchBytes = fetchBytes);
    }

    /**
     * Bytes held at most, all partitions together: with many partitions each fetch asks for its share of this. A single batch
     * that is larger than its share is fetched all the same. Default 64 MiB.
     */
    public ConsumerSettings<K, V> withBufferBytes(long bufferBytes) {
        return with(copy -> copy.bufferBytes = bufferBytes);
    }

    /**
     * Where a partition begins that was assigned <em>without</em> an offset. Default {@link AutoOffsetReset#EARLIEST}. It is
     * never applied to an offset that was given, nor in the middle of a stream: an offset that is out of range fails the stream
     * with {@link io.tailrace.engine.error.ErrorCode#OFFSET_OUT_OF_RANGE}, so no record is skipped unnoticed.
     */
    public ConsumerSettings<K, V> withAutoOffsetReset(AutoOffsetReset autoOffsetReset) {
        return with(copy -> copy.autoOffsetReset = Objects.requireNonNull(autoOffsetReset, "autoOffsetReset"));
    }

    /** Bytes that one batch may decompress to; more fails the stream. Default 64 MiB. */
    public ConsumerSettings<K, V> withDecompressionLimit(int decompressionLimit) {
        return with(copy -> copy.decompressionLimit = decompressionLimit);
    }

    /** How long a stopped consumer waits for {@link Consumer.Control#shutdown} before it ends by itself. Default 30 s. */
    public ConsumerSettings<K, V> withStopTimeout(Duration stopTimeout) {
        return with(copy -> copy.stopTimeout = stopTimeout);
    }

    /** The pause before asking an unavailable partition again: it doubles from min to max, with jitter. Default 20 ms to 1 s. */
    public ConsumerSettings<K, V> withRetryBackoff(Duration min, Duration max) {
        return with(copy -> {
            copy.minRetryBackoff = min;
            copy.maxRetryBackoff = max;
        });
    }

    /** The node that is read from. */
    public Tailrace tailrace() {
        return tailrace;
    }

    /** For keys. */
    public Deserializer<K> keyDeserializer() {
        return keyDeserializer;
    }

    /** For values. */
    public Deserializer<V> valueDeserializer() {
        return valueDeserializer;
    }

    /** See {@link #withFetchBytes}. */
    public int fetchBytes() {
        return fetchBytes;
    }

    /** See {@link #withBufferBytes}. */
    public long bufferBytes() {
        return bufferBytes;
    }

    /** See {@link #withAutoOffsetReset}. */
    public AutoOffsetReset autoOffsetReset() {
        return autoOffsetReset;
    }

    /** See {@link #withDecompressionLimit}. */
    public int decompressionLimit() {
        return decompressionLimit;
    }

    /** See {@link #withStopTimeout}. */
    public Duration stopTimeout() {
        return stopTimeout;
    }

    Duration minRetryBackoff() {
        return minRetryBackoff;
    }

    Duration maxRetryBackoff() {
        return maxRetryBackoff;
    }

    @Override
    public String toString() {
        return "ConsumerSettings[fetchBytes=" + fetchBytes + ", bufferBytes=" + bufferBytes + ", autoOffsetReset="
                + autoOffsetReset + ", decompressionLimit=" + decompressionLimit + ", stopTimeout=" + stopTimeout + "]";
    }

    private ConsumerSettings<K, V> with(java.util.function.Consumer<ConsumerSettings<K, V>> change) {
        ConsumerSettings<K, V> copy = new ConsumerSettings<>(this);
        change.accept(copy);
        return copy.checked();
    }

    private ConsumerSettings<K, V> checked() {
        SettingChecks.between("fetch-bytes", fetchBytes, 1, 1 << 30);
        SettingChecks.between("buffer-bytes", bufferBytes, 1, Long.MAX_VALUE);
        SettingChecks.between("decompression-limit", decompressionLimit, 1, Integer.MAX_VALUE);
        SettingChecks.positive("stop-timeout", stopTimeout);
        SettingChecks.backoff(minRetryBackoff, maxRetryBackoff);
        return this;
    }

    private static AutoOffsetReset reset(String name) {
        try {
            return AutoOffsetReset.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new TailraceException(
                    ErrorCode.INVALID_SETTING,
                    "tailrace.consumer.auto-offset-reset is " + name + ": use earliest or latest.",
                    e);
        }
    }
}
