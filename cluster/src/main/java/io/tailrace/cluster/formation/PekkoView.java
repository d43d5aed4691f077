package io.tailrace.cluster.formation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;

/** Reads what Pekko's cluster says of this node and the others. */
final class PekkoView {
    /** Those that are not up yet have the largest number. */
    private static final Comparator<Member> OLDEST_FIRST =
            Comparator.comparingInt(Member::upNumber).thenComparing(member -> PekkoAddresses.of(member.address()));

    private final Cluster cluster;
    private boolean wasMember;

    PekkoView(Cluster cluster) {
        this.cluster = cluster;
    }

    View of(ClusterEvent.CurrentClusterState state) {
        List<Member> members = new ArrayList<>();
        state.getMembers().forEach(members::add);
        members.removeIf(member -> isGone(member.status()));
        Optional<Member> self = members.stream()
                .filter(member -> member.uniqueAddress().equals(cluster.selfUniqueAddress()))
                .findFirst();
        if (self.isEmpty()) {
            return wasMember ? new View(View.Standing.GONE, List.of()) : View.NONE;
        }
        wasMember = true;
        List<Peer> peers = members.stream()
                .sorted(OLDEST_FIRST)
                .flatMap(member -> NodeRoles.peer(member).stream())
                .toList();
        MemberStatus status = self.get().status();
        boolean joining = status.equals(MemberStatus.joining()) || status.equals(MemberStatus.weaklyUp());
        return new View(joining ? View.Standing.JOINING : View.Standing.UP, peers);
    }

    private static boolean isGone(MemberStatus status) {
        return status.equals(MemberStatus.down()) || status.equals(MemberStatus.removed());
    }
}
