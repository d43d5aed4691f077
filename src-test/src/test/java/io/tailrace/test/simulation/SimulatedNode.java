package io.tailrace.test.simulation;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.journal.ReplicaSnapshots;
import io.tailrace.engine.log.SimulatedFileStore;
import io.tailrace.engine.replication.FlushMode;
import io.tailrace.engine.replication.PromiseJournal;
import io.tailrace.engine.replication.quorum.Input;
import io.tailrace.engine.replication.quorum.Output;
import io.tailrace.engine.replication.quorum.QuorumReplica;
import io.tailrace.engine.replication.quorum.ReplicaDisk;
import io.tailrace.engine.replication.quorum.ReplicaFile;
import io.tailrace.engine.replication.quorum.ReplicaId;
import io.tailrace.engine.replication.quorum.Voters;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A machine with one replica on a disk of its own: it can stop, lose what was not forced, pause, and start again. */
final class SimulatedNode {
    private static final Path DATA = Path.of("/data");
    private static final Path DIRECTORY = DATA.resolve("replica");
    /** Small: the journal's files take turns every few promises. */
    private static final int PROMISES_BYTES = 2048;

    private static final int SECTOR_BYTES = 512;

    final String id;
    SimulatedFileStore disk;
    final NodeClock clock;
    final NodeReads reads;
    Damage damage;
    private final Cluster cluster;
    private final World world;
    private @Nullable RunningReplica running;
    private ReplicaId replicaId;
    private String name;
    /** Who votes, as far as a disk knows on which nothing has been written yet. */
    private Voters first;

    private int starts;
    private int boots;
    private long startNumber;
    private long pausedUntil;
    private boolean slowDisk;
    /** For who does not roll back. */
    private @Nullable SimulatedPartition lastPartition;

    SimulatedNode(ReplicaId replicaId, Voters first, Cluster cluster, World world) {
        this.replicaId = replicaId;
        this.name = replicaId.toString();
        this.first = first;
        this.id = replicaId.nodeId();
        this.cluster = cluster;
        this.world = world;
        this.clock = new NodeClock(world);
        this.reads = new NodeReads(this, cluster, world);
        this.disk = new SimulatedFileStore(world.random.nextLong());
        disk.sectors(SECTOR_BYTES);
        this.damage = new Damage(this, world, disk, DIRECTORY);
    }

    // --- it starts ---------------------------------------------------------------------------------------------------

    void start() {
        if (running != null) {
            return;
        }
        try {
            boolean isNew = !ReplicaFile.exists(disk, DIRECTORY);
            PromiseJournal promises = PromiseJournal.open(disk, DATA, isNew, PROMISES_BYTES);
            if (isNew) {
                ReplicaFile.create(disk, DIRECTORY, replicaId, first);
            } else if (promises.startNumber() <= startNumber) {
                throw new Violation(id + " starts with the number " + promises.startNumber() + " twice");
            }
            startNumber = promises.startNumber();
            open(promises);
        } catch (TailraceException e) {
            cannotStart(e);
        }
    }

    /** Opens the replica, for the first time in this life of the process or again. */
    private void open(PromiseJournal promises) {
        starts++;
        try {
            if (cluster.variant().flaw() == Variant.Flaw.FORGETS_TO_ABSTAIN) {
                damage.forgetToAbstain();
            }
            ReplicaDisk files = ReplicaDisk.open(
                    disk,
                    DIRECTORY,
                    promises,
                    cluster.log(),
                    clock,
                    cluster.settings().flush(),
                    bootId());
            ReplicaSnapshots snapshots = new ReplicaSnapshots(disk, DIRECTORY, SimulatedPartition.MAX_PRODUCERS);
            files.snapshots(snapshots);
            QuorumReplica replica = cluster.variant()
                    .replicas()
                    .create(
                            replicaId,
                            cluster.settings(),
                            recovered(files),
                            clock,
                            this::incarnation,
                            world.coverage::count);
            running = new RunningReplica(this, cluster, world, promises, files, snapshots, replica);
            hasStarted(replica);
            step(new Input.SnapshotStored(snapshots.newestOffset()));
        } catch (TailraceException e) {
            cannotStart(e);
        }
    }

    private void hasStarted(QuorumReplica replica) {
        cluster.members().find(replicaId);
        if (replica.highWatermark() > 0) {
            world.coverage.count("starts with a high watermark");
        }
        cluster.invariants().started(name, replica.highWatermark());
        cluster.invariants().begins(name, replica.startOffset(), replica.abstains());
        world.note(() -> id + " starts for the " + starts + "th time, log from " + replica.startOffset() + " to "
                + replica.endOffset()
                + ", promised " + replica.promisedEpoch() + (replica.abstains() ? ", abstains" : ""));
        damage.started(replica.abstains());
        if (replica.abstains()) {
            world.coverage.count("start: abstains");
            cluster.lostSomething(this, false);
        }
    }

    private QuorumReplica.Recovered recovered(ReplicaDisk files) {
        QuorumReplica.Recovered found = files.recovered();
        if (cluster.variant().flaw() != Variant.Flaw.CUTS_AND_VOTES) {
            return found;
        }
        files.perform(new Output.EndAbstention(0));
        return new QuorumReplica.Recovered(
                found.log(),
                found.voters(),
                found.promise(),
                found.checkpoint(),
                found.start(),
                false,
                found.tombstones());
    }

    private void cannotStart(TailraceException e) {
        if (e.code() == ErrorCode.CORRUPT_LOG && cluster.members().isLost(replicaId)) {
            world.coverage.count("damage: does not start, and is replaced");
            wipe();
            cluster.stopped(this);
            return;
        }
        if (e.code() != ErrorCode.IO_FAILED && e.code() != ErrorCode.DISK_FULL) {
            throw new Violation(id + " cannot start: " + e.getMessage());
        }
        world.coverage.count(
                e.code() == ErrorCode.DISK_FULL ? "fault: disk full at a start" : "fault: I/O failed at a start");
        lose(true);
    }

    /** The replica alone is closed and opened again, which repairs it. */
    void repair() {
        RunningReplica now = running;
        if (now == null) {
            return;
        }
        world.coverage.count("damage: repaired while the process goes on");
        running = null;
        now.endPartition();
        try {
            now.files.close();
        } catch (TailraceException e) {
            // As after a crash: the next start finds out.
            world.note(() -> id + " cannot close: " + e.getMessage());
        }
        if (disk.stopped()) {
            lose(true);
        } else {
            open(now.promises);
        }
    }

    private String bootId() {
        return cluster.variant().flaw() == Variant.Flaw.IGNORES_THE_BOOT ? "" : "boot " + boots;
    }

    private UUID incarnation() {
        return new UUID(world.random.nextLong(), world.random.nextLong());
    }

    // --- it stops ----------------------------------------------------------------------------------------------------

    /** The power fails, or only the process ends. */
    void stop(boolean power) {
        if (running != null) {
            world.coverage.count(power ? "fault: power lost" : "fault: process killed");
            lose(power);
        }
    }

    /** The power fails, and leaves what it was writing in such a state that nobody can tell whether it was whole once. */
    void stopTearingWholeBatches() {
        if (running != null) {
            world.coverage.count("damage: whole batch torn");
            damage.mayHappen();
            disk.sectors(1);
            stop(true);
            disk.sectors(SECTOR_BYTES);
        }
    }

    /** Ends in order: what was written is on the disk, and marked so. What was still to be written is not. */
    void close() {
        RunningReplica now = running;
        if (now != null) {
            world.coverage.count("fault: stopped in order");
            boolean ended = true;
            try {
                now.files.close();
            } catch (TailraceException e) {
                ended = false;
            }
            lose(!ended);
            if (ended && world.chance(0.5)) {
                boots++;
            }
        }
    }

    /** With flush = os a lost power takes away what was acknowledged: from a minority at a time. The others are only killed. */
    void lose(boolean wanted) {
        boolean uncertain = wanted && cluster.settings().flush() == FlushMode.OS;
        boolean power = wanted && (!uncertain || cluster.mayLose(this));
        if (uncertain && power) {
            world.coverage.count("fault: power lost with flush = os");
            damage.mayHappen();
        }
        world.note(() -> id + (power ? " loses its power" : " is killed"));
        RunningReplica was = running;
        running = null;
        if (was != null) {
            was.endPartition();
        }
        if (power) {
            boots++;
            disk.crash();
        } else {
            disk.kill();
        }
        cluster.stopped(this);
    }

    /** Nobody can tell any more who it is, or what it has promised: it will not start, and has to be replaced. */
    void loseIdentity() {
        if (running != null) {
            lose(world.chance(0.5));
        }
        damage.takeIdentity();
    }

    /** Another disk, with nothing on it: what comes back is another replica, which nobody knows. */
    void wipe() {
        world.note(() -> id + " loses its disk");
        if (running != null) {
            lose(true);
        }
        disk = new SimulatedFileStore(world.random.nextLong());
        disk.sectors(SECTOR_BYTES);
        lastPartition = null;
        startNumber = 0;
        damage = new Damage(this, world, disk, DIRECTORY);
        if (cluster.variant().flaw() != Variant.Flaw.BLANK_DISK_VOTES) {
            replicaId = new ReplicaId(id, String.valueOf(Integer.parseInt(replicaId.replicaId()) + 1));
            name = replicaId.toString();
            first = Voters.NONE;
        }
    }

    // --- it has trouble ----------------------------------------------------------------------------------------------

    void pauseFor(long millis) {
        pausedUntil = world.now() + millis;
    }

    void slowDisk(boolean slow) {
        slowDisk = slow;
    }

    boolean hasSlowDisk() {
        return slowDisk;
    }

    /** There is room for so many bytes more. */
    void fillDisk(int bytes) {
        disk.capacity(disk.usedBytes() + bytes);
    }

    void emptyDisk() {
        disk.capacity(Long.MAX_VALUE);
    }

    /** Stops pausing, being slow and full. */
    void heal() {
        emptyDisk();
        pausedUntil = 0;
        slowDisk = false;
        disk.stopAfter(-1);
        disk.failForceAfter(-1);
    }

    // --- it works ----------------------------------------------------------------------------------------------------

    /** Runs it now, or when the pause is over; not if the machine has stopped meanwhile. */
    void whenAwake(int start, Runnable what) {
        if (!isUpSince(start)) {
            return;
        }
        if (world.now() < pausedUntil) {
            world.at(pausedUntil, () -> whenAwake(start, what));
        } else {
            what.run();
        }
    }

    /** Lets the machine have it if it is up. */
    void arrive(Runnable what) {
        whenAwake(starts, what);
    }

    void step(Input input) {
        if (running != null) {
            running.step(input);
        }
    }

    void receive(ReplicaId to, Input.Received received) {
        if (to.equals(replicaId)) {
            step(received);
        } else {
            world.coverage.count("message to a replica whose disk is lost");
        }
    }

    /** What stands above a replica that begins to lead. */
    SimulatedPartition newPartition(RunningReplica leading, int epoch) {
        SimulatedPartition before = cluster.variant().stateFromTheLogAlone() ? null : lastPartition;
        SimulatedPartition made = new SimulatedPartition(
                this, world, cluster.history(), leading.replica, epoch, leading.log(), leading.snapshots, before);
        lastPartition = made;
        return made;
    }

    // --- what there is to know about it ------------------------------------------------------------------------------

    boolean isUp() {
        return running != null;
    }

    /** Whether it has not stopped since its so many-th start. */
    boolean isUpSince(int start) {
        return running != null && running.start == start;
    }

    int starts() {
        return starts;
    }

    @Nullable
    RunningReplica running() {
        return running;
    }

    boolean isRunning(RunningReplica replica) {
        return running == replica;
    }

    /** Whether it leads, or is about to. */
    boolean isChosen() {
        return running != null
                && (running.replica.isLeading() || running.replica.roleName().equals("Opening"));
    }

    boolean isLeading() {
        return running != null && running.replica.isLeading();
    }

    /** The partition, if this node leads it and knows. */
    @Nullable
    SimulatedPartition partition() {
        return running == null ? null : running.partition;
    }

    /** The replica on the disk that it has now. */
    ReplicaId replicaId() {
        return replicaId;
    }

    /** The same, as text. */
    String name() {
        return name;
    }

    /** Who votes, as far as it knows. */
    Voters voters() {
        return running == null ? Voters.NONE : running.replica.voters();
    }

    int promisedEpoch() {
        return running == null ? -1 : running.replica.promisedEpoch();
    }

    long startOffset() {
        return running == null ? 0 : running.replica.startOffset();
    }

    long highWatermark() {
        return running == null ? 0 : running.replica.highWatermark();
    }

    /** What the newest snapshot is as of that can be read, also of a node that is down. */
    long snapshotOnDisk() {
        return new ReplicaSnapshots(disk, DIRECTORY, SimulatedPartition.MAX_PRODUCERS)
                .read(-1, 0, 1)
                .offset();
    }

    @Override
    public String toString() {
        return running == null ? id + " down" : running.toString();
    }
}
