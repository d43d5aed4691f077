package io.tailrace.cluster.formation;

/** Whether something has been so for a while, without a break. */
final class Lasting {
    private static final long NOT = -1;

    private final long millis;
    private long sinceMillis = NOT;

    Lasting(long millis) {
        this.millis = millis;
    }

    /** Says what is so now; {@code true} if it has been so for long enough. */
    boolean lasts(boolean now, long nowMillis) {
        if (!now) {
            sinceMillis = NOT;
            return false;
        }
        if (sinceMillis == NOT) {
            sinceMillis = nowMillis;
        }
        return nowMillis - sinceMillis >= millis;
    }

    void reset() {
        sinceMillis = NOT;
    }
}
