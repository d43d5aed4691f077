package io.tailrace.test.simulation;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.journal.ReplicaSnapshots;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.replication.FlushMode;
import io.tailrace.engine.replication.PromiseJournal;
import io.tailrace.engine.replication.quorum.Input;
import io.tailrace.engine.replication.quorum.Message;
import io.tailrace.engine.replication.quorum.Output;
import io.tailrace.engine.replication.quorum.QuorumReplica;
import io.tailrace.engine.replication.quorum.ReplicaDisk;
import io.tailrace.engine.replication.quorum.ReplicaId;
import io.tailrace.engine.replication.quorum.TimerKind;
import io.tailrace.engine.replication.quorum.Voters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The replica on a node from one start to the next stop: takes steps, and does what they put out. */
final class RunningReplica {
    final SimulatedNode node;
    final PromiseJournal promises;
    final ReplicaDisk files;
    final ReplicaSnapshots snapshots;
    final QuorumReplica replica;
    /** The node's so many-th start. */
    final int start;

    final ReplicaIo io;
    final Upkeep upkeep;

    @Nullable
    SimulatedPartition partition;

    /** After a truncation that failed half way the log does not know what its files hold: nobody may read it. */
    boolean failed;

    private final ReplicaId id;
    private final String name;
    private final Cluster cluster;
    private final World world;
    private boolean quiet;

    RunningReplica(
            SimulatedNode node,
            Cluster cluster,
            World world,
            PromiseJournal promises,
            ReplicaDisk files,
            ReplicaSnapshots snapshots,
            QuorumReplica replica) {
        this.node = node;
        this.id = node.replicaId();
        this.name = id.toString();
        this.start = node.starts();
        this.cluster = cluster;
        this.world = world;
        this.promises = promises;
        this.files = files;
        this.snapshots = snapshots;
        this.replica = replica;
        this.io = new ReplicaIo(this, cluster, world);
        this.upkeep = new Upkeep(this, cluster, world);
    }

    Log log() {
        return files.log();
    }

    /** Whether the node has not stopped since. */
    boolean isRunning() {
        return node.isRunning(this);
    }

    void step(Input input) {
        String before = replica.roleName();
        int promised = replica.promisedEpoch();
        long committed = replica.highWatermark();
        Voters voters = replica.voters();
        List<Output> outputs = replica.step(input);
        String after = replica.roleName();
        quiet &= before.equals(after);
        world.note(() -> node.id + " " + after + " " + replica.promisedEpoch() + " [" + replica.highWatermark() + "/"
                + replica.endOffset() + "]: " + input + " -> " + outputs);
        if (!before.equals(after) || (promised != replica.promisedEpoch())) {
            world.coverage.count("transition: " + before + " > " + after);
            cluster.changed(node);
        }
        if (replica.highWatermark() > committed && (before.equals("Leader") || before.equals("Opening"))) {
            cluster.invariants().committed(id, promised, replica, voters);
        }
        if (replica.voters().configVersion() < voters.configVersion()) {
            world.coverage.count("voters taken back with a cut");
        }
        if (after.equals("Leader") && !voters.equals(replica.voters())) {
            cluster.votersChanged(node);
        }
        for (Output output : outputs) {
            if (isRunning()) {
                pace(input, output);
                act(output);
            }
        }
        if (isRunning() && !failed) {
            cluster.members().stand(replica.voters(), replica.votersAt(replica.highWatermark()));
            cluster.invariants().stands(name, replica.startOffset(), replica.highWatermark(), log());
            upkeep.afterStep();
        }
    }

    /** Whether a leader in whose log nothing happens says so less often, and what ends that. */
    private void pace(Input input, Output output) {
        if (output instanceof Output.SetTimer timer && timer.kind() == TimerKind.QUIET_HEARTBEAT) {
            world.coverage.count("quiet");
            quiet = true;
        } else if (output instanceof Output.SetTimer timer && timer.kind() == TimerKind.HEARTBEAT && quiet) {
            world.coverage.count("quiet until: " + input.getClass().getSimpleName());
            quiet = false;
        }
    }

    // --- what it puts out --------------------------------------------------------------------------------------------

    private void act(Output output) {
        // Of a replica whose disk is lost a leader goes by what it said before.
        if (output instanceof Output.AppendToLog append && !cluster.isChanging()) {
            announced(append);
        }
        if (output instanceof Output.Send send) {
            send(send);
        } else if (output instanceof Output.SetTimer timer) {
            world.after(
                    delay(timer.kind()),
                    () -> node.whenAwake(start, () -> step(new Input.TimerFired(timer.kind(), timer.id()))));
        } else if (output instanceof Output.Io wanted) {
            io.schedule(wanted);
        } else if (output instanceof Output.Decision decision) {
            decided(decision);
        }
    }

    private void announced(Output.AppendToLog append) {
        for (PlacedBatch placed : append.batches()) {
            if (replica.isLeading() && ControlRecords.isLogStart(placed.batch())) {
                long to = ControlRecords.logStartOf(placed.batch());
                int reach = (int) cluster.nodes().stream()
                        .filter(other -> other.snapshotOnDisk() >= to)
                        .count();
                cluster.invariants().announced(node.id, to, reach, replica.voters());
            }
        }
    }

    private void send(Output.Send send) {
        cluster.invariants().sent(name, send.message());
        if (send.message() instanceof Message.AppendReply reply
                && cluster.settings().flush() == FlushMode.BATCH) {
            cluster.invariants().acknowledged(name, reply, log(), snapshots.newestOffset());
        }
        world.coverage.count("message: " + Described.kind(send.message()));
        SimulatedNode to = cluster.node(send.to().nodeId());
        Input.Received received = new Input.Received(id, send.message());
        cluster.network().send(node.id, to.id, true, () -> to.arrive(() -> to.receive(send.to(), received)));
    }

    private long delay(TimerKind kind) {
        return node.clock.real(
                switch (kind) {
                    case ATTEMPT -> world.between(40, 160);
                    case HEARTBEAT -> 30;
                    case QUIET_HEARTBEAT -> 200;
                    case QUORUM_CHECK -> 200;
                    case LEADER_CHECK -> 500;
                });
    }

    private void decided(Output.Decision decision) {
        if (decision instanceof Output.Leading leading) {
            beginLeading(leading);
        } else if (decision instanceof Output.RepairNeeded) {
            world.coverage.count("damage: met while running");
            if (world.chance(0.5)) {
                node.repair();
            } else {
                node.lose(false);
            }
        } else if (decision instanceof Output.AbstentionOver) {
            world.coverage.count("decision: abstention over");
            cluster.lostSomething(node, true);
        } else if (decision instanceof Output.NominationOver over) {
            nominationOver(over);
        } else if (decision instanceof Output.SnapshotWanted) {
            world.coverage.count("decision: snapshot wanted");
            upkeep.snapshotSoon();
        } else if (decision instanceof Output.NominationDeferred) {
            world.coverage.count("decision: nomination deferred");
        } else if (decision instanceof Output.NominationDeclined declined) {
            world.coverage.count("decision: nomination declined");
            cluster.declined(node, declined.best().nodeId());
        } else if (decision instanceof Output.Alarm alarm) {
            if (!alarm.what().startsWith("The disk has failed")) {
                throw new Violation(node.id + " stops with an alarm: " + alarm.what());
            }
        } else if (decision instanceof Output.LearnerCaughtUp
                || decision instanceof Output.VotersChanged
                || decision instanceof Output.VotersRefused
                || decision instanceof Output.VotersUnknown) {
            cluster.operator().decided(decision);
        } else if (partition != null) {
            partition.decided(decision);
        }
    }

    private void beginLeading(Output.Leading leading) {
        world.coverage.count("decision: leading");
        try {
            partition = node.newPartition(this, leading.epoch());
        } catch (TailraceException e) {
            world.coverage.count("damage: met in a replay");
            damaged(e, 0);
        }
    }

    private void nominationOver(Output.NominationOver over) {
        world.coverage.count("decision: nomination over");
        if (over.why().contains("none of the voters")) {
            boolean winners = over.why().startsWith("by the log of");
            world.coverage.count(
                    winners ? "nominated whom the greatest log does not name" : "nominated who does not vote");
        } else if (over.why().contains("removed")) {
            world.coverage.count("who led has been removed");
        }
        endPartition();
        partition = null;
    }

    /** Nobody leads here any more. */
    void endPartition() {
        if (partition != null) {
            partition.end();
        }
    }

    /** Damage was met at that offset or behind it, by whoever read the log. */
    void damaged(TailraceException what, long offset) {
        if (what.code() != ErrorCode.CORRUPT_LOG) {
            if (!node.disk.stopped()) {
                throw what;
            }
            // Who reads may have to write an index again.
            world.coverage.count("fault: power lost in the middle of an I/O");
            node.lose(true);
            return;
        }
        Input damaged = files.damaged(what, offset);
        node.damage.met();
        boolean diskFailed = damaged instanceof Input.IoFailed;
        if (!node.disk.stopped()) {
            node.step(damaged);
            if (isRunning() && diskFailed) {
                node.lose(true);
            }
        }
        if (node.disk.stopped() || diskFailed) {
            node.lose(true);
        }
    }

    @Override
    public String toString() {
        return id + " " + replica.roleName() + " promised " + replica.promisedEpoch() + " high watermark "
                + replica.highWatermark() + " log from " + replica.startOffset() + " end " + replica.endOffset() + " "
                + replica.voters();
    }
}
