package io.tailrace.cluster.catalog;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.TimestampType;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The settings of a topic as text, by the names that Kafka gave them. */
final class SettingNames {
    private static final String CREATE_TIME = "CreateTime";
    private static final String LOG_APPEND_TIME = "LogAppendTime";

    /** Kafka has them; accepting them without acting on them would be a lie. */
    private static final Set<String> NOT_HONOURED = Set.of(
            "delete.retention.ms",
            "file.delete.delay.ms",
            "flush.messages",
            "flush.ms",
            "index.interval.bytes",
            "max.compaction.lag.ms",
            "message.downconversion.enable",
            "message.format.version",
            "message.timestamp.after.max.ms",
            "message.timestamp.before.max.ms",
            "message.timestamp.difference.max.ms",
            "min.cleanable.dirty.ratio",
            "min.compaction.lag.ms",
            "min.insync.replicas",
            "preallocate",
            "segment.index.bytes",
            "segment.jitter.ms",
            "unclean.leader.election.enable");

    private SettingNames() {}

    static TopicSettings apply(TopicSettings base, Map<String, String> changes) {
        int maxMessageBytes = base.maxMessageBytes();
        int segmentBytes = base.segmentBytes();
        long segmentMillis = base.segmentMillis();
        TimestampType timestampType = base.timestampType();
        long retentionMillis = base.retentionMillis();
        long retentionBytes = base.retentionBytes();
        for (Map.Entry<String, String> change : changes.entrySet()) {
            String name = change.getKey();
            String value = change.getValue();
            switch (name) {
                case "max.message.bytes" -> maxMessageBytes = (int) number(name, value, Integer.MAX_VALUE);
                case "segment.bytes" -> segmentBytes = (int) number(name, value, Integer.MAX_VALUE);
                case "segment.ms" -> segmentMillis = number(name, value, Long.MAX_VALUE);
                case "message.timestamp.type" -> timestampType = timestampType(value);
                case "retention.ms" -> retentionMillis = number(name, value, Long.MAX_VALUE);
                case "retention.bytes" -> retentionBytes = number(name, value, Long.MAX_VALUE);
                case "cleanup.policy" -> only(name, value, "delete");
                case "compression.type" -> only(name, value, "producer");
                default -> throw unknown(name);
            }
        }
        return new TopicSettings(
                maxMessageBytes, segmentBytes, segmentMillis, timestampType, retentionMillis, retentionBytes);
    }

    static SortedMap<String, String> toMap(TopicSettings settings) {
        SortedMap<String, String> all = new TreeMap<>();
        all.put("cleanup.policy", "delete");
        all.put("compression.type", "producer");
        all.put("max.message.bytes", Integer.toString(settings.maxMessageBytes()));
        all.put(
                "message.timestamp.type",
                settings.timestampType() == TimestampType.CREATE_TIME ? CREATE_TIME : LOG_APPEND_TIME);
        all.put("retention.bytes", Long.toString(settings.retentionBytes()));
        all.put("retention.ms", Long.toString(settings.retentionMillis()));
        all.put("segment.bytes", Integer.toString(settings.segmentBytes()));
        all.put("segment.ms", Long.toString(settings.segmentMillis()));
        return all;
    }

    private static long number(String name, String value, long most) {
        try {
            long number = Long.parseLong(value);
            if (number >= -1 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw invalid(name + " is '" + shown(value) + "': give a whole number.");
        }
        throw invalid(name + " is " + shown(value) + ": give -1 to " + most + ".");
    }

    private static TimestampType timestampType(String value) {
        return switch (value) {
            case CREATE_TIME -> TimestampType.CREATE_TIME;
            case LOG_APPEND_TIME -> TimestampType.LOG_APPEND_TIME;
            default ->
                throw invalid("message.timestamp.type is '" + shown(value) + "': give " + CREATE_TIME + " or "
                        + LOG_APPEND_TIME + ".");
        };
    }

    private static void only(String name, String value, String honoured) {
        if (!value.equals(honoured)) {
            throw invalid(
                    name + "=" + shown(value) + " is not honoured yet: only '" + honoured + "' is; leave it out.");
        }
    }

    private static TailraceException unknown(String name) {
        return NOT_HONOURED.contains(name)
                ? invalid(name + " is not honoured yet: leave it out.")
                : invalid("There is no setting '" + shown(name) + "': mind the spelling.");
    }

    private static String shown(String text) {
        String cut = text.length() <= 60 ? text : text.substring(0, 60) + "…";
        return cut.replaceAll("\\p{Cntrl}", "?");
    }

    static void check(String setting, long value, long least, long most) {
        if (value < least || value > most) {
            throw invalid(setting + " is " + value + ": give " + least + " to " + most + ".");
        }
    }

    static TailraceException invalid(String message) {
        return new TailraceException(ErrorCode.INVALID_SETTING, message);
    }
}
