package io.tailrace.cluster.journal;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Under which producer id and epoch an incarnation of a persistent actor writes. The id follows from the persistence id; each
 * incarnation takes the next epoch. The last epoch of an id is never written in: claiming it fences all writers of that id,
 * and then the next id begins with epoch 0.
 *
 * @param producerId positive
 * @param epoch from 0
 */
record WriterEpoch(long producerId, short epoch) {
    /** The largest epoch there is. */
    static final short LAST = Short.MAX_VALUE;

    /** The first one of a persistence id. */
    static WriterEpoch first(String persistenceId) {
        return new WriterEpoch(idAfter(0, persistenceId), (short) 0);
    }

    /**
     * The one to claim after this one.
     *
     * @param last the epoch after which the next producer id begins
     */
    WriterEpoch next(String persistenceId, short last) {
        return isOver(last)
                ? new WriterEpoch(idAfter(producerId, persistenceId), (short) 0)
                : new WriterEpoch(producerId, (short) (epoch + 1));
    }

    /** Whether nobody may write in it, since it only ends its producer id. */
    boolean isOver(short last) {
        return epoch >= last;
    }

    private static long idAfter(long producerId, String persistenceId) {
        byte[] name = ("producer|" + producerId + "|" + persistenceId).getBytes(StandardCharsets.UTF_8);
        // Never 0, which stands for "before the first".
        return Math.max(1, UUID.nameUUIDFromBytes(name).getLeastSignificantBits() & Long.MAX_VALUE);
    }
}
