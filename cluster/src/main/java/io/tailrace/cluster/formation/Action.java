package io.tailrace.cluster.formation;

import io.tailrace.engine.error.ErrorCode;

/** What {@link Formation} wants done. */
sealed interface Action {

    /** Send this, which may be lost. */
    record Send(NodeAddress to, FormationMessage message) implements Action {}

    /** Write this durably, then say {@link Formation#stored}. Nothing else is wanted stored meanwhile. */
    record Store(Membership membership) implements Action {}

    /** Join this node to itself: form Pekko's cluster. */
    record Form() implements Action {}

    /** Join Pekko's cluster at that node; asked for again if it takes too long. */
    record Join(NodeAddress at) implements Action {}

    /** Stop for good: this node must not be in this cluster. */
    record Refuse(ErrorCode code, String message) implements Action {}

    /** Begin again with a new actor system: this one is of no use any more. */
    record Restart(String why) implements Action {}
}
