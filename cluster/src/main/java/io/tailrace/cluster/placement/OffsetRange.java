package io.tailrace.cluster.placement;

/**
 * What a partition holds.
 *
 * @param startOffset of the first record that is still there
 * @param endOffset the high watermark: the offset after the last committed record
 */
public record OffsetRange(long startOffset, long endOffset) {}
