package io.tailrace.cluster.catalog;

import io.tailrace.engine.log.Compaction;
import io.tailrace.engine.log.Retention;
import io.tailrace.engine.record.TimestampType;
import java.util.Map;
import java.util.SortedMap;

/**
 * The settings of a topic, under Kafka's names. Always valid: what does not fit together cannot be constructed.
 *
 * @param maxMessageBytes {@code max.message.bytes}: the largest batch accepted, in bytes
 * @param segmentBytes {@code segment.bytes}: a segment is rolled before it grows past this
 * @param segmentMillis {@code segment.ms}: a segment is rolled when its first batch is older than this
 * @param timestampType {@code message.timestamp.type}
 * @param retentionMillis {@code retention.ms}: a segment goes when its newest record is older than this; -1 for never
 * @param retentionBytes {@code retention.bytes}: the oldest segments of a partition go while those after them are at least as
 *     large as this; -1 for never
 * @param deletes whether {@code cleanup.policy} lets records go by age and size
 * @param compaction whether {@code cleanup.policy} asks for compaction, and when that is done
 * @param compression {@code compression.type} and the codecs' levels
 */
public record TopicSettings(
        int maxMessageBytes,
        int segmentBytes,
        long segmentMillis,
        TimestampType timestampType,
        long retentionMillis,
        long retentionBytes,
        boolean deletes,
        Compaction compaction,
        TopicCompression compression) {
    private static final long WEEK_MILLIS = 7L * 24 * 60 * 60 * 1000;

    /** What a topic gets that says nothing: 1 MiB batches, 1 GiB segments, 7 days, create time. */
    public static final TopicSettings DEFAULT =
            new TopicSettings(1_048_588, 1 << 30, WEEK_MILLIS, TimestampType.CREATE_TIME, WEEK_MILLIS, -1);

    /** Of a topic that is not compacted, and compressed as its producers choose. */
    public TopicSettings(
            int maxMessageBytes,
            int segmentBytes,
            long segmentMillis,
            TimestampType timestampType,
            long retentionMillis,
            long retentionBytes) {
        this(
                maxMessageBytes,
                segmentBytes,
                segmentMillis,
                timestampType,
                retentionMillis,
                retentionBytes,
                true,
                Compaction.NONE,
                TopicCompression.PRODUCER);
    }

    /**
     * Checks the bounds.
     *
     * @throws io.tailrace.engine.error.TailraceException INVALID_SETTING that names the setting
     */
    public TopicSettings {
        SettingNames.check("max.message.bytes", maxMessageBytes, 1024, 1 << 30);
        SettingNames.check("segment.bytes", segmentBytes, 1024 * 1024, Integer.MAX_VALUE);
        SettingNames.check("segment.ms", segmentMillis, 1, Long.MAX_VALUE);
        SettingNames.check("retention.ms", retentionMillis, -1, Long.MAX_VALUE);
        SettingNames.check("retention.bytes", retentionBytes, -1, Long.MAX_VALUE);
        if (!deletes && !compaction.enabled()) {
            throw SettingNames.invalid("cleanup.policy is empty: give delete, compact, or compact,delete.");
        }
        if (maxMessageBytes > segmentBytes) {
            throw SettingNames.invalid("max.message.bytes is " + maxMessageBytes + ", more than segment.bytes of "
                    + segmentBytes + ": a batch has to fit into a segment.");
        }
    }

    /**
     * The same with these settings changed.
     *
     * @param changes values by Kafka's names, as text
     * @throws io.tailrace.engine.error.TailraceException INVALID_SETTING for a name that is unknown or not honoured yet, or a
     *     value out of its range
     */
    public TopicSettings with(Map<String, String> changes) {
        return SettingNames.apply(this, changes);
    }

    /** How long records are kept; as long as nothing newer has their key where the policy is {@code compact} alone. */
    public Retention retention() {
        return deletes ? new Retention(retentionMillis, retentionBytes) : Retention.NONE;
    }

    /** All settings by Kafka's names. */
    public SortedMap<String, String> asMap() {
        return SettingNames.toMap(this);
    }

    /** What is written down: as {@link #asMap}, without what older programs do not know and nobody has changed. */
    SortedMap<String, String> asStored() {
        return SettingNames.toStored(this);
    }
}
