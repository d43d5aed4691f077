package io.tailrace.test.simulation;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.LogReader;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.SimulatedFileStore;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.FlushMode;
import io.tailrace.engine.replication.PromiseJournal;
import io.tailrace.engine.replication.quorum.Input;
import io.tailrace.engine.replication.quorum.Output;
import io.tailrace.engine.replication.quorum.QuorumReplica;
import io.tailrace.engine.replication.quorum.ReplicaDisk;
import io.tailrace.engine.replication.quorum.ReplicaFile;
import io.tailrace.engine.replication.quorum.ReplicaId;
import io.tailrace.engine.replication.quorum.TimerKind;
import io.tailrace.engine.replication.quorum.Voters;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A machine with one replica on a disk of its own: it can stop, lose what was not forced, pause, and start again. */
final class SimulatedNode {
    private static final Path DATA = Path.of("/data");
    private static final Path DIRECTORY = DATA.resolve("replica");
    /** Small: the journal's files take turns every few promises. */
    private static final int PROMISES_BYTES = 2048;

    private static final LogSettings LOG = new LogSettings(3000, 1_000_000_000, 300);

    private static final int SECTOR_BYTES = 512;

    final String id;
    SimulatedFileStore disk;
    final NodeClock clock;
    private final Cluster cluster;
    private final World world;
    private @Nullable Running running;
    private ReplicaId replicaId;
    private String name;
    /** Who votes, as far as a disk knows on which nothing has been written yet. */
    private Voters first;

    private int starts;
    private int boots;
    private long startNumber;
    private long pausedUntil;
    Damage damage;
    private boolean slowDisk;
    /** For who does not roll back. */
    private @Nullable SimulatedPartition lastPartition;

    /** Until the next stop. */
    private final class Running {
        final PromiseJournal promises;
        final ReplicaDisk files;
        final QuorumReplica replica;
        final int start = starts;

        @Nullable
        SimulatedPartition partition;

        /** After a truncation that failed half way the log does not know what its files hold: nobody may read it. */
        boolean failed;

        long logFree;
        long promiseFree;

        Running(PromiseJournal promises, ReplicaDisk files, QuorumReplica replica) {
            this.promises = promises;
            this.files = files;
            this.replica = replica;
        }
    }

    SimulatedNode(ReplicaId replicaId, Voters first, Cluster cluster, World world) {
        this.replicaId = replicaId;
        this.name = replicaId.toString();
        this.first = first;
        this.id = replicaId.nodeId();
        this.cluster = cluster;
        this.world = world;
        this.clock = new NodeClock(world);
        this.disk = new SimulatedFileStore(world.random.nextLong());
        disk.sectors(SECTOR_BYTES);
        this.damage = new Damage(this, world, disk, DIRECTORY);
    }

    // --- its life ----------------------------------------------------------------------------------------------------

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
                    disk, DIRECTORY, promises, LOG, clock, cluster.settings().flush(), bootId());
            QuorumReplica.Recovered recovered = recovered(files);
            QuorumReplica replica = cluster.variant()
                    .replicas()
                    .create(replicaId, cluster.settings(), recovered, clock, this::incarnation);
            running = new Running(promises, files, replica);
            if (replica.highWatermark() > 0) {
                world.coverage.count("starts with a high watermark");
            }
            cluster.invariants().started(name(), replica.highWatermark());
            world.note(() -> id + " starts for the " + starts + "th time, log end " + replica.endOffset()
                    + ", promised " + replica.promisedEpoch() + (replica.abstains() ? ", abstains" : ""));
            damage.started(replica.abstains());
            if (replica.abstains()) {
                world.coverage.count("start: abstains");
                cluster.lostSomething(this, false);
            }
        } catch (TailraceException e) {
            cannotStart(e);
        }
    }

    private QuorumReplica.Recovered recovered(ReplicaDisk files) {
        QuorumReplica.Recovered found = files.recovered();
        if (cluster.variant().flaw() != Variant.Flaw.CUTS_AND_VOTES) {
            return found;
        }
        files.perform(new Output.EndAbstention(0));
        return new QuorumReplica.Recovered(
                found.log(), found.voters(), found.promise(), found.checkpoint(), found.start(), false);
    }

    private void cannotStart(TailraceException e) {
        if (e.code() != ErrorCode.IO_FAILED && e.code() != ErrorCode.DISK_FULL) {
            throw new Violation(id + " cannot start: " + e.getMessage());
        }
        world.coverage.count(
                e.code() == ErrorCode.DISK_FULL ? "fault: disk full at a start" : "fault: I/O failed at a start");
        lose(true);
    }

    /** The replica alone is closed and opened again, which repairs it. */
    private void repair(Running now) {
        world.coverage.count("damage: repaired while the process goes on");
        running = null;
        if (now.partition != null) {
            now.partition.end();
        }
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
        Running now = running;
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
    private void lose(boolean wanted) {
        boolean uncertain = wanted && cluster.settings().flush() == FlushMode.OS;
        boolean power = wanted && (!uncertain || cluster.mayLose(this));
        if (uncertain && power) {
            world.coverage.count("fault: power lost with flush = os");
            damage.mayHappen();
        }
        world.note(() -> id + (power ? " loses its power" : " is killed"));
        Running was = running;
        running = null;
        if (was != null && was.partition != null) {
            was.partition.end();
        }
        if (power) {
            boots++;
            disk.crash();
        } else {
            disk.kill();
        }
        cluster.stopped(this);
    }

    void pauseFor(long millis) {
        pausedUntil = world.now() + millis;
    }

    void slowDisk(boolean slow) {
        slowDisk = slow;
    }

    /** There is room for so many bytes more. */
    void fillDisk(int bytes) {
        disk.capacity(disk.usedBytes() + bytes);
    }

    void emptyDisk() {
        disk.capacity(Long.MAX_VALUE);
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

    /** Stops pausing, being slow and full. */
    void heal() {
        emptyDisk();
        pausedUntil = 0;
        slowDisk = false;
        disk.stopAfter(-1);
        disk.failForceAfter(-1);
    }

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

    /** Whether it leads, or is about to. */
    boolean isChosen() {
        return running != null
                && (running.replica.isLeading() || running.replica.roleName().equals("Opening"));
    }

    /** The replica on the disk that it has now. */
    ReplicaId replicaId() {
        return replicaId;
    }

    private String name() {
        return name;
    }

    /** Who votes, as far as it knows. */
    Voters voters() {
        return running == null ? Voters.NONE : running.replica.voters();
    }

    // --- what happens to it ------------------------------------------------------------------------------------------

    /** Runs it now, or when the pause is over; not if the machine has stopped meanwhile. */
    private void whenAwake(int start, Runnable what) {
        if (running == null || running.start != start) {
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
        Running now = running;
        if (now == null) {
            return;
        }
        String before = now.replica.roleName();
        int promised = now.replica.promisedEpoch();
        long committed = now.replica.highWatermark();
        Voters voters = now.replica.voters();
        List<Output> outputs = now.replica.step(input);
        String after = now.replica.roleName();
        world.note(() -> id + " " + after + " " + now.replica.promisedEpoch() + " [" + now.replica.highWatermark() + "/"
                + now.replica.endOffset() + "]: " + input + " -> " + outputs);
        if (!before.equals(after) || (promised != now.replica.promisedEpoch())) {
            world.coverage.count("transition: " + before + " > " + after);
            cluster.changed(this);
        }
        if (now.replica.highWatermark() > committed && (before.equals("Leader") || before.equals("Opening"))) {
            cluster.invariants().committed(replicaId, promised, now.replica, voters);
        }
        if (now.replica.voters().configVersion() < voters.configVersion()) {
            world.coverage.count("voters taken back with a cut");
        }
        if (after.equals("Leader") && !voters.equals(now.replica.voters())) {
            cluster.votersChanged(this);
        }
        for (Output output : outputs) {
            if (running == now) {
                act(now, output);
            }
        }
        if (running == now && !now.failed) {
            cluster.members().stand(now.replica.voters(), now.replica.votersAt(now.replica.highWatermark()));
            cluster.invariants().stands(name(), now.replica.highWatermark(), now.files.log());
            if (world.chance(0.01)) {
                checkpoint(now);
            }
        }
    }

    private void checkpoint(Running now) {
        try {
            now.files.checkpoint(now.replica.highWatermark());
            world.coverage.count("high watermark written down");
        } catch (TailraceException e) {
            if (disk.stopped()) {
                world.coverage.count("fault: power lost in the middle of an I/O");
                lose(true);
            } else if (e.code() != ErrorCode.DISK_FULL) {
                world.coverage.count("fault: fsync failed");
                now.failed = true;
                lose(true);
            }
        }
    }

    private void act(Running now, Output output) {
        if (output instanceof Output.Send send) {
            cluster.invariants().sent(name(), send.message());
            world.coverage.count("message: " + Described.kind(send.message()));
            SimulatedNode to = cluster.node(send.to().nodeId());
            Input.Received received = new Input.Received(replicaId, send.message());
            cluster.network().send(id, to.id, true, () -> to.arrive(() -> to.receive(send.to(), received)));
        } else if (output instanceof Output.SetTimer timer) {
            world.after(
                    delay(timer.kind()),
                    () -> whenAwake(now.start, () -> step(new Input.TimerFired(timer.kind(), timer.id()))));
        } else if (output instanceof Output.Io io) {
            schedule(now, io);
        } else if (output instanceof Output.Decision decision) {
            decided(now, decision);
        }
    }

    private void receive(ReplicaId to, Input.Received received) {
        if (to.equals(replicaId)) {
            step(received);
        } else {
            world.coverage.count("message to a replica whose disk is lost");
        }
    }

    private long delay(TimerKind kind) {
        return clock.real(
                switch (kind) {
                    case ATTEMPT -> world.between(40, 160);
                    case HEARTBEAT -> 30;
                    case QUORUM_CHECK -> 200;
                    case LEADER_CHECK -> 100;
                });
    }

    private void schedule(Running now, Output.Io io) {
        int most = slowDisk ? 60 : cluster.flushMillis();
        long at;
        if (io instanceof Output.StorePromise) {
            at = now.promiseFree =
                    Math.max(now.promiseFree, world.now() + world.between(0, slowDisk ? 60 : cluster.promiseMillis()));
        } else if (io instanceof Output.Flush) {
            at = Math.max(now.logFree, world.now()) + world.between(0, most);
        } else {
            at = now.logFree = Math.max(now.logFree, world.now() + world.between(0, 1));
        }
        world.at(at, () -> {
            // The disk works on while the process is paused.
            if (running == now) {
                perform(now, io);
            }
        });
    }

    private void perform(Running now, Output.Io io) {
        if (io instanceof Output.Truncate truncate) {
            cluster.invariants().cut(name(), truncate.offset());
            world.coverage.count("log truncated");
            if (cluster.isBeingTested() && world.chance(0.02)) {
                fillDisk(world.random.nextInt(200));
                world.after(world.between(50, 400), this::emptyDisk);
            }
        }
        Input done = done(now, io);
        if (done instanceof Input.Damaged) {
            damage.met();
        }
        now.failed |= done instanceof Input.IoFailed;
        if (done instanceof Input.NoRoom) {
            world.coverage.count(
                    "no room: " + (io instanceof Output.StorePromise ? "promise" : now.replica.roleName()));
        }
        if (disk.stopped()) {
            world.coverage.count("fault: power lost in the middle of an I/O");
            lose(true);
            return;
        }
        world.after(
                world.between(0, slowDisk ? 20 : 2),
                () -> whenAwake(now.start, () -> {
                    step(done);
                    if (done instanceof Input.IoFailed failed) {
                        world.coverage.count(
                                failed.why().startsWith(ErrorCode.DISK_FULL.name())
                                        ? "fault: disk full for a cut"
                                        : "fault: fsync failed");
                        lose(true);
                    }
                }));
    }

    private Input done(Running now, Output.Io io) {
        if (cluster.variant().flaw() == Variant.Flaw.COPIES_UNCHECKED && io instanceof Output.Read read) {
            try (LogReader reader = now.files.log().newReader()) {
                long limit = Math.min(read.limitOffset(), now.files.log().endOffset());
                return new Input.ReadDone(
                        read.id(), unchecked(reader.read(Math.min(limit, read.offset()), read.maxBytes(), limit)));
            } catch (TailraceException e) {
                return now.files.perform(io);
            }
        }
        return now.files.perform(io);
    }

    /** Damage was met at that offset or behind it, by whoever read the log. */
    private void damaged(Running now, TailraceException what, long offset) {
        if (what.code() != ErrorCode.CORRUPT_LOG) {
            throw what;
        }
        Input damaged = now.files.damaged(what, offset);
        damage.met();
        if (disk.stopped()) {
            lose(true);
        } else {
            step(damaged);
        }
    }

    private void beginLeading(Running now, Output.Leading leading) {
        world.coverage.count("decision: leading");
        SimulatedPartition before = cluster.variant().stateFromTheLogAlone() ? null : lastPartition;
        try {
            now.partition = new SimulatedPartition(
                    this, world, cluster.history(), now.replica, leading.epoch(), now.files.log(), before);
            lastPartition = now.partition;
        } catch (TailraceException e) {
            world.coverage.count("damage: met in a replay");
            damaged(now, e, 0);
        }
    }

    private void decided(Running now, Output.Decision decision) {
        if (decision instanceof Output.Leading leading) {
            beginLeading(now, leading);
        } else if (decision instanceof Output.RepairNeeded) {
            world.coverage.count("damage: met while running");
            if (world.chance(0.5)) {
                repair(now);
            } else {
                lose(false);
            }
        } else if (decision instanceof Output.AbstentionOver) {
            world.coverage.count("decision: abstention over");
            cluster.lostSomething(this, true);
        } else if (decision instanceof Output.NominationOver over) {
            world.coverage.count("decision: nomination over");
            if (over.why().contains("none of the voters")) {
                boolean winners = over.why().startsWith("by the log of");
                world.coverage.count(
                        winners ? "nominated whom the greatest log does not name" : "nominated who does not vote");
            } else if (over.why().contains("removed")) {
                world.coverage.count("who led has been removed");
            }
            if (now.partition != null) {
                now.partition.end();
                now.partition = null;
            }
        } else if (decision instanceof Output.NominationDeferred) {
            world.coverage.count("decision: nomination deferred");
        } else if (decision instanceof Output.NominationDeclined declined) {
            world.coverage.count("decision: nomination declined");
            cluster.declined(this, declined.best().nodeId());
        } else if (decision instanceof Output.Alarm alarm) {
            if (!alarm.what().startsWith("The disk has failed")) {
                throw new Violation(id + " stops with an alarm: " + alarm.what());
            }
        } else if (decision instanceof Output.VotersChanged
                || decision instanceof Output.VotersRefused
                || decision instanceof Output.VotersUnknown) {
            cluster.operator().decided(decision);
        } else if (now.partition != null) {
            now.partition.decided(decision);
        }
    }

    // --- for clients, who have arrived here --------------------------------------------------------------------------

    /** The partition, if this node leads it and knows. */
    @Nullable
    SimulatedPartition partition() {
        return running == null ? null : running.partition;
    }

    boolean isLeading() {
        return running != null && running.replica.isLeading();
    }

    int promisedEpoch() {
        return running == null ? -1 : running.replica.promisedEpoch();
    }

    /** Whole batches below the high watermark; nothing if there is nothing yet, or nobody may read here. */
    List<RecordBatch> read(long offset, int maxBytes) {
        Running now = running;
        List<RecordBatch> batches = new ArrayList<>();
        OptionalLong readable = now == null ? OptionalLong.empty() : now.replica.readableOffset();
        if (now == null || now.failed || readable.isEmpty()) {
            return batches;
        }
        Log log = now.files.log();
        long limit = Math.min(readable.getAsLong(), log.endOffset());
        if (offset < limit) {
            try (LogReader reader = log.newReader()) {
                ByteBuffer bytes = reader.read(offset, maxBytes, limit);
                return cluster.variant().flaw() == Variant.Flaw.SERVES_UNCHECKED
                        ? unchecked(bytes)
                        : ReplicaDisk.checked(bytes);
            } catch (TailraceException e) {
                world.coverage.count("damage: met by a reader");
                damaged(now, e, offset);
            }
        }
        return batches;
    }

    private static List<RecordBatch> unchecked(ByteBuffer bytes) {
        List<RecordBatch> batches = new ArrayList<>();
        while (bytes.hasRemaining()) {
            RecordBatch batch = RecordBatch.at(bytes);
            bytes.position(bytes.position() + batch.sizeInBytes());
            batches.add(batch);
        }
        return batches;
    }

    /** Reads everything that is on the disk, and so meets all damage there is. */
    boolean scrub() {
        Running now = running;
        if (now == null || now.failed || now.replica.abstains()) {
            return false;
        }
        try {
            damage.requireNone(now.files.log());
            return true;
        } catch (TailraceException e) {
            world.coverage.count("damage: met by a scrub");
            damaged(now, e, 0);
            return false;
        }
    }

    /** Its log, unless nobody can say what is in it now, or it has to catch up first. */
    @Nullable
    Log soundLog() {
        Running now = running;
        return now == null || now.failed || now.replica.abstains() ? null : now.files.log();
    }

    long highWatermark() {
        return running == null ? 0 : running.replica.highWatermark();
    }

    @Override
    public String toString() {
        Running now = running;
        return now == null
                ? id + " down"
                : replicaId + " " + now.replica.roleName() + " promised " + now.replica.promisedEpoch()
                        + " high watermark " + now.replica.highWatermark() + " end " + now.replica.endOffset() + " "
                        + now.replica.voters();
    }
}
