package io.tailrace.streams;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.node.Tailrace;
import java.time.Duration;
import java.util.Objects;
import org.apache.pekko.actor.ClassicActorSystemProvider;

/**
 * How a {@link Committer} works. Immutable; each wither returns a changed copy. The defaults stand under {@code tailrace.committer} in the
 * configuration. A value that is not usable is refused at once with {@link io.tailrace.engine.error.ErrorCode#INVALID_SETTING}.
 */
public final class CommitterSettings {
    private final long maxBatch;
    private final Duration maxInterval;
    private final int parallelism;
    private final CommitDelivery delivery;
    private final CommitWhen when;

    private CommitterSettings(
            long maxBatch, Duration maxInterval, int parallelism, CommitDelivery delivery, CommitWhen when) {
        SettingChecks.between("max-batch", maxBatch, 1, Long.MAX_VALUE);
        SettingChecks.positive("max-interval", maxInterval);
        SettingChecks.between("parallelism", parallelism, 1, Integer.MAX_VALUE);
        this.maxBatch = maxBatch;
        this.maxInterval = maxInterval;
        this.parallelism = parallelism;
        this.delivery = Objects.requireNonNull(delivery, "delivery");
        this.when = Objects.requireNonNull(when, "when");
    }

    /** Where the defaults stand in the configuration. */
    public static String configPath() {
        return "tailrace.committer";
    }

    /** The settings of that actor system's configuration. */
    public static CommitterSettings create(ClassicActorSystemProvider system) {
        Config config = system.classicSystem().settings().config().withFallback(ConfigFactory.defaultReference());
        return create(config.getConfig(configPath()));
    }

    /** The settings of that node's configuration. */
    public static CommitterSettings create(Tailrace tailrace) {
        return create(tailrace.system());
    }

    /** The settings of a section with the layout of {@code tailrace.committer}. */
    public static CommitterSettings create(Config config) {
        return new CommitterSettings(
                config.getLong("max-batch"),
                config.getDuration("max-interval"),
                config.getInt("parallelism"),
                SettingChecks.constant(CommitDelivery.class, "tailrace.committer", "delivery", config),
                SettingChecks.constant(CommitWhen.class, "tailrace.committer", "when", config));
    }

    /** Records after which a batch is committed. Default 1000. */
    public CommitterSettings withMaxBatch(long maxBatch) {
        return new CommitterSettings(maxBatch, maxInterval, parallelism, delivery, when);
    }

    /** How long a record waits for its batch to be committed at most. Default 10 s. */
    public CommitterSettings withMaxInterval(Duration maxInterval) {
        return new CommitterSettings(maxBatch, maxInterval, parallelism, delivery, when);
    }

    /** Batches that may be unanswered at once; beyond, upstream is backpressured. Default 100. */
    public CommitterSettings withParallelism(int parallelism) {
        return new CommitterSettings(maxBatch, maxInterval, parallelism, delivery, when);
    }

    /** Whether commits are waited for. Default {@link CommitDelivery#WAIT_FOR_ACK}. */
    public CommitterSettings withDelivery(CommitDelivery delivery) {
        return new CommitterSettings(maxBatch, maxInterval, parallelism, delivery, when);
    }

    /** When a record counts as dealt with. Default {@link CommitWhen#OFFSET_FIRST_OBSERVED}. */
    public CommitterSettings withCommitWhen(CommitWhen when) {
        return new CommitterSettings(maxBatch, maxInterval, parallelism, delivery, when);
    }

    /** See {@link #withMaxBatch}. */
    public long maxBatch() {
        return maxBatch;
    }

    /** See {@link #withMaxInterval}. */
    public Duration maxInterval() {
        return maxInterval;
    }

    /** See {@link #withParallelism}. */
    public int parallelism() {
        return parallelism;
    }

    /** See {@link #withDelivery}. */
    public CommitDelivery delivery() {
        return delivery;
    }

    /** See {@link #withCommitWhen}. */
    public CommitWhen when() {
        return when;
    }

    @Override
    public String toString() {
        return "CommitterSettings[maxBatch=" + maxBatch + ", maxInterval=" + maxInterval + ", parallelism="
                + parallelism + ", delivery=" + delivery + ", when=" + when + "]";
    }
}
