package io.tailrace.cluster.catalog;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.Compaction;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.TimestampType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The settings of a topic as text, by the names that Kafka gave them. */
final class SettingNames {
    private static final String CREATE_TIME = "CreateTime";
    private static final String LOG_APPEND_TIME = "LogAppendTime";
    private static final String DELETE = "delete";
    private static final String COMPACT = "compact";

    /** Kafka has them; accepting them without acting on them would be a lie. */
    private static final Set<String> NOT_HONOURED = Set.of(
            "file.delete.delay.ms",
            "flush.messages",
            "flush.ms",
            "index.interval.bytes",
            "message.downconversion.enable",
            "message.format.version",
            "message.timestamp.after.max.ms",
            "message.timestamp.before.max.ms",
            "message.timestamp.difference.max.ms",
            "min.insync.replicas",
            "preallocate",
            "segment.index.bytes",
            "segment.jitter.ms",
            "unclean.leader.election.enable");

    private static final String PRODUCER = "producer";

    /** Of the compressions, where Kafka does not call it none. */
    private static final String UNCOMPRESSED = "uncompressed";

    /** Not written down where they are as ever: programs from before there was compaction, or compression by topic, refuse them. */
    private static final Set<String> NOT_ALWAYS_KNOWN = Set.of(
            "compression.gzip.level",
            "compression.lz4.level",
            "compression.zstd.level",
            "delete.retention.ms",
            "max.compaction.lag.ms",
            "min.cleanable.dirty.ratio",
            "min.compaction.lag.ms");

    private SettingNames() {}

    static TopicSettings apply(TopicSettings base, Map<String, String> changes) {
        int maxMessageBytes = base.maxMessageBytes();
        int segmentBytes = base.segmentBytes();
        long segmentMillis = base.segmentMillis();
        TimestampType timestampType = base.timestampType();
        long retentionMillis = base.retentionMillis();
        long retentionBytes = base.retentionBytes();
        boolean deletes = base.deletes();
        boolean compacts = base.compaction().enabled();
        double dirtyRatio = base.compaction().minDirtyRatio();
        long minLagMillis = base.compaction().minLagMillis();
        long maxLagMillis = base.compaction().maxLagMillis();
        long deleteRetentionMillis = base.compaction().deleteRetentionMillis();
        Optional<Compression> compression = base.compression().compression();
        int gzipLevel = base.compression().gzipLevel();
        int lz4Level = base.compression().lz4Level();
        int zstdLevel = base.compression().zstdLevel();
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
                case "cleanup.policy" -> {
                    List<String> policies = policies(value);
                    deletes = policies.contains(DELETE);
                    compacts = policies.contains(COMPACT);
                }
                case "min.cleanable.dirty.ratio" -> dirtyRatio = ratio(name, value);
                case "min.compaction.lag.ms" -> minLagMillis = atLeast(0, name, value);
                case "max.compaction.lag.ms" -> maxLagMillis = atLeast(1, name, value);
                case "delete.retention.ms" -> deleteRetentionMillis = atLeast(0, name, value);
                case "compression.type" -> compression = compression(value);
                case "compression.gzip.level" -> gzipLevel = level(Compression.GZIP, value);
                case "compression.lz4.level" -> lz4Level = level(Compression.LZ4, value);
                case "compression.zstd.level" -> zstdLevel = level(Compression.ZSTD, value);
                default -> throw unknown(name);
            }
        }
        if (minLagMillis > maxLagMillis) {
            throw invalid("min.compaction.lag.ms is " + minLagMillis + ", more than max.compaction.lag.ms of "
                    + maxLagMillis + ": lower the one or raise the other.");
        }
        return new TopicSettings(
                maxMessageBytes,
                segmentBytes,
                segmentMillis,
                timestampType,
                retentionMillis,
                retentionBytes,
                deletes,
                new Compaction(compacts, dirtyRatio, minLagMillis, maxLagMillis, deleteRetentionMillis),
                new TopicCompression(compression, gzipLevel, lz4Level, zstdLevel));
    }

    static SortedMap<String, String> toMap(TopicSettings settings) {
        SortedMap<String, String> all = new TreeMap<>();
        all.put("cleanup.policy", policy(settings));
        all.put("compression.type", compressionType(settings));
        all.put(
                levelOf(Compression.GZIP),
                Integer.toString(settings.compression().gzipLevel()));
        all.put(
                levelOf(Compression.LZ4),
                Integer.toString(settings.compression().lz4Level()));
        all.put(
                levelOf(Compression.ZSTD),
                Integer.toString(settings.compression().zstdLevel()));
        all.put("delete.retention.ms", Long.toString(settings.compaction().deleteRetentionMillis()));
        all.put("max.compaction.lag.ms", Long.toString(settings.compaction().maxLagMillis()));
        all.put(
                "min.cleanable.dirty.ratio",
                Double.toString(settings.compaction().minDirtyRatio()));
        all.put("min.compaction.lag.ms", Long.toString(settings.compaction().minLagMillis()));
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

    static SortedMap<String, String> toStored(TopicSettings settings) {
        SortedMap<String, String> stored = toMap(settings);
        Map<String, String> defaults = toMap(TopicSettings.DEFAULT);
        stored.keySet()
                .removeIf(name -> NOT_ALWAYS_KNOWN.contains(name)
                        && stored.getOrDefault(name, "").equals(defaults.get(name)));
        return stored;
    }

    private static String policy(TopicSettings settings) {
        if (!settings.compaction().enabled()) {
            return DELETE;
        }
        return settings.deletes() ? COMPACT + "," + DELETE : COMPACT;
    }

    private static List<String> policies(String value) {
        List<String> policies = List.of(value.split(",", -1));
        boolean known = policies.stream().allMatch(policy -> policy.equals(DELETE) || policy.equals(COMPACT));
        if (!known || policies.size() != Set.copyOf(policies).size()) {
            throw invalid("cleanup.policy is '" + shown(value) + "': give delete, compact, or both as compact,delete.");
        }
        return policies;
    }

    private static String compressionType(TopicSettings settings) {
        return settings.compression().compression().map(SettingNames::nameOf).orElse(PRODUCER);
    }

    private static String nameOf(Compression compression) {
        return compression == Compression.NONE
                ? UNCOMPRESSED
                : compression.name().toLowerCase(Locale.ROOT);
    }

    /** The setting that is the codec's level. */
    static String levelOf(Compression compression) {
        return "compression." + nameOf(compression) + ".level";
    }

    private static Optional<Compression> compression(String value) {
        if (value.equals(PRODUCER)) {
            return Optional.empty();
        }
        for (Compression compression : Compression.values()) {
            if (value.equals(nameOf(compression))) {
                return Optional.of(compression);
            }
        }
        throw invalid("compression.type is '" + shown(value) + "': give " + PRODUCER + ", " + UNCOMPRESSED
                + ", gzip, snappy, lz4 or zstd.");
    }

    private static int level(Compression compression, String value) {
        String name = levelOf(compression);
        try {
            int level = Integer.parseInt(value);
            if (level != compression.defaultLevel()) {
                check(name, level, compression.minLevel(), compression.maxLevel());
            }
            return level;
        } catch (NumberFormatException e) {
            throw invalid(name + " is '" + shown(value) + "': give a whole number.");
        }
    }

    private static double ratio(String name, String value) {
        try {
            double ratio = Double.parseDouble(value);
            if (ratio >= 0 && ratio <= 1) {
                return ratio;
            }
        } catch (NumberFormatException e) {
            throw invalid(name + " is '" + shown(value) + "': give a number from 0 to 1.");
        }
        throw invalid(name + " is " + shown(value) + ": give 0 to 1.");
    }

    private static long atLeast(long least, String name, String value) {
        long number = number(name, value, Long.MAX_VALUE);
        check(name, number, least, Long.MAX_VALUE);
        return number;
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
