package io.tailrace.streams.dsl;

/**
 * A buffer that gives the earliest of its changes early when it is full.
 *
 * @param maxRecords how many keys it holds at most; {@link Long#MAX_VALUE}: no bound
 * @param maxBytes how many bytes its entries take at most; {@link Long#MAX_VALUE}: no bound
 */
public record EagerBufferConfig(long maxRecords, long maxBytes) implements BufferConfig {
    /** Throws {@link IllegalArgumentException} for negative bounds. */
    public EagerBufferConfig {
        if (maxRecords < 0 || maxBytes < 0) {
            throw new IllegalArgumentException(
                    "A buffer cannot hold " + maxRecords + " records of " + maxBytes + " bytes.");
        }
    }

    @Override
    public EagerBufferConfig withMaxRecords(long records) {
        return new EagerBufferConfig(records, maxBytes);
    }

    @Override
    public EagerBufferConfig withMaxBytes(long bytes) {
        return new EagerBufferConfig(maxRecords, bytes);
    }
}
