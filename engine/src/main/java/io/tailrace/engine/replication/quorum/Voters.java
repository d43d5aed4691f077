package io.tailrace.engine.replication.quorum;

import java.util.List;

/**
 * Who decides about a log. Fixed for the life of a replica until membership change is built (rule 17).
 *
 * @param ids the voters, none twice
 * @param configVersion counts the changes of the set
 */
public record Voters(List<ReplicaId> ids, int configVersion) {
    /** Takes a copy. */
    public Voters {
        ids = List.copyOf(ids);
    }

    /** How many of them decide. */
    public int quorum() {
        return ids.size() / 2 + 1;
    }
}
