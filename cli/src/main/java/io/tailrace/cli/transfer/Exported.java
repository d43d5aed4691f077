package io.tailrace.cli.transfer;

/**
 * What was written of a partition.
 *
 * @param startOffset where it was begun
 * @param endOffset the first offset that was not wanted
 */
public record Exported(
        int partition, long startOffset, long endOffset, long batches, long records, long bytes, int crc) {}
