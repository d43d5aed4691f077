package io.tailrace.streams.runtime;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.AutoOffsetReset;
import io.tailrace.streams.topology.TimestampExtractor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How an application runs. Immutable; each wither returns a changed copy. The defaults stand under {@code tailrace.streams} in the configuration. A value that is
 * not usable is refused at once with {@link ErrorCode#INVALID_SETTING}.
 *
 * @param guarantee {@code processing.guarantee}
 * @param commitInterval how long after the first uncommitted record a commit is made at the latest ({@code commit.interval.ms})
 * @param maxCommitBytes how many bytes of changes and outputs a commit collects at most
 * @param bufferedBytes how many bytes a task reads ahead per input partition
 * @param maxTaskIdle how long a task that has records of one partition waits for those of another, to take them in the order of time ({@code max.task.idle.ms})
 * @param reset where to begin in a topic without a position ({@code auto.offset.reset})
 * @param timestamps of records whose source has no extractor of its own; {@code null}: their own timestamps
 * @param stateDirectory where stores on disk lie; {@code null}: stores are kept in memory
 * @param minRestartBackoff after which a failed task begins anew, the first time
 * @param maxRestartBackoff the longest time after which it does
 * @param stopTimeout how long a task may take to commit and stop before it is somebody else's; the longest that a close takes
 * @param sessionTimeout how long the tasks of an instance that was lost stay with it: of one with an instance id always ({@code session.timeout.ms})
 * @param instanceId keeps the tasks of an instance for it while it restarts ({@code group.instance.id}); {@code null}: they go to others
 * @param replicas of the internal topics ({@code replication.factor}); {@link NewTopic#DEFAULT_REPLICAS}: as the cluster does by default
 * @param errors what becomes of records that cannot be dealt with ({@code default.deserialization.exception.handler} and its like)
 */
public record StreamSettings(
        ProcessingGuarantee guarantee,
        Duration commitInterval,
        int maxCommitBytes,
        int bufferedBytes,
        Duration maxTaskIdle,
        AutoOffsetReset reset,
        @Nullable TimestampExtractor timestamps,
        @Nullable Path stateDirectory,
        Duration minRestartBackoff,
        Duration maxRestartBackoff,
        Duration stopTimeout,
        Duration sessionTimeout,
        @Nullable String instanceId,
        int replicas,
        ErrorHandling errors) {
    /** A commit is one batch, so this is bounded by what a batch can be. */
    public static final int LARGEST_COMMIT_BYTES = 8 << 20;

    private static final Duration LONGEST = Duration.ofDays(365);
    private static final int LONGEST_NAME = 255;
    private static final int MOST_REPLICAS = 1000;

    /**
     * Checks the bounds.
     *
     * @throws TailraceException INVALID_SETTING that names the setting
     */
    public StreamSettings {
        between("commit-interval", commitInterval, Duration.ofMillis(1));
        between("max-commit-bytes", maxCommitBytes, 1, LARGEST_COMMIT_BYTES);
        between("buffered-bytes", bufferedBytes, 1, 1 << 30);
        between("max-task-idle", maxTaskIdle, Duration.ZERO);
        between("restart-backoff.min", minRestartBackoff, Duration.ofMillis(1));
        between("restart-backoff.max", maxRestartBackoff, minRestartBackoff);
        between("stop-timeout", stopTimeout, Duration.ofMillis(1));
        between("session-timeout", sessionTimeout, Duration.ofMillis(1));
        between("replicas", replicas, NewTopic.DEFAULT_REPLICAS, MOST_REPLICAS);
        if (instanceId != null && (instanceId.isEmpty() || instanceId.length() > LONGEST_NAME)) {
            throw invalid("instance-id is \"" + instanceId + "\": use 1 to " + LONGEST_NAME + " characters.");
        }
    }

    private static void between(String name, Duration value, Duration min) {
        if (value.compareTo(min) < 0 || value.compareTo(LONGEST) > 0) {
            throw invalid(name + " is " + value + ": use " + min + " to " + LONGEST + ".");
        }
    }

    private static void between(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw invalid(name + " is " + value + ": use " + min + " to " + max + ".");
        }
    }

    private static TailraceException invalid(String what) {
        return new TailraceException(ErrorCode.INVALID_SETTING, what);
    }

    /** Where the defaults stand in the configuration. */
    public static String configPath() {
        return "tailrace.streams";
    }

    /** The defaults: exactly once, a commit each 100 ms, from the earliest record on, with stores in memory. */
    public static StreamSettings defaults() {
        return create(ConfigFactory.defaultReference().getConfig(configPath()));
    }

    /** The settings of that node's configuration. */
    public static StreamSettings create(Tailrace tailrace) {
        Config config = tailrace.system().settings().config().withFallback(ConfigFactory.defaultReference());
        return create(config.getConfig(configPath()));
    }

    /** The settings of a section with the layout of {@code tailrace.streams}. */
    public static StreamSettings create(Config config) {
        String directory = config.getString("state-directory");
        String instance = config.getString("instance-id");
        return new StreamSettings(
                constant(ProcessingGuarantee.class, "processing-guarantee", config),
                config.getDuration("commit-interval"),
                bytes("max-commit-bytes", config),
                bytes("buffered-bytes", config),
                config.getDuration("max-task-idle"),
                constant(AutoOffsetReset.class, "auto-offset-reset", config),
                null,
                directory.isEmpty() ? null : Path.of(directory),
                config.getDuration("restart-backoff.min"),
                config.getDuration("restart-backoff.max"),
                config.getDuration("stop-timeout"),
                config.getDuration("session-timeout"),
                instance.isEmpty() ? null : instance,
                config.getInt("replicas"),
                ErrorHandling.logAndFail());
    }

    private static int bytes(String name, Config config) {
        return (int) Math.min(Integer.MAX_VALUE, config.getBytes(name));
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String name, Config config) {
        String value = config.getString(name);
        return Arrays.stream(type.getEnumConstants())
                .filter(each -> spelled(each).equals(value))
                .findFirst()
                .orElseThrow(() -> invalid(name + " is " + value + ": use "
                        + String.join(
                                " or ",
                                Arrays.stream(type.getEnumConstants())
                                        .map(StreamSettings::spelled)
                                        .toList())
                        + "."));
    }

    private static String spelled(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What can be said of results after a crash. Default {@link ProcessingGuarantee#EXACTLY_ONCE}. */
    public StreamSettings withGuarantee(ProcessingGuarantee guarantee) {
        return new StreamSettings(
                guarantee,
                commitInterval,
                maxCommitBytes,
                bufferedBytes,
                maxTaskIdle,
                reset,
                timestamps,
                stateDirectory,
                minRestartBackoff,
                maxRestartBackoff,
                stopTimeout,
                sessionTimeout,
                instanceId,
                replicas,
                errors);
    }

    /** How long after the first uncommitted record a commit is made at the latest. Default 100 ms. */
    public StreamSettings withCommitInterval(Duration commitInterval) {
        return new StreamSettings(
                guarantee,
                commitInterval,
                maxCommitBytes,
                bufferedBytes,
                maxTaskIdle,
                reset,
                timestamps,
                stateDirectory,
                minRestartBackoff,
                maxRestartBackoff,
                stopTimeout,
                sessionTimeout,
                instanceId,
                replicas,
                errors);
    }

    /** How many bytes of changes and outputs a commit collects at most, up to {@link #LARGEST_COMMIT_BYTES}. Default 4 MiB. */
    public StreamSettings withMaxCommitBytes(int maxCommitBytes) {
        return new StreamSettings(
                guarantee,
                commitInterval,
                maxCommitBytes,
                bufferedBytes,
                maxTaskIdle,
                reset,
                timestamps,
                stateDirectory,
                minRestartBackoff,
                maxRestartBackoff,
                stopTimeout,
                sessionTimeout,
                instanceId,
                replicas,
                errors);
    }

    /** How many bytes a task reads ahead per input partition. Default 2 MiB. */
    public StreamSettings withBufferedBytes(int bufferedBytes) {
        return new StreamSettings(
                guarantee,
                commitInterval,
                maxCommitBytes,
                bufferedBytes,
                maxTaskIdle,
                reset,
                timestamps,
                stateDirectory,
                minRestartBackoff,
                maxRestartBackoff,
                stopTimeout,
                sessionTimeout,
                instanceId,
                replicas,
                errors);
    }

    /** How long a task waits for records of an empty partition. Default zero. */
    public StreamSettings withMaxTaskIdle(Duration maxTaskIdle) {
        return new StreamSettings(
                guarantee,
                commitInterval,
                maxCommitBytes,
                bufferedBytes,
                maxTaskIdle,
                reset,
                timestamps,
                stateDirectory,
                minRestartBackoff,
                maxRestartBackoff,
                stopTimeout,
                sessionTimeout,
                instanceId,
                replicas,
                errors);
    }

    /** Where to begin in a topic without a position. Default earliest. */
    public StreamSettings withReset(AutoOffsetReset reset) {
        return new StreamSettings(
                guarantee,
                commitInterval,
                maxCommitBytes,
                bufferedBytes,
                maxTaskIdle,
                reset,
                timestamps,
                stateDirectory,
                minRestartBackoff,
                maxRestartBackoff,
                stopTimeout,
                sessionTimeout,
                instanceId,
                replicas,
                errors);
    }

    /** When events were, where a source does not say; {@code null}: their own timestamps, the default. */
    public StreamSettings withTimestamps(@Nullable TimestampExtractor timestamps) {
        return new StreamSettings(
                guarantee,
                commitInterval,
                maxCommitBytes,
                bufferedBytes,
                maxTaskIdle,
                reset,
                timestamps,
                stateDirectory,
                minRestartBackoff,
                maxRestartBackoff,
                stopTimeout,
                sessionTimeout,
                instanceId,
                replicas,
                errors);
    }

    /** Where stores on disk lie; {@code null}: stores are kept in memory, the default. */
    public StreamSettings withStateDirectory(@Nullable Path stateDirectory) {
        return new StreamSettings(
                guarantee,
                commitInterval,
                maxCommitBytes,
                bufferedBytes,
                maxTaskIdle,
                reset,
                timestamps,
                stateDirectory,
                minRestartBackoff,
                maxRestartBackoff,
                stopTimeout,
                sessionTimeout,
                instanceId,
                replicas,
                errors);
    }

    /** After how long a failed task begins anew: at first, and at most. Default 500 ms and 30 s. */
    public StreamSettings withRestartBackoff(Duration minRestartBackoff, Duration maxRestartBackoff) {
        return new StreamSettings(
                guarantee,
                commitInterval,
                maxCommitBytes,
                bufferedBytes,
                maxTaskIdle,
                reset,
                timestamps,
                stateDirectory,
                minRestartBackoff,
                maxRestartBackoff,
                stopTimeout,
                sessionTimeout,
                instanceId,
                replicas,
                errors);
    }

    /** How long a task may take to commit and stop. Default one minute. */
    public StreamSettings withStopTimeout(Duration stopTimeout) {
        return new StreamSettings(
                guarantee,
                commitInterval,
                maxCommitBytes,
                bufferedBytes,
                maxTaskIdle,
                reset,
                timestamps,
                stateDirectory,
                minRestartBackoff,
                maxRestartBackoff,
                stopTimeout,
                sessionTimeout,
                instanceId,
                replicas,
                errors);
    }

    /** How long the tasks of an instance that was lost stay with it. Default 45 s. */
    public StreamSettings withSessionTimeout(Duration sessionTimeout) {
        return new StreamSettings(
                guarantee,
                commitInterval,
                maxCommitBytes,
                bufferedBytes,
                maxTaskIdle,
                reset,
                timestamps,
                stateDirectory,
                minRestartBackoff,
                maxRestartBackoff,
                stopTimeout,
                sessionTimeout,
                instanceId,
                replicas,
                errors);
    }

    /** Keeps the tasks of an instance for it while it restarts, 1 to 255 characters; {@code null}: not, the default. */
    public StreamSettings withInstanceId(@Nullable String instanceId) {
        return new StreamSettings(
                guarantee,
                commitInterval,
                maxCommitBytes,
                bufferedBytes,
                maxTaskIdle,
                reset,
                timestamps,
                stateDirectory,
                minRestartBackoff,
                maxRestartBackoff,
                stopTimeout,
                sessionTimeout,
                instanceId,
                replicas,
                errors);
    }

    /** Of the internal topics. Default {@link NewTopic#DEFAULT_REPLICAS}. */
    public StreamSettings withReplicas(int replicas) {
        return new StreamSettings(
                guarantee,
                commitInterval,
                maxCommitBytes,
                bufferedBytes,
                maxTaskIdle,
                reset,
                timestamps,
                stateDirectory,
                minRestartBackoff,
                maxRestartBackoff,
                stopTimeout,
                sessionTimeout,
                instanceId,
                replicas,
                errors);
    }

    /** What becomes of records that cannot be dealt with. Default {@link ErrorHandling#logAndFail}. */
    public StreamSettings withErrors(ErrorHandling errors) {
        return new StreamSettings(
                guarantee,
                commitInterval,
                maxCommitBytes,
                bufferedBytes,
                maxTaskIdle,
                reset,
                timestamps,
                stateDirectory,
                minRestartBackoff,
                maxRestartBackoff,
                stopTimeout,
                sessionTimeout,
                instanceId,
                replicas,
                errors);
    }
}
