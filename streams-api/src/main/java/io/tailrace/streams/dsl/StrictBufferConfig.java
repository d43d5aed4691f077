package io.tailrace.streams.dsl;

/**
 * A buffer that gives nothing early: when it is full, the application stops.
 *
 * @param maxRecords how many keys it holds at most; {@link Long#MAX_VALUE}: no bound
 * @param maxBytes how many bytes its entries take at most; {@link Long#MAX_VALUE}: no bound
 */
public record StrictBufferConfig(long maxRecords, long maxBytes) implements BufferConfig {
    /** Throws {@link IllegalArgumentException} for negative bounds. */
    public StrictBufferConfig {
        if (maxRecords < 0 || maxBytes < 0) {
            throw new IllegalArgumentException(
                    "A buffer cannot hold " + maxRecords + " records of " + maxBytes + " bytes.");
        }
    }

    @Override
    public StrictBufferConfig withMaxRecords(long records) {
        return new StrictBufferConfig(records, maxBytes);
    }

    @Override
    public StrictBufferConfig withMaxBytes(long bytes) {
        return new StrictBufferConfig(maxRecords, bytes);
    }
}
