package io.tailrace.cluster.quota;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Shows and changes how much clients may do. Each node counts for itself what passes its own doors, as in Kafka, so a client that uses several nodes has so much at
 * each. Who has used its quota up is delayed, never refused. A change is stored before the answer, and acts on all nodes within a second.
 *
 * <p>Every answer that fails does so with a {@link io.tailrace.engine.error.TailraceException}: CATALOG_UNAVAILABLE where the catalogue did not answer a question,
 * OUTCOME_UNKNOWN where it did not answer a change, CLOSED, or what is said of the call. The stages complete on an actor's thread, so do not block in what
 * follows them.
 */
public interface Quotas {
    /** All of them. */
    CompletionStage<List<Quota>> list();

    /**
     * Gives that quota to its entity, instead of what that had.
     * Fails: LIMIT_EXCEEDED where there are 10,000 already; NOT_FOUND for one that limits nothing where there is none.
     */
    CompletionStage<Quota> set(Quota quota);

    /** Takes an entity's quota away; what is left is one that limits nothing. Fails: NOT_FOUND. */
    CompletionStage<Quota> delete(QuotaEntity entity);
}
