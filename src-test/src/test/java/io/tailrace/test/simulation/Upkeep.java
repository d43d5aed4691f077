package io.tailrace.test.simulation;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.LogCleaning;
import io.tailrace.engine.log.OffsetMap;
import io.tailrace.engine.replication.quorum.Input;
import io.tailrace.engine.replication.quorum.Scrub;
import org.jspecify.annotations.Nullable;

/** What a node does beside its replica's steps, now and then: checkpoints, snapshots, files that are not needed any more, the scrub. */
final class Upkeep {
    /** Small: some passes end before they have been through everything. */
    private static final int MAP_BYTES = 240;

    private final RunningReplica running;
    private final SimulatedNode node;
    private final Cluster cluster;
    private final World world;
    private final Scrub scrub;
    private boolean snapshotComing;
    private @Nullable OffsetMap keys;
    private @Nullable LogCleaning cleaning;
    /** Where the log began when files were freed last. */
    private long freed;

    Upkeep(RunningReplica running, Cluster cluster, World world) {
        this.running = running;
        this.node = running.node;
        this.cluster = cluster;
        this.world = world;
        this.scrub = running.files.newScrub();
    }

    void afterStep() {
        if (world.chance(0.005)) {
            snapshotSoon();
        }
        if (running.log().startOffset() > freed && world.chance(0.1)) {
            onDisk(this::freeFiles);
        }
        if (running.isRunning() && world.chance(0.01)) {
            checkpoint();
        }
        if (world.chance(0.005)) {
            scrub();
        }
        if (cluster.isCompacted() && running.isRunning() && world.chance(cleaning == null ? 0.04 : 0.4)) {
            onDisk(this::compact);
        }
    }

    private void checkpoint() {
        try {
            running.files.checkpoint(running.replica.highWatermark());
            world.coverage.count("high watermark written down");
        } catch (TailraceException e) {
            if (node.disk.stopped()) {
                world.coverage.count("fault: power lost in the middle of an I/O");
                node.lose(true);
            } else if (e.code() != ErrorCode.DISK_FULL) {
                world.coverage.count("fault: fsync failed");
                running.failed = true;
                node.lose(true);
            }
        }
    }

    void snapshotSoon() {
        if (!snapshotComing) {
            snapshotComing = true;
            world.after(world.between(0, world.chance(0.2) ? 1500 : node.hasSlowDisk() ? 60 : 10), () -> {
                if (running.isRunning() && !running.failed) {
                    onDisk(this::makeSnapshot);
                }
            });
        }
    }

    private void makeSnapshot() {
        Log log = running.log();
        snapshotComing = false;
        boolean ahead = cluster.variant().flaw() == Variant.Flaw.SNAPSHOT_OF_WHAT_IS_NOT_COMMITTED;
        long asOf = ahead ? log.endOffset() : Math.min(running.replica.highWatermark(), log.endOffset());
        long made = running.snapshots.make(log, asOf, node.clock.millis());
        world.coverage.count("snapshot made: " + running.replica.roleName());
        node.whenAwake(running.start, () -> running.step(new Input.SnapshotStored(made)));
    }

    private void compact() {
        Log log = running.log();
        LogCleaning current = cleaning;
        if (current == null) {
            begin(log);
        } else if (!current.step(world.between(100, 3_000))) {
            cleaning = null;
            world.coverage.count("compacted: " + running.replica.roleName());
            long settled = log.tombstones().settledBelow();
            node.whenAwake(running.start, () -> running.step(new Input.Compacted(settled)));
        }
    }

    private void begin(Log log) {
        OffsetMap map = keys == null ? new OffsetMap(MAP_BYTES) : keys;
        keys = map;
        long committed = Math.min(running.replica.highWatermark(), log.endOffset());
        long limit = Math.min(running.snapshots.make(log, committed, node.clock.millis()), committed);
        long gone = log.tombstones().goneBelow();
        cleaning = log.newCleaning(
                map,
                new LogCleaning.Bounds(
                        node.clock.millis(),
                        limit,
                        running.replica.tombstonesMayGoBelow(),
                        SimulatedPartition.MAX_PRODUCERS));
        if (log.tombstones().goneBelow() > gone) {
            world.coverage.count("tombstones may go: " + running.replica.roleName());
        }
    }

    private void freeFiles() {
        Log log = running.log();
        boolean all = cluster.variant().flaw() == Variant.Flaw.FILES_GO_WITHOUT_A_SNAPSHOT;
        long start = log.startOffset();
        if (log.deleteSegmentsBelow(all ? Long.MAX_VALUE : running.snapshots.newestOffset()) > 0) {
            world.coverage.count("files of the log deleted");
        }
        freed = start;
    }

    /** What finds no room is left, any other failure ends the node. */
    private void onDisk(Runnable work) {
        try {
            work.run();
            // Whoever only tidies up does not tell that it failed.
            if (node.disk.stopped()) {
                world.coverage.count("fault: power lost in the middle of an I/O");
                node.lose(true);
            }
        } catch (TailraceException e) {
            snapshotComing = false;
            cleaning = null;
            if (e.code() == ErrorCode.DISK_FULL && !node.disk.stopped()) {
                world.coverage.count("no room for a snapshot, or to free files");
            } else if (e.code() == ErrorCode.IO_FAILED || node.disk.stopped()) {
                world.coverage.count("fault: I/O failed at a snapshot or a deletion");
                node.lose(true);
            } else if (String.valueOf(e.getMessage()).startsWith("No snapshot in")) {
                throw new Violation(node.id + " makes no snapshot: " + e.getMessage());
            } else {
                world.coverage.count("damage: met by a snapshot");
                running.damaged(e, 0);
            }
        }
    }

    private void scrub() {
        try {
            if (running.isRunning() && !node.disk.stopped() && scrub.step(500) == 0) {
                world.coverage.count("scrubbed through");
            }
        } catch (TailraceException e) {
            world.coverage.count("damage: met by the background scrub");
            running.damaged(e, scrub.offset());
        }
    }
}
