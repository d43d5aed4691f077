package io.tailrace.engine.log;

/**
 * What a log says of tombstones, for who is to be continued from it (decision 41). A tombstone that is gone is told to nobody any more, so
 * who still has what it deleted must not take what follows from a log without it.
 *
 * @param settledBelow of keys whose newest record below this is, or was, a tombstone no older record is left here, unless a newer record
 *     follows
 * @param goneBelow tombstones below this may be gone here; above it none is, but for a newer record
 */
public record Tombstones(long settledBelow, long goneBelow) {
    /** Of a log that was never compacted. */
    public static final Tombstones NONE = new Tombstones(0, 0);

    /** Whether a log like this one may be continued at that offset from one like the other. */
    public boolean mayBeContinued(long offset, Tombstones from) {
        return from.goneBelow <= offset || settledBelow >= from.goneBelow;
    }

    /**
     * What holds of this log when it has been continued at that offset from the other. What was below that offset stays as it is, and a
     * tombstone covers only what stands before it.
     */
    public Tombstones continued(long offset, Tombstones from) {
        return new Tombstones(
                Math.min(settledBelow, Math.max(from.settledBelow, offset)),
                Math.max(Math.min(goneBelow, offset), from.goneBelow > offset ? from.goneBelow : 0));
    }

    /** Of a log without records: whatever tombstones there are, it has nothing that they could cover. */
    public Tombstones ofNothing() {
        return new Tombstones(Long.MAX_VALUE, goneBelow);
    }

    /** Whether what this log has is not known well enough to be continued from below {@link #goneBelow}: after damage to the file alone. */
    public boolean isInDoubt() {
        return settledBelow < goneBelow;
    }
}
