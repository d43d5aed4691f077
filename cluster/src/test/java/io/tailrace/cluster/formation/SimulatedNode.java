package io.tailrace.cluster.formation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A node with a disk that outlives it. */
final class SimulatedNode {
    final NodeAddress address;
    final String name;
    final boolean storage;
    private final SimulatedWorld world;
    private final List<NodeAddress> seeds;
    private final Map<Long, UUID> lives = new HashMap<>();
    private UUID nodeId;
    private Membership disk = Membership.blank();
    private @Nullable Formation formation;
    private @Nullable SimulatedGossip gossip;
    private @Nullable NodeAddress joining;
    private long uid;
    private Action.@Nullable Refuse refusal;
    int restarts;

    SimulatedNode(SimulatedWorld world, NodeAddress address, String name, boolean storage, List<NodeAddress> seeds) {
        this.world = world;
        this.address = address;
        this.name = name;
        this.storage = storage;
        this.seeds = seeds;
        this.nodeId = world.freshId();
    }

    /** Gives it the disk of another, a copy. */
    void copyDiskOf(SimulatedNode other) {
        nodeId = other.nodeId;
        disk = other.disk;
    }

    UUID nodeId() {
        return nodeId;
    }

    UUID nodeIdOf(long life) {
        return lives.getOrDefault(life, nodeId);
    }

    long uid() {
        return uid;
    }

    boolean alive() {
        return formation != null;
    }

    Membership disk() {
        return disk;
    }

    Action.@Nullable Refuse refusal() {
        return refusal;
    }

    @Nullable
    SimulatedGossip gossip() {
        return gossip;
    }

    String waitingFor() {
        return formation == null ? "not running" : formation.waitingFor();
    }

    boolean isUp() {
        return formation != null && formation.status().isUp();
    }

    void start() {
        if (formation != null || refusal != null) {
            return;
        }
        uid = world.freshUid();
        lives.put(uid, nodeId);
        formation = new Formation(new Self(nodeId, name, address, uid, storage), disk, seeds, world::freshId);
        long life = uid;
        world.later(world.random().nextInt(200), () -> round(life));
    }

    private void round(long life) {
        Formation mine = formation;
        if (mine == null || life != uid) {
            return;
        }
        act(mine.tick(world.now()));
        tryToJoin();
        world.later(Formation.ROUND_MILLIS, () -> round(life));
    }

    /** As Pekko does: again until it is let in, or somewhere else is asked for. */
    private void tryToJoin() {
        NodeAddress at = joining;
        if (at == null || gossip != null || formation == null) {
            return;
        }
        SimulatedNode target = world.at(at);
        SimulatedGossip theirs = target == null || !target.alive() ? null : target.gossip;
        if (theirs != null && theirs.uids().contains(target.uid) && world.connected(address, at)) {
            joining = null;
            gossip = theirs;
            theirs.add(this);
            view(theirs.viewOf(uid));
        }
    }

    void view(View view) {
        long life = uid;
        world.later(world.random().nextInt(100), () -> {
            if (formation != null && life == uid) {
                act(formation.viewed(view, world.now()));
            }
        });
    }

    void hear(FormationMessage message) {
        if (formation != null) {
            act(formation.heard(message, world.now()));
        }
    }

    void stop() {
        formation = null;
        gossip = null;
        joining = null;
    }

    void wipe() {
        nodeId = world.freshId();
        disk = Membership.blank();
    }

    private void act(List<Action> actions) {
        for (Action action : actions) {
            if (action instanceof Action.Send send) {
                world.send(address, send.to(), send.message());
            } else if (action instanceof Action.Store store) {
                write(store.membership());
            } else if (action instanceof Action.Form) {
                if (gossip == null) {
                    joining = null;
                    gossip = world.newGossip(disk.majority());
                    gossip.add(this);
                    view(gossip.viewOf(uid));
                }
            } else if (action instanceof Action.Join join) {
                joining = join.at();
            } else if (action instanceof Action.Refuse refused) {
                refusal = refused;
                stop();
                return;
            } else if (action instanceof Action.Restart) {
                restarts++;
                stop();
                world.later(300 + world.random().nextInt(500), this::start);
                return;
            }
        }
    }

    /** On the disk before it is said to be; a crash between leaves it there, or not. */
    private void write(Membership membership) {
        long life = uid;
        world.later(world.random().nextInt(40), () -> {
            if (life != uid || formation == null) {
                return;
            }
            if (!world.forgetsWrites()) {
                world.checkWrite(this, membership);
                disk = membership;
            }
            world.later(world.random().nextInt(40), () -> {
                if (formation != null && life == uid) {
                    act(formation.stored(membership, world.now()));
                }
            });
        });
    }
}
