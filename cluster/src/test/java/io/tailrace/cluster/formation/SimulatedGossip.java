package io.tailrace.cluster.formation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Pekko's cluster as far as formation can tell: members enter through a member, are up when enough are there and all see each
 * other, and the side of a split that has no majority of those that are up is downed after a while.
 */
final class SimulatedGossip {
    /** What a split brain resolver takes to be sure. */
    private static final long DOWNING_MILLIS = 3_000;

    private final int minMembers;
    private final Map<Long, SimulatedNode> members = new LinkedHashMap<>();
    private final Set<Long> up = new HashSet<>();
    private long disturbedSince = -1;

    SimulatedGossip(int minMembers) {
        this.minMembers = minMembers;
    }

    boolean isUp() {
        return !up.isEmpty();
    }

    boolean isUp(long uid) {
        return up.contains(uid);
    }

    void add(SimulatedNode node) {
        // Its own past at the same address is dead for sure.
        members.entrySet()
                .removeIf(old -> old.getValue().address.equals(node.address)
                        && !isOf(old.getKey(), node)
                        && forget(old.getKey()));
        members.put(node.uid(), node);
    }

    private boolean forget(long uid) {
        up.remove(uid);
        return true;
    }

    private static boolean isOf(long uid, SimulatedNode node) {
        return node.alive() && node.uid() == uid;
    }

    Set<Long> uids() {
        return members.keySet();
    }

    /** How many of the founders live in it, and are up. */
    long liveFounders(Membership membership) {
        return members.entrySet().stream()
                .filter(member -> isOf(member.getKey(), member.getValue()) && up.contains(member.getKey()))
                .filter(member -> membership.isFounder(member.getValue().nodeId()))
                .count();
    }

    /** One tick of gossip, leader and resolver. */
    void step(SimulatedWorld world) {
        List<Set<Long>> sides = sides(world);
        if (sides.size() == 1 && sides.get(0).size() == members.size()) {
            disturbedSince = -1;
            long storage =
                    members.values().stream().filter(node -> node.storage).count();
            boolean wasUp = isUp();
            if (storage >= minMembers && up.addAll(members.keySet())) {
                if (!wasUp) {
                    world.cameUp(this);
                }
                tellAll();
            }
            return;
        }
        if (disturbedSince < 0) {
            disturbedSince = world.now();
        } else if (world.now() - disturbedSince > DOWNING_MILLIS) {
            disturbedSince = -1;
            resolve(sides);
        }
    }

    /** Who sees whom among the living. */
    private List<Set<Long>> sides(SimulatedWorld world) {
        List<Set<Long>> sides = new ArrayList<>();
        for (Map.Entry<Long, SimulatedNode> member : members.entrySet()) {
            if (!isOf(member.getKey(), member.getValue())) {
                continue;
            }
            Set<Long> side = sides.stream()
                    .filter(each -> each.stream()
                            .allMatch(uid -> world.connected(memberOf(uid).address, member.getValue().address)))
                    .findFirst()
                    .orElse(null);
            if (side == null) {
                side = new HashSet<>();
                sides.add(side);
            }
            side.add(member.getKey());
        }
        return sides;
    }

    private SimulatedNode memberOf(long uid) {
        SimulatedNode node = members.get(uid);
        if (node == null) {
            throw new IllegalStateException("no member " + uid);
        }
        return node;
    }

    private void resolve(List<Set<Long>> sides) {
        Set<Long> counting = new HashSet<>(
                up.isEmpty()
                        ? members.keySet()
                        : up.stream().filter(members::containsKey).toList());
        NodeAddress least = counting.stream()
                .map(uid -> memberOf(uid).address)
                .min(Comparator.naturalOrder())
                .orElseThrow();
        Set<Long> staying = new HashSet<>();
        for (Set<Long> side : sides) {
            long votes = side.stream().filter(counting::contains).count();
            boolean hasLeast =
                    side.stream().anyMatch(uid -> memberOf(uid).address.equals(least));
            if (2 * votes > counting.size() || (2 * votes == counting.size() && hasLeast)) {
                staying.addAll(side);
            }
        }
        List<Map.Entry<Long, SimulatedNode>> leaving = members.entrySet().stream()
                .filter(member -> !staying.contains(member.getKey()))
                .toList();
        leaving.forEach(member -> {
            members.remove(member.getKey());
            up.remove(member.getKey());
        });
        leaving.stream()
                .filter(member -> isOf(member.getKey(), member.getValue()))
                .forEach(member -> member.getValue().view(new View(View.Standing.GONE, List.of())));
        tellAll();
    }

    private void tellAll() {
        for (Map.Entry<Long, SimulatedNode> member : List.copyOf(members.entrySet())) {
            if (isOf(member.getKey(), member.getValue())) {
                member.getValue().view(viewOf(member.getKey()));
            }
        }
    }

    View viewOf(long uid) {
        List<Peer> peers = members.entrySet().stream()
                .map(member -> new Peer(
                        member.getValue().nodeIdOf(member.getKey()),
                        member.getValue().name,
                        member.getValue().address,
                        member.getKey()))
                .toList();
        return new View(up.contains(uid) ? View.Standing.UP : View.Standing.JOINING, peers);
    }
}
