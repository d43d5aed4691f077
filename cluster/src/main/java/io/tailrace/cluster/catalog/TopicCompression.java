package io.tailrace.cluster.catalog;

import io.tailrace.engine.record.Codec;
import io.tailrace.engine.record.Compression;
import java.util.Optional;

/**
 * What the batches of a topic are compressed with (Kafka's {@code compression.type}, KIP-390).
 *
 * @param compression the topic's; empty for {@code producer}: each producer's choice, stored as it comes
 * @param gzipLevel {@code compression.gzip.level}: 1 to 9, or -1 for gzip's own choice
 * @param lz4Level {@code compression.lz4.level}: 1 to 17
 * @param zstdLevel {@code compression.zstd.level}: -131072 to 22
 */
public record TopicCompression(Optional<Compression> compression, int gzipLevel, int lz4Level, int zstdLevel) {
    /** As the producers choose. */
    public static final TopicCompression PRODUCER = new TopicCompression(
            Optional.empty(),
            Compression.GZIP.defaultLevel(),
            Compression.LZ4.defaultLevel(),
            Compression.ZSTD.defaultLevel());

    /**
     * Checks the levels, those of the codecs that are not used too.
     *
     * @throws io.tailrace.engine.error.TailraceException INVALID_SETTING that names the setting
     */
    public TopicCompression {
        check(Compression.GZIP, gzipLevel);
        check(Compression.LZ4, lz4Level);
        check(Compression.ZSTD, zstdLevel);
    }

    private static void check(Compression compression, int level) {
        if (level != compression.defaultLevel()) {
            SettingNames.check(
                    SettingNames.levelOf(compression), level, compression.minLevel(), compression.maxLevel());
        }
    }

    /** What a batch is to be compressed with; empty: as its producer chose. */
    public Optional<Codec> codec() {
        return compression.map(chosen -> new Codec(chosen, level(chosen)));
    }

    private int level(Compression chosen) {
        return switch (chosen) {
            case NONE, SNAPPY -> chosen.defaultLevel();
            case GZIP -> gzipLevel;
            case LZ4 -> lz4Level;
            case ZSTD -> zstdLevel;
        };
    }
}
