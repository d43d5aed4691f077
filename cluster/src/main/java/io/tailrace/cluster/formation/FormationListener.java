package io.tailrace.cluster.formation;

import io.tailrace.engine.error.TailraceException;

/** Who is told of what becomes of a node's formation. */
interface FormationListener {
    /** It is not up yet, and what it waits for. */
    void waiting(String what);

    /** It is up. */
    void up(Membership membership);

    /** It must not be in this cluster, or cannot: for good. */
    void failed(TailraceException why);

    /** Its actor system is of no use any more; another one may be. */
    void lost(String why);
}
