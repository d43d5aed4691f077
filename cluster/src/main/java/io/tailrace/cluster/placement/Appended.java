package io.tailrace.cluster.placement;

/**
 * A batch is stored as its topic's settings promise.
 *
 * @param baseOffset offset of the batch's first record; -1 for a duplicate so old that its offset is no longer known
 * @param appendTimeMillis the time the partition set, or -1 where the records keep theirs
 */
public record Appended(long baseOffset, long appendTimeMillis) {}
