package io.tailrace.streams;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.group.Assignor;
import io.tailrace.cluster.group.GroupJoin;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.cluster.quota.ClientIdentity;
import io.tailrace.cluster.quota.QuotaKind;
import io.tailrace.cluster.quota.Throttle;
import io.tailrace.cluster.quota.Throttles;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;
import java.util.Objects;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.jspecify.annotations.Nullable;

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
    private @Nullable String groupId;
    private @Nullable String groupInstanceId;
    private String clientId;
    private boolean quotaHolds = true;
    private Assignor assignor;
    private Duration maxDrain;
    private Duration sessionTimeout;
    private @Nullable Duration stallTimeout;
    private DecodingDecider decodingDecider = DecodingDecider.failing();

    private ConsumerSettings(
            Tailrace tailrace, Deserializer<K> keyDeserializer, Deserializer<V> valueDeserializer, Config config) {
        this.tailrace = Objects.requireNonNull(tailrace, "tailrace");
        this.keyDeserializer = Objects.requireNonNull(keyDeserializer, "keyDeserializer");
        this.valueDeserializer = Objects.requireNonNull(valueDeserializer, "valueDeserializer");
        this.fetchBytes = SettingChecks.intBytes(config, "fetch-bytes");
        this.bufferBytes = config.getBytes("buffer-bytes");
        this.autoOffsetReset =
                SettingChecks.constant(AutoOffsetReset.class, "tailrace.consumer", "auto-offset-reset", config);
        this.decompressionLimit = SettingChecks.intBytes(config, "decompression-limit");
        this.stopTimeout = config.getDuration("stop-timeout");
        this.minRetryBackoff = config.getDuration("retry-backoff.min");
        this.maxRetryBackoff = config.getDuration("retry-backoff.max");
        this.clientId = config.getString("client-id");
        this.assignor = assignor(new Assignor(config.getString("assignor")));
        this.maxDrain = config.getDuration("max-drain");
        this.sessionTimeout = config.getDuration("session-timeout");
        this.stallTimeout = SettingChecks.durationOrOff("stall-timeout", config);
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
        this.groupId = other.groupId;
        this.groupInstanceId = other.groupInstanceId;
        this.clientId = other.clientId;
        this.quotaHolds = other.quotaHolds;
        this.assignor = other.assignor;
        this.maxDrain = other.maxDrain;
        this.sessionTimeout = other.sessionTimeout;
        this.stallTimeout = other.stallTimeout;
        this.decodingDecider = other.decodingDecider;
    }

    /** Where the defaults stand in the configuration. */
    public static String configPath() {
        return "tailrace.consumer";
    }

    /** The settings of that node's configuration. */
    public static <K, V> ConsumerSettings<K, V> create(
            Tailrace tailrace, Deserializer<K> keyDeserializer, Deserializer<V> valueDeserializer) {
        Config config = tailrace.system().settings().config().withFallback(ConfigFactory.defaultReference());
        return create(tailrace, config.getConfig(configPath()), keyDeserializer, valueDeserializer);
    }

    /** The settings of a section with the layout of {@code tailrace.consumer}, such as one that inherits from it. */
    public static <K, V> ConsumerSettings<K, V> create(
            Tailrace tailrace, Config config, Deserializer<K> keyDeserializer, Deserializer<V> valueDeserializer) {
        return new ConsumerSettings<>(tailrace, keyDeserializer, valueDeserializer, config).checked();
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

    /**
     * The consumer group that a subscription to topics belongs to, 1 to 255 characters. Consumers of one group share the partitions of their
     * topics, and go on where the group has committed. Without default.
     */
    public ConsumerSettings<K, V> withGroupId(String groupId) {
        return with(copy -> copy.groupId = Objects.requireNonNull(groupId, "groupId"));
    }

    /**
     * Makes the consumer a static member (KIP-345): one that comes back under this name within the session timeout has the partitions that it
     * had, and no other gets them meanwhile, even if it was shut down in order. Each running consumer of a group needs its own: of two, the one that came
     * first fails with MEMBER_FENCED. By default there is none.
     */
    public ConsumerSettings<K, V> withGroupInstanceId(String groupInstanceId) {
        return with(copy -> copy.groupInstanceId = Objects.requireNonNull(groupInstanceId, "groupInstanceId"));
    }

    /**
     * What the application calls itself where a group's members are listed, at most 255 characters. The quota of that client id holds for it, and a consumer that has used
     * it up is delayed: it emits nothing for a while (see {@link io.tailrace.cluster.quota.Quotas}). Default empty.
     */
    public ConsumerSettings<K, V> withClientId(String clientId) {
        return with(copy -> copy.clientId = Objects.requireNonNull(clientId, "clientId"));
    }

    /** For what is read for nobody in particular, such as to look something up: no quota holds for it. */
    public ConsumerSettings<K, V> withoutQuota() {
        return with(copy -> copy.quotaHolds = false);
    }

    /** How the group deals its partitions out; all its members have to agree. Default {@link Assignor#UNIFORM}. One that the coordinator does not know fails the stream with INVALID_ARGUMENT. */
    public ConsumerSettings<K, V> withAssignor(Assignor assignor) {
        return with(copy -> copy.assignor = assignor(assignor));
    }

    private static Assignor assignor(Assignor assignor) {
        SettingChecks.name("assignor", assignor.name());
        return assignor;
    }

    /**
     * How long a partition that is to go to another consumer may take to be given back: nothing of it is emitted any more, and what was
     * emitted is dealt with and committed. Beyond, it is taken away, and what was not committed is read again. Default 1 minute.
     */
    public ConsumerSettings<K, V> withMaxDrain(Duration maxDrain) {
        return with(copy -> copy.maxDrain = maxDrain);
    }

    /**
     * How long the consumer's partitions stay with it after it was lost: those of a static member always, of any other only while nobody can
     * tell whether it is still there. Being slow loses nobody. Default 45 s.
     */
    public ConsumerSettings<K, V> withSessionTimeout(Duration sessionTimeout) {
        return with(copy -> copy.sessionTimeout = sessionTimeout);
    }

    /**
     * After how long a consumer of a group that neither asks for a record nor commits gives its partitions up, so that others of its group
     * get them; {@code null}, the default: never. In the spirit of Kafka's {@code max.poll.interval.ms} (KIP-62), which is never off.
     *
     * <p>The stream does not fail. What was emitted has {@linkplain #withMaxDrain max-drain} to be committed; then the consumer leaves its
     * group, and what is not committed is read by whoever gets it: at least once. When downstream asks for a record again, or commits, the
     * consumer joins as a new member and goes on from what the group has committed.
     *
     * <p>A consumer that waits for records, or whose partitions are paused, asks for some: it is never given up. Where something between the
     * source and the work asks for several records at once (a buffer, an asynchronous boundary), allow for the time that all of
     * them take. Not watched: the sources of partitions, of which each backpressures by itself, and partitions assigned by hand.
     */
    public ConsumerSettings<K, V> withStallTimeout(@Nullable Duration stallTimeout) {
        return with(copy -> copy.stallTimeout = stallTimeout);
    }

    /**
     * What becomes of a record whose key or value the deserializer refuses: the stream fails, the record is skipped, or it is stored in
     * another topic and then skipped.
     *
     * <p>A record that is skipped is counted ({@link Consumer.Control#undecodableRecords}), logged (the first of a partition, the second, the
     * fourth, the eighth…), and committed over: the group's offset moves past it when all before it is committed, even if nothing follows.
     *
     * <p>A dead letter has the bytes of the record's key and value, its timestamp, and behind its headers those of Kafka Connect's dead letter queues
     * (KIP-298), all text: {@code __connect.errors.topic}, {@code .partition}, {@code .offset}, {@code .stage} ({@code KEY_CONVERTER} or
     * {@code VALUE_CONVERTER}), {@code .exception.class.name} and {@code .exception.message} (at most 1,000 characters). The partition waits
     * until it is stored, and others go on; one of each partition is on its way at most. Where it cannot be stored the stream fails with what
     * the producer said. A consumer that ends between the two stores it again: at least once.
     *
     * <p>Default {@link DecodingDecider#failing}: which records may be lost is for the application to say.
     */
    public ConsumerSettings<K, V> withDecodingDecider(DecodingDecider decodingDecider) {
        return with(copy -> copy.decodingDecider = Objects.requireNonNull(decodingDecider, "decodingDecider"));
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

    /** See {@link #withGroupId}; {@code null} if there is none. */
    public @Nullable String groupId() {
        return groupId;
    }

    /** See {@link #withGroupInstanceId}; {@code null} if there is none. */
    public @Nullable String groupInstanceId() {
        return groupInstanceId;
    }

    /** See {@link #withClientId}. */
    public String clientId() {
        return clientId;
    }

    /** See {@link #withAssignor}. */
    public Assignor assignor() {
        return assignor;
    }

    /** See {@link #withMaxDrain}. */
    public Duration maxDrain() {
        return maxDrain;
    }

    /** See {@link #withSessionTimeout}. */
    public Duration sessionTimeout() {
        return sessionTimeout;
    }

    /** See {@link #withStallTimeout}; {@code null} if there is none. */
    public @Nullable Duration stallTimeout() {
        return stallTimeout;
    }

    /** See {@link #withDecodingDecider}. */
    public DecodingDecider decodingDecider() {
        return decodingDecider;
    }

    /** What a run of a stream has to keep to. */
    Throttle throttle() {
        Throttles throttles = quotaHolds ? tailrace.throttles() : Throttles.NONE;
        return throttles.of(QuotaKind.CONSUME, ClientIdentity.anonymous(clientId));
    }

    /** The group, which a subscription to topics has to have. */
    String requireGroupId() {
        String group = groupId;
        if (group == null) {
            throw new TailraceException(
                    ErrorCode.INVALID_SETTING,
                    "A subscription to topics is shared by a consumer group, and the settings name none: add withGroupId, or name"
                            + " partitions with Subscriptions.assignment.");
        }
        return group;
    }

    /** How a consumer with that subscription joins its group. */
    GroupJoin join(AutoSubscription subscription) {
        return new GroupJoin(
                requireGroupId(), clientId, groupInstanceId, subscription.topics(), assignor, maxDrain, sessionTimeout);
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
                + autoOffsetReset + ", decompressionLimit=" + decompressionLimit + ", stopTimeout=" + stopTimeout
                + ", groupId=" + groupId + ", groupInstanceId=" + groupInstanceId + ", clientId=" + clientId
                + ", assignor=" + assignor + ", maxDrain=" + maxDrain + ", sessionTimeout=" + sessionTimeout
                + ", stallTimeout=" + stallTimeout + "]";
    }

    private ConsumerSettings<K, V> with(java.util.function.Consumer<ConsumerSettings<K, V>> change) {
        ConsumerSettings<K, V> copy = new ConsumerSettings<>(this);
        change.accept(copy);
        return copy.checked();
    }

    private ConsumerSettings<K, V> checked() {
        SettingChecks.clientId(clientId);
        SettingChecks.between("fetch-bytes", fetchBytes, 1, 1 << 30);
        SettingChecks.between("buffer-bytes", bufferBytes, 1, Long.MAX_VALUE);
        SettingChecks.between("decompression-limit", decompressionLimit, 1, Integer.MAX_VALUE);
        SettingChecks.positive("stop-timeout", stopTimeout);
        SettingChecks.backoff(minRetryBackoff, maxRetryBackoff);
        SettingChecks.name("group-id", groupId);
        SettingChecks.name("group-instance-id", groupInstanceId);
        SettingChecks.positive("max-drain", maxDrain);
        SettingChecks.positive("session-timeout", sessionTimeout);
        if (stallTimeout != null) {
            SettingChecks.positive("stall-timeout", stallTimeout);
        }
        return this;
    }
}
