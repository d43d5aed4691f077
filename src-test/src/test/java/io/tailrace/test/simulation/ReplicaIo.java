package io.tailrace.test.simulation;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.LogReader;
import io.tailrace.engine.replication.quorum.Input;
import io.tailrace.engine.replication.quorum.Output;

/** Does a running replica's I/O on the node's disk: each in its time, some of them when the power fails, or room is short. */
final class ReplicaIo {
    private final RunningReplica running;
    private final SimulatedNode node;
    private final Cluster cluster;
    private final World world;
    /** When what was asked of the log so far is done, and of the promises. */
    private long logFree;

    private long promiseFree;

    ReplicaIo(RunningReplica running, Cluster cluster, World world) {
        this.running = running;
        this.node = running.node;
        this.cluster = cluster;
        this.world = world;
    }

    void schedule(Output.Io io) {
        int most = node.hasSlowDisk() ? 60 : cluster.flushMillis();
        long at;
        if (io instanceof Output.StorePromise) {
            at = promiseFree = Math.max(
                    promiseFree, world.now() + world.between(0, node.hasSlowDisk() ? 60 : cluster.promiseMillis()));
        } else if (io instanceof Output.Flush) {
            at = Math.max(logFree, world.now()) + world.between(0, most);
        } else {
            at = logFree = Math.max(logFree, world.now() + world.between(0, 1));
        }
        world.at(at, () -> {
            // The disk works on while the process is paused.
            if (running.isRunning()) {
                perform(io);
            }
        });
    }

    private void perform(Output.Io io) {
        before(io);
        Input done = done(io);
        if (done instanceof Input.Damaged) {
            node.damage.met();
        }
        running.failed |= done instanceof Input.IoFailed;
        if (done instanceof Input.NoRoom) {
            world.coverage.count(
                    "no room: " + (io instanceof Output.StorePromise ? "promise" : running.replica.roleName()));
        }
        if (node.disk.stopped()) {
            world.coverage.count("fault: power lost in the middle of an I/O");
            if (io instanceof Output.Reset) {
                world.coverage.count("fault: power lost while a log begins anew");
            }
            node.lose(true);
            return;
        }
        world.after(
                world.between(0, node.hasSlowDisk() ? 20 : 2), () -> node.whenAwake(running.start, () -> report(done)));
    }

    /** Looks at what would be lost, and lets some of it fail. */
    private void before(Output.Io io) {
        if (io instanceof Output.Truncate truncate) {
            cluster.invariants().cut(node.name(), truncate.offset());
            world.coverage.count("log truncated");
            if (cluster.isBeingTested() && world.chance(0.02)) {
                node.fillDisk(world.random.nextInt(200));
                world.after(world.between(50, 400), node::emptyDisk);
            }
        }
        if (io instanceof Output.Reset reset) {
            cluster.invariants().reset(node.name(), reset.place().offset());
            world.coverage.count("log begun anew: " + running.replica.roleName());
            if (cluster.isBeingTested() && world.chance(0.2)) {
                node.disk.stopAfter(world.random.nextInt(40));
            }
        }
        if (io instanceof Output.AdvanceStart) {
            world.coverage.count("start moved: " + running.replica.roleName());
        }
    }

    private void report(Input done) {
        running.step(done);
        if (done instanceof Input.IoFailed failed) {
            world.coverage.count(
                    failed.why().startsWith(ErrorCode.DISK_FULL.name())
                            ? "fault: disk full for a cut"
                            : "fault: fsync failed");
            node.lose(true);
        }
    }

    private Input done(Output.Io io) {
        if (cluster.variant().flaw() == Variant.Flaw.START_IS_NOT_STORED && io instanceof Output.AdvanceStart) {
            return new Input.IoDone(io.id());
        }
        if (cluster.variant().flaw() == Variant.Flaw.COPIES_UNCHECKED && io instanceof Output.Read read) {
            Log log = running.log();
            try (LogReader reader = log.newReader()) {
                long limit = Math.min(read.limitOffset(), log.endOffset());
                return new Input.ReadDone(
                        read.id(),
                        NodeReads.unchecked(reader.read(Math.min(limit, read.offset()), read.maxBytes(), limit)),
                        log.tombstones());
            } catch (TailraceException e) {
                return running.files.perform(io);
            }
        }
        return running.files.perform(io);
    }
}
