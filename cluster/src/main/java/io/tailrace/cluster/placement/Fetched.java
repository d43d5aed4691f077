package io.tailrace.cluster.placement;

import java.nio.ByteBuffer;

/**
 * Whole record batches of one partition, from {@code position} to {@code limit}; control batches included, and the first
 * batch may begin below the offset that was asked for. The receiver owns the bytes (a heap buffer with an accessible array).
 * The checksums have not been looked at: the reader of the records does that.
 *
 * @param highWatermark the committed offset when the bytes were read
 */
public record Fetched(ByteBuffer batches, long highWatermark) {}
