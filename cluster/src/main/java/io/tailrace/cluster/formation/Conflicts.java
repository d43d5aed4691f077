package io.tailrace.cluster.formation;

import io.tailrace.engine.error.ErrorCode;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/** What forbids a node to be in this cluster at all. */
final class Conflicts {
    private final Self self;

    Conflicts(Self self) {
        this.self = self;
    }

    /** Another living node with this one's id, or one with its name that goes before it. Known at once. */
    Optional<Action.Refuse> withLiving(Membership mine, List<Status> fresh) {
        for (Status other : fresh) {
            if (other.self().uid() == self.uid()) {
                continue;
            }
            if (other.self().nodeId().equals(self.nodeId())) {
                return Optional.of(sameId(other.self().address()));
            }
            if (other.self().name().equals(self.name()) && isOfOurs(mine, other) && goesBefore(mine, other)) {
                return Optional.of(nameTaken(other.self().address()));
            }
        }
        return Optional.empty();
    }

    private static boolean isOfOurs(Membership mine, Status other) {
        return mine.isBlank() || other.membership().isBlank() || other.isOf(mine.clusterId());
    }

    /** Of two with one name the member keeps it against the blank one, then the one that is up, then the lesser id. */
    private boolean goesBefore(Membership mine, Status other) {
        if (mine.isBlank() != other.membership().isBlank()) {
            return mine.isBlank();
        }
        return other.isUp() || other.self().nodeId().compareTo(self.nodeId()) < 0;
    }

    /** A member that is up and older, with this one's id or name. */
    Optional<Action.Refuse> withOlderMember(List<Peer> oldestFirst) {
        for (Peer peer : oldestFirst) {
            if (peer.uid() == self.uid()) {
                return Optional.empty();
            }
            if (peer.nodeId().equals(self.nodeId())) {
                return Optional.of(sameId(peer.address()));
            }
            if (peer.name().equals(self.name())) {
                return Optional.of(nameTaken(peer.address()));
            }
        }
        return Optional.empty();
    }

    /**
     * Members with this one's id or name at another address. They may be this node's own past, or a dead one's, that the cluster
     * has not noticed yet; one that lives answers when it is asked.
     */
    List<Peer> mayBeLiving(List<Peer> peers) {
        return peers.stream()
                .filter(peer -> !peer.address().equals(self.address()))
                .filter(peer ->
                        peer.nodeId().equals(self.nodeId()) || peer.name().equals(self.name()))
                .toList();
    }

    /** Other clusters where this one was looked for. It may be a moment's picture: act on it only when it lasts. */
    Optional<Action.Refuse> withOtherClusters(Membership mine, List<Status> fresh, int contacts) {
        List<UUID> clusters = fresh.stream()
                .map(Status::membership)
                .filter(Predicate.not(Membership::isBlank))
                .map(Membership::clusterId)
                .distinct()
                .toList();
        if (mine.isBlank()) {
            return clusters.size() < 2
                    ? Optional.empty()
                    : Optional.of(refuse("The seeds belong to different clusters (" + clusters.get(0) + " and "
                            + clusters.get(1) + "): correct tailrace.cluster.seeds."));
        }
        List<Status> foreign = fresh.stream()
                .filter(other -> !other.membership().isBlank())
                .filter(other -> !other.isOf(mine.clusterId()))
                .toList();
        boolean oursIsUp = fresh.stream().anyMatch(other -> other.isUp() && other.isOf(mine.clusterId()));
        boolean theirsIsUp = !oursIsUp && foreign.stream().anyMatch(Status::isUp);
        if (foreign.isEmpty() || (!theirsIsUp && 2 * foreign.size() <= contacts)) {
            return Optional.empty();
        }
        Status other = foreign.get(0);
        return Optional.of(refuse("This data directory belongs to cluster " + mine.clusterId() + ", the node at "
                + other.self().address() + " to cluster " + other.membership().clusterId()
                + ": correct tailrace.cluster.seeds, or start with another data directory."));
    }

    private static Action.Refuse refuse(String message) {
        return new Action.Refuse(ErrorCode.FOREIGN_CLUSTER, message);
    }

    private Action.Refuse sameId(NodeAddress at) {
        return new Action.Refuse(
                ErrorCode.DUPLICATE_NODE_ID,
                "A node with this node's id " + self.nodeId() + " runs at " + at
                        + ": one of the two data directories is a copy; start without the copy.");
    }

    private Action.Refuse nameTaken(NodeAddress at) {
        return new Action.Refuse(
                ErrorCode.NODE_NAME_TAKEN,
                "The node at " + at + " is called '" + self.name() + "' too: choose another tailrace.node-name.");
    }
}
