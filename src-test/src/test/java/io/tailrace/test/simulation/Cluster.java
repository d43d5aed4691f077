package io.tailrace.test.simulation;

import io.tailrace.engine.log.Compaction;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.FlushMode;
import io.tailrace.engine.replication.quorum.Input;
import io.tailrace.engine.replication.quorum.QuorumSettings;
import io.tailrace.engine.replication.quorum.ReplicaId;
import io.tailrace.engine.replication.quorum.Voters;
import io.tailrace.test.simulation.Values.Placed;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The voters of one partition, mostly three, at most seven, their clients, and whoever nominates; first in trouble, then healed. */
final class Cluster {
    private static final List<String> IDS = List.of("a", "b", "c", "d", "e", "f", "g");
    private static final long TROUBLE_MILLIS = 4_000;
    /** Within so long after everything works again a leader serves, and everybody has everything. */
    private static final long RECOVERY_MILLIS = 8_000;

    private static final int EVERY_QUIET_LIFE = 20;
    /** Three of so many; the others are as they were before there was compaction, and so are the seeds that are known of them. */
    private static final Set<Long> COMPACTED_LIVES = Set.of(11L, 14L, 18L);

    private static final int FINAL_READ_BYTES = 1 << 20;

    private final World world;
    private final Variant variant;
    private final Members members;
    private final Operator operator;
    /** Whether voters come and go in this life, and disks with them. */
    private final boolean changing;

    private final Network network;
    private final Invariants invariants = new Invariants();
    private final History history = new History();
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final List<Producer> producers = new ArrayList<>();
    private final Sharding sharding;
    private final Faults faults;
    private final QuorumSettings settings;
    private final LogSettings log;
    private final int flushMillis;
    private final int promiseMillis;
    /** Nobody writes for a long time, but the voters change: an empty log has no entry of its epoch that protects it. */
    private final boolean quiet;
    /** Values have keys, and replicas compact their logs. */
    private final boolean compacted;

    private boolean tested = true;

    Cluster(World world, Variant variant) {
        this.world = world;
        this.variant = variant;
        this.network = new Network(world);
        this.quiet = world.seed % EVERY_QUIET_LIFE == EVERY_QUIET_LIFE - 1;
        this.changing = world.chance(0.5) || quiet;
        int size = quiet ? 4 : changing ? sizeThatChanges() : sizeThatStays();
        Voters first = new Voters(
                IDS.subList(0, size).stream().map(id -> new ReplicaId(id, "1")).toList(), 0);
        this.members = new Members(first);
        this.operator = new Operator(this, world, members, quiet);
        world.coverage.count((changing ? "voters at first: " : "voters: ") + size);
        this.settings = new QuorumSettings(
                world.chance(0.5) ? 120 : world.between(100, 1000),
                world.between(1, 4),
                100,
                1 << 20,
                20,
                1 << 20,
                world.between(3, 60),
                world.chance(0.5) ? world.between(0, 30) : 1_000_000,
                world.chance(0.7) ? FlushMode.BATCH : FlushMode.OS);
        world.coverage.count("flush: " + settings.flush());
        this.flushMillis = world.chance(0.6) ? 3 : world.between(1, 20);
        this.promiseMillis = world.chance(0.6) ? 3 : world.between(1, 30);
        this.compacted = COMPACTED_LIVES.contains(world.seed % EVERY_QUIET_LIFE);
        this.log = logSettings();
        if (compacted) {
            invariants.compacted();
            world.coverage.count("life: compacted");
        }
        this.sharding = new Sharding(this, world);
        this.faults = new Faults(this, world, sharding);
        first.ids().forEach(id -> nodes.add(new SimulatedNode(id, first, this, world)));
        int outside = changing ? world.between(size < 3 ? 2 : 1, 2) : 0;
        for (String id : IDS.subList(size, size + outside)) {
            nodes.add(new SimulatedNode(new ReplicaId(id, "1"), Voters.NONE, this, world));
        }
    }

    private LogSettings logSettings() {
        if (!compacted) {
            return new LogSettings(world.chance(0.5) ? 3000 : world.between(300, 1500), 1_000_000_000, 300);
        }
        long tombstonesKept = world.chance(0.6) ? 0 : world.between(1, 600);
        return new LogSettings(world.between(300, 900), 1_000_000_000, 300)
                .with(new Compaction(true, 0, 0, Long.MAX_VALUE, tombstonesKept));
    }

    private int sizeThatStays() {
        return world.chance(0.8) ? 3 : world.chance(0.6) ? 5 : world.chance(0.5) ? 7 : 1;
    }

    /** Even ones too: of these two halves are left that do not meet when one adds a voter and the other removes one. */
    private int sizeThatChanges() {
        return world.chance(0.5) ? 3 : world.chance(0.5) ? 4 : world.between(1, 5);
    }

    /** Lives the whole life; what is wrong is thrown. */
    void run() {
        nodes.forEach(SimulatedNode::start);
        for (int i = 0; i < 3; i++) {
            producers.add(new Producer("p" + i, i > 0, this, world));
        }
        if (quiet) {
            producers.forEach(producer -> world.after(world.between(1_000, (int) TROUBLE_MILLIS), producer::live));
        } else {
            producers.forEach(Producer::live);
        }
        new Reader("r0", this, world).live();
        new Reader("r1", this, world).live();
        new Deleter(this, world).live();
        sharding.live();
        faults.live();
        if (changing) {
            operator.live();
        }
        world.coverage.count("life: voters " + (changing ? "change, " : "stay, ") + settings.flush()
                + (faults.doDamage() ? ", damage" : ""));
        world.runUntil(TROUBLE_MILLIS);
        tested = false;
        world.note(() -> "everything is healed: " + nodes);
        network.heal();
        nodes.forEach(SimulatedNode::heal);
        nodes.forEach(SimulatedNode::start);
        awaitRecovery();
        if (world.chance(0.1)) {
            nominateBesideAHealthyLeader();
        }
        checkHistory();
    }

    /** Where everything works, a nomination that is not meant as a hand-over ends no leadership. */
    private void nominateBesideAHealthyLeader() {
        // What is still on its way from before may.
        world.runUntil(Math.max(world.now(), TROUBLE_MILLIS) + Network.LONGEST_MILLIS);
        awaitRecovery();
        String before = leading();
        for (SimulatedNode node : nodes) {
            world.coverage.count("nominated beside a healthy leader");
            sharding.nominate(node, new Input.Nominated());
            world.runUntil(world.now() + 100);
        }
        world.runUntil(world.now() + 500);
        if (!leading().equals(before)) {
            throw new Violation("nominations ended the leadership of " + before + ", and now it is " + leading());
        }
    }

    private String leading() {
        return nodes.stream()
                .filter(SimulatedNode::isLeading)
                .map(node -> node.id + " in epoch " + node.promisedEpoch())
                .toList()
                .toString();
    }

    /** A nominee says that another is better: that one is nominated, or if it cannot be had the same again. */
    void declined(SimulatedNode nominee, String best) {
        world.after(world.between(1, 20), () -> {
            if (node(best).isUp()) {
                sharding.nominate(node(best), new Input.Nominated());
            } else {
                sharding.nominate(nominee, new Input.Nominated(false, true));
            }
        });
    }

    private void awaitRecovery() {
        while (!isRecovered()) {
            if (world.now() > TROUBLE_MILLIS + RECOVERY_MILLIS) {
                throw new Violation("not recovered " + RECOVERY_MILLIS + " ms after everything works again: " + nodes
                        + ", committed from " + invariants.committedStart() + " to " + invariants.committedEnd());
            }
            world.runUntil(world.now() + 50);
        }
    }

    private boolean isRecovered() {
        boolean led = nodes.stream().filter(SimulatedNode::isLeading).count() == 1;
        boolean answered = producers.stream().allMatch(Producer::isIdle);
        long end = invariants.committedEnd();
        long start = invariants.committedStart();
        boolean everywhere =
                voting().stream().allMatch(node -> node.highWatermark() == end && node.startOffset() == start);
        return led
                && answered
                && everywhere
                && voting().stream().filter(node -> node.reads.scrub()).count() == voting().size()
                && operator.isTidy();
    }

    /** The nodes on which those decide who are voters for good. */
    private List<SimulatedNode> voting() {
        return nodes.stream()
                .filter(node -> members.newest().contains(node.replicaId()))
                .toList();
    }

    private void checkHistory() {
        List<Placed> first = everythingOn(voting().get(0));
        for (SimulatedNode node : voting()) {
            if (!seen(everythingOn(node)).equals(seen(first))) {
                throw new Violation(node.id + " and " + voting().get(0).id + " do not read the same in the end");
            }
        }
        history.finalRead = first;
        history.committed = invariants.records();
        invariants.finallyReads(seen(first), voting().get(0).startOffset());
        List<String> problems = HistoryChecker.problemsOf(history);
        if (!problems.isEmpty()) {
            throw new Violation(problems.size() + " problems in the history, the first: "
                    + String.join("; ", problems.subList(0, Math.min(5, problems.size()))));
        }
        world.coverage.add("values stored", first.size());
        world.coverage.add("polls with records", history.polls.size());
    }

    /** What is the same on all: every record, or what is left when all is compacted. */
    private Object seen(List<Placed> records) {
        return compacted ? CommittedRecords.table(records) : records;
    }

    private static List<Placed> everythingOn(SimulatedNode node) {
        List<Placed> all = new ArrayList<>();
        long start = node.startOffset();
        long offset = start;
        while (true) {
            List<RecordBatch> batches = node.reads.read(offset, FINAL_READ_BYTES);
            if (batches.isEmpty()) {
                all.removeIf(placed -> placed.offset() < start);
                return all;
            }
            batches.forEach(batch -> Values.read(batch, all));
            offset = batches.get(batches.size() - 1).nextOffset();
        }
    }

    /** Whether faults happen and clients begin anything new. */
    boolean isBeingTested() {
        return tested;
    }

    /** Whether one more machine may lose what it has acknowledged: never more than a minority, until they have caught up. */
    boolean mayLose(SimulatedNode node) {
        return operator.bearsTheLossOf(node);
    }

    /** A machine has stopped; somebody starts it again. */
    void stopped(SimulatedNode node) {
        world.after(world.between(20, world.chance(0.2) ? 2_000 : 400), node::start);
    }

    /** A replica has changed its role, or stepped up: the moment at which trouble is worst. */
    void changed(SimulatedNode node) {
        if (tested) {
            faults.changed(node);
            if (changing) {
                operator.changed(node);
            }
        }
    }

    /** A leader has just begun to count other voters, of which the others do not know yet. */
    void votersChanged(SimulatedNode node) {
        if (tested) {
            faults.votersChanged(node);
        }
    }

    /** A replica abstains from now on, or no longer. */
    void lostSomething(SimulatedNode node, boolean caughtUp) {
        if (tested) {
            faults.lostSomething(node, caughtUp);
        }
    }

    SimulatedNode node(String id) {
        return nodes.get(IDS.indexOf(id));
    }

    SimulatedNode anyNode() {
        return nodes.get(world.random.nextInt(nodes.size()));
    }

    List<SimulatedNode> nodes() {
        return nodes;
    }

    Variant variant() {
        return variant;
    }

    boolean isCompacted() {
        return compacted;
    }

    /** Whether disks are lost and voters come and go in this life. */
    boolean isChanging() {
        return changing;
    }

    Members members() {
        return members;
    }

    Operator operator() {
        return operator;
    }

    /** How long a flush takes in this life, at most. */
    int flushMillis() {
        return flushMillis;
    }

    /** And storing a promise. */
    int promiseMillis() {
        return promiseMillis;
    }

    QuorumSettings settings() {
        return settings;
    }

    LogSettings log() {
        return log;
    }

    Network network() {
        return network;
    }

    Invariants invariants() {
        return invariants;
    }

    History history() {
        return history;
    }
}
