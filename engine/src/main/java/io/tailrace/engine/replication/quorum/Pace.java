package io.tailrace.engine.replication.quorum;

/**
 * How often a leader says that it lives. While something happens, with every heartbeat; when nothing has happened for some of them, and
 * everybody has everything, with every {@link TimerKind#QUIET_HEARTBEAT}. A quiet heartbeat says all that another does, so what got
 * lost is said again, only later; and whatever happens has it go on at once as before.
 */
final class Pace {
    /** So often everything was there: what was said last has been said so often, too. */
    private static final int BEFORE_QUIET = 5;

    private int still;
    private boolean quiet;

    /** Something happens; whether it was quiet until now. */
    boolean stir() {
        boolean was = quiet;
        still = 0;
        quiet = false;
        return was;
    }

    /** With a heartbeat; whether it is quiet from now on. */
    boolean isStillFor(boolean settled) {
        still = settled ? still + 1 : 0;
        quiet = still >= BEFORE_QUIET;
        return quiet;
    }
}
