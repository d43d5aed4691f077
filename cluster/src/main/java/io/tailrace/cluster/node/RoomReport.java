package io.tailrace.cluster.node;

import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the other nodes know when this one's data volume is full. A leader without room refuses all that is sent to it, so its partitions are
 * led by others until there is room again (decision 38). Thread-safe.
 */
final class RoomReport {
    private static final Logger LOG = LoggerFactory.getLogger(RoomReport.class);

    /** So many looks in a row: retention may be just about to make room. */
    static final int UNTIL_FULL = 3;
    /** So many looks in a row, and said at each of them, since each may be lost. */
    static final int UNTIL_ROOM = 10;

    /** Whom to tell. */
    @FunctionalInterface
    interface Others {
        void say(boolean room);
    }

    private final BooleanSupplier hasRoom;
    private final Others others;
    private int looksSinceChange;
    private boolean full;
    private int sayings;

    /**
     * Of a node.
     *
     * @param hasRoom whether leaders can write here; may block for a moment
     */
    RoomReport(BooleanSupplier hasRoom, Others others) {
        this.hasRoom = hasRoom;
        this.others = others;
    }

    /** To be called every second, on a thread that may block. */
    synchronized void look() {
        boolean otherwise = hasRoom.getAsBoolean() == full;
        looksSinceChange = otherwise ? looksSinceChange + 1 : 0;
        if (looksSinceChange >= (full ? UNTIL_ROOM : UNTIL_FULL)) {
            full = !full;
            looksSinceChange = 0;
            sayings = UNTIL_ROOM;
            LOG.warn(
                    full
                            ? "The data volume is full: what is led here is to be led by other nodes until there is room"
                            : "There is room on the data volume again: this node leads again");
        }
        if (full) {
            others.say(false);
        } else if (sayings > 0) {
            sayings--;
            others.say(true);
        }
    }
}
