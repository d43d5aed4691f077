package io.tailrace.engine.record;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;

/**
 * A compression and how hard it tries (KIP-390). The level is for who compresses: what comes of it is read without knowing it.
 *
 * @param level {@link Compression#defaultLevel()}, or from {@link Compression#minLevel()} to {@link Compression#maxLevel()}
 */
public record Codec(Compression compression, int level) {
    /** No compression. */
    public static final Codec NONE = of(Compression.NONE);

    /**
     * Checks the level.
     *
     * @throws TailraceException {@link ErrorCode#INVALID_SETTING}
     */
    public Codec {
        if (level != compression.defaultLevel() && (level < compression.minLevel() || level > compression.maxLevel())) {
            throw new TailraceException(
                    ErrorCode.INVALID_SETTING,
                    compression + " has no level " + level + ": give " + compression.minLevel() + " to "
                            + compression.maxLevel() + ", or " + compression.defaultLevel() + ".");
        }
    }

    /** With its default level. */
    public static Codec of(Compression compression) {
        return new Codec(compression, compression.defaultLevel());
    }

    boolean isDefaultLevel() {
        return level == compression.defaultLevel();
    }
}
