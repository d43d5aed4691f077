package io.tailrace.engine.replication.quorum;

import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * Who decides about a log: one configuration (rule 17). The next differs from it by one voter.
 *
 * @param ids the voters, none twice
 * @param configVersion counts the changes of the set
 */
public record Voters(List<ReplicaId> ids, int configVersion) {
    /** So many voters at most: beyond it, a quorum costs more than it protects. */
    public static final int MAX_VOTERS = 15;

    /** Of a blank replica, which does not know who votes: nothing is ever a quorum of it. */
    public static final Voters NONE = new Voters(List.of(), 0);

    /** Takes a copy. */
    public Voters {
        ids = List.copyOf(ids);
    }

    /** How many of them decide; one in {@link #NONE}, which nobody is. */
    public int quorum() {
        return ids.size() / 2 + 1;
    }

    /** Whether that replica votes. */
    public boolean contains(ReplicaId id) {
        return ids.contains(id);
    }

    /** Whether those replicas are a quorum; who is no voter does not count. */
    public boolean isQuorum(Collection<ReplicaId> replicas) {
        return ids.stream().filter(replicas::contains).count() >= quorum();
    }

    Voters with(ReplicaId added) {
        return new Voters(Stream.concat(ids.stream(), Stream.of(added)).toList(), configVersion + 1);
    }

    Voters without(ReplicaId removed) {
        return new Voters(ids.stream().filter(id -> !id.equals(removed)).toList(), configVersion + 1);
    }

    @Override
    public String toString() {
        return "v" + configVersion + ids;
    }
}
