package io.tailrace.cluster.group;

/**
 * How far a group has read a partition.
 *
 * @param offset of the next record to read
 * @param leaderEpoch the epoch of the leader that stored the record before it, -1 if that is not known
 * @param metadata of the application's, up to {@link #MAX_METADATA} characters, perhaps empty
 * @param committedAtMillis when, milliseconds since 1970, by the coordinator's clock
 */
public record CommittedOffset(long offset, int leaderEpoch, String metadata, long committedAtMillis) {
    /** Characters of metadata that are kept with an offset at most. */
    public static final int MAX_METADATA = 4096;
}
