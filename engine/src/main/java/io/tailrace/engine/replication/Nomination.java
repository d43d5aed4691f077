package io.tailrace.engine.replication;

import io.tailrace.engine.replication.quorum.Input;

/** With which words a replica is told that it should lead. Whatever was begun with it here before is over in each case. */
public enum Nomination {
    /** It is to take over, also from a leader that lives; unless its log is far behind. */
    TAKE_OVER(true, false),
    /** It is to lead if no leader lives that a quorum hears, and its log is not far behind. */
    DEFER(false, false),
    /** It is to lead whoever leads, and however much it has to copy first. */
    AT_ANY_PRICE(true, true);

    private final boolean handOver;
    private final boolean evenIfBehind;

    Nomination(boolean handOver, boolean evenIfBehind) {
        this.handOver = handOver;
        this.evenIfBehind = evenIfBehind;
    }

    Input.NominatedAnew input() {
        return new Input.NominatedAnew(new Input.Nominated(handOver, evenIfBehind));
    }
}
