package io.tailrace.cluster.formation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.UniqueAddress;

/**
 * The nodes of the cluster, as this one sees them: what gossip and the failure detector say. It may be wrong or late, as all that
 * is seen from afar, so nothing that has to be safe may hang on it.
 */
public final class Members {
    /** Of two lives of one node, the one that can be reached; else the younger one. */
    private static final Comparator<ClusterNode> BEST_FIRST = Comparator.comparing(ClusterNode::alive)
            .reversed()
            .thenComparing(ClusterNode::name)
            .thenComparing(ClusterNode::address);

    private final ClusterNode self;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final ActorRef<Object> actor;
    private volatile List<ClusterNode> nodes;
    private volatile Set<String> withoutRoom = Set.of();

    private Members(ActorSystem<?> system, ClusterNode self) {
        this.self = self;
        this.nodes = List.of(self);
        learn(Cluster.get(system).state(), MembersActor.Said.NOTHING);
        this.actor = system.systemActorOf(MembersActor.create(this::learn), MembersActor.NAME, Props.empty());
    }

    /**
     * Watches from now on, as long as the actor system lives; knows at once what is known there.
     *
     * @param self this node, which is always there, also on a member that has no {@link NodeRoles}
     */
    public static Members watch(ActorSystem<?> system, ClusterNode self) {
        return new Members(system, self);
    }

    /** Lets all nodes know, from now on, that this one is about to leave: it is not alive to them any more, and they take over what it does. */
    public void depart() {
        actor.tell(MembersActor.Depart.INSTANCE);
    }

    /** Lets all nodes know that this one has no room for what leaders write, or has again. To be said again every second: it may be lost. */
    public void say(boolean room) {
        actor.tell(new MembersActor.SayRoom(room));
    }

    /** The ids of the nodes that have said that they have no room for what leaders write. */
    public Set<String> withoutRoom() {
        return withoutRoom;
    }

    /** All nodes, this one included, those that cannot be reached too; in the order of their names. */
    public List<ClusterNode> nodes() {
        return nodes;
    }

    /** This node. */
    public ClusterNode self() {
        return find(self.nodeId()).orElse(self);
    }

    /** The nodes that may hold replicas and are alive, in the order of their names. */
    public List<ClusterNode> storage() {
        return nodes.stream().filter(node -> node.storage() && node.alive()).toList();
    }

    /** The node of that id, if it is a member: a uuid as text. */
    public Optional<ClusterNode> find(String nodeId) {
        return nodes.stream().filter(node -> node.nodeId().equals(nodeId)).findFirst();
    }

    /** The node whose actor system has that address; this one for an address without a host, which is how it sees itself. */
    public Optional<ClusterNode> at(Address address) {
        if (address.getHost().isEmpty()) {
            return Optional.of(self());
        }
        NodeAddress wanted = PekkoAddresses.of(address);
        return nodes.stream().filter(node -> node.address().equals(wanted)).findFirst();
    }

    /** Whether that node is a member, on no way out, and can be reached. */
    public boolean alive(String nodeId) {
        return find(nodeId).filter(ClusterNode::alive).isPresent();
    }

    /**
     * Runs the listener whenever something above has changed, on one thread, which it must not block.
     *
     * @return to be closed by who wants to hear no more
     */
    public AutoCloseable listen(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Called by one thread at a time. */
    private void learn(ClusterEvent.CurrentClusterState state, MembersActor.Said said) {
        Set<UniqueAddress> unreachable = new HashSet<>();
        state.getUnreachable().forEach(member -> unreachable.add(member.uniqueAddress()));
        List<ClusterNode> seen = new ArrayList<>();
        Set<String> full = new HashSet<>();
        for (Member member : state.getMembers()) {
            boolean gone = member.status().equals(MemberStatus.down())
                    || member.status().equals(MemberStatus.removed());
            if (!gone) {
                boolean up = member.status().equals(MemberStatus.up()) && !unreachable.contains(member.uniqueAddress());
                boolean departs =
                        said.departing().contains(member.uniqueAddress().longUid());
                Optional<ClusterNode> node = NodeRoles.node(member, up && !departs, up && departs);
                node.ifPresent(seen::add);
                if (said.withoutRoom().contains(member.uniqueAddress().longUid())) {
                    node.map(ClusterNode::nodeId).ifPresent(full::add);
                }
            }
        }
        withoutRoom = Set.copyOf(full);
        List<ClusterNode> now = oncePerNode(seen);
        if (!now.equals(nodes)) {
            nodes = now;
            listeners.forEach(Runnable::run);
        }
    }

    private List<ClusterNode> oncePerNode(List<ClusterNode> seen) {
        seen.sort(BEST_FIRST);
        Set<String> known = new HashSet<>();
        List<ClusterNode> once = new ArrayList<>();
        for (ClusterNode node : seen) {
            if (known.add(node.nodeId())) {
                once.add(node);
            }
        }
        if (known.add(self.nodeId())) {
            once.add(self);
        }
        once.sort(Comparator.comparing(ClusterNode::name).thenComparing(ClusterNode::address));
        return List.copyOf(once);
    }
}
