package io.tailrace.cluster.formation;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How blank nodes become a cluster's founders, once. The node with the least address among the seeds proposes when all of them
 * are there, blank, and name the same seeds: it stores the founding as agreed. Each other seed that hears so, and finds itself
 * in it, stores the same. Who hears that all have agreed, or that one is a member, stores that it is a member.
 *
 * <p>Each step follows from what is stored and can be taken again after a crash. A seed that is a member, or has agreed to another
 * founding, keeps all others from founding: a blank node never founds where a cluster is or may be.
 */
final class Founding {
    private final Self self;
    private final List<NodeAddress> seeds;
    private final Supplier<UUID> clusterIds;

    /** What comes of it: something to store, or what is still missing. */
    record Step(@Nullable Membership store, String missing) {
        static Step store(Membership membership) {
            return new Step(membership, "");
        }

        static Step missing(String what) {
            return new Step(null, what);
        }
    }

    Founding(Self self, List<NodeAddress> seeds, Supplier<UUID> clusterIds) {
        this.self = self;
        this.seeds = seeds;
        this.clusterIds = clusterIds;
    }

    /** The next step of a blank node. */
    Step ofBlank(List<Status> fresh) {
        Optional<Status> member = fresh.stream()
                .filter(other -> other.membership().state() == Membership.State.MEMBER)
                .findFirst();
        if (member.isPresent()) {
            return joinAsNew(fresh, member.get());
        }
        if (!self.storage() || !seeds.contains(self.address())) {
            return Step.missing("a seed that is in a cluster (this node, " + self.address()
                    + ", is none of the seeds itself, so it founds none)");
        }
        Map<NodeAddress, Status> byAddress =
                fresh.stream().collect(Collectors.toMap(other -> other.self().address(), Function.identity()));
        NodeAddress proposer = seeds.get(0);
        if (!proposer.equals(self.address())) {
            return agree(byAddress.get(proposer), proposer);
        }
        for (NodeAddress seed : seeds) {
            String missing = seed.equals(self.address()) ? "" : missing(seed, byAddress.get(seed));
            if (!missing.isEmpty()) {
                return Step.missing(missing);
            }
        }
        return propose(byAddress);
    }

    private static Step joinAsNew(List<Status> fresh, Status member) {
        UUID clusterId = member.membership().clusterId();
        boolean up = fresh.stream().anyMatch(other -> other.isUp() && other.isOf(clusterId));
        boolean one = fresh.stream()
                .map(Status::membership)
                .allMatch(other -> other.isBlank() || other.clusterId().equals(clusterId));
        if (up && one) {
            return Step.store(member.membership());
        }
        return Step.missing("cluster " + clusterId + " to be up, so that this new node can join it");
    }

    /** What keeps that seed from founding with this node; empty if nothing does. */
    private String missing(NodeAddress seed, @Nullable Status answer) {
        if (answer == null) {
            return "an answer from the seed " + seed;
        }
        if (!answer.seeds().equals(seeds)) {
            return "the same seeds everywhere: " + seed + " has " + answer.seeds() + ", this node " + seeds;
        }
        if (!answer.self().storage()) {
            return "the role storage on the seed " + seed;
        }
        if (!answer.membership().isBlank()) {
            return "an end of the founding that the seed " + seed + " has agreed to, with "
                    + answer.membership().founders()
                    + ", to which this node does not belong: if they hold no data, delete their data directories";
        }
        return "";
    }

    private Step propose(Map<NodeAddress, Status> byAddress) {
        List<Founder> founders = seeds.stream()
                .map(byAddress::get)
                .map(status -> status == null ? self.asFounder() : status.self().asFounder())
                .toList();
        Set<UUID> ids = founders.stream().map(Founder::nodeId).collect(Collectors.toSet());
        Set<String> names = founders.stream().map(Founder::name).collect(Collectors.toSet());
        if (ids.size() < founders.size() || names.size() < founders.size()) {
            return Step.missing("ids and names that are all different: " + founders);
        }
        return Step.store(Membership.founding(clusterIds.get(), founders));
    }

    private Step agree(@Nullable Status proposer, NodeAddress address) {
        if (proposer == null) {
            return Step.missing("an answer from the seed " + address);
        }
        Membership founding = proposer.membership();
        if (founding.state() != Membership.State.FOUNDING) {
            String missing = missing(address, proposer);
            return Step.missing(missing.isEmpty() ? "the other seeds, which " + address + " waits for" : missing);
        }
        List<NodeAddress> addresses =
                founding.founders().stream().map(Founder::address).toList();
        if (!addresses.equals(seeds) || !founding.founders().contains(self.asFounder())) {
            return Step.missing("an end of the founding that the seed " + address + " has begun with "
                    + founding.founders()
                    + ", to which this node does not belong: if they hold no data, delete their data directories");
        }
        return Step.store(founding);
    }

    /** The next step of a node that has agreed. */
    Step ofAgreed(Membership founding, List<Status> fresh) {
        boolean finished = fresh.stream()
                .anyMatch(other ->
                        other.isOf(founding.clusterId()) && other.membership().state() == Membership.State.MEMBER);
        if (finished) {
            return Step.store(founding.finished());
        }
        Set<UUID> agreed = fresh.stream()
                .filter(other -> other.isOf(founding.clusterId()))
                .map(other -> other.self().nodeId())
                .collect(Collectors.toSet());
        for (Founder founder : founding.founders()) {
            if (!founder.nodeId().equals(self.nodeId()) && !agreed.contains(founder.nodeId())) {
                return Step.missing("the agreement of " + founder + " to the founding");
            }
        }
        return Step.store(founding.finished());
    }
}
