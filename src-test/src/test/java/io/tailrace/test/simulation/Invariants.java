package io.tailrace.test.simulation;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.LogReader;
import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.quorum.Message;
import io.tailrace.engine.replication.quorum.QuorumReplica;
import io.tailrace.engine.replication.quorum.ReplicaDisk;
import io.tailrace.engine.replication.quorum.ReplicaId;
import io.tailrace.engine.replication.quorum.Voters;
import io.tailrace.test.simulation.Values.Placed;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What holds after every step of every replica, whatever clients see. */
final class Invariants {
    private final Map<Integer, UUID> leaders = new HashMap<>();
    private final Map<String, NavigableMap<Integer, UUID>> promises = new HashMap<>();
    private final Map<String, Map<Integer, Long>> acknowledged = new HashMap<>();
    private final Map<String, Long> highWatermarks = new HashMap<>();
    private final Map<String, Long> compared = new HashMap<>();
    private final Map<String, Long> starts = new HashMap<>();
    /** Where committed entries say that the log begins. */
    private long committedStart;
    /** Where a replica's log begins that has damage before the entry which says so, and nobody else has read that yet. */
    private long believedStart;
    /** Who could not be compared to the end, for damage. */
    private final Set<String> unread = new HashSet<>();
    /** The committed log, as the first replica had it that said so: batches by base offset. */
    private final NavigableMap<Long, ByteBuffer> committed = new TreeMap<>();

    /** The same record by record, where replicas compact their logs. */
    private @Nullable CommittedRecords records;

    private int looks;

    /** Replicas compact their logs. */
    void compacted() {
        records = new CommittedRecords();
    }

    @Nullable
    CommittedRecords records() {
        return records;
    }

    /** Everything that a replica says. */
    void sent(String from, Message message) {
        if (message instanceof Message.AppendRequest append) {
            UUID known = leaders.putIfAbsent(append.epoch(), append.incarnation());
            if (known != null && !known.equals(append.incarnation())) {
                throw new Violation("two leaders of epoch " + append.epoch() + ", one of them " + from);
            }
        } else if (message instanceof Message.PromiseReply reply && reply.granted()) {
            promised(from, reply);
        } else if (message instanceof Message.AppendReply reply && reply.outcome() != Message.Outcome.REFUSED) {
            acknowledged
                    .computeIfAbsent(from, ignored -> new HashMap<>())
                    .merge(reply.epoch(), reply.fsyncedOffset(), Math::max);
            Map.Entry<Integer, UUID> highest = of(from).lastEntry();
            if (highest != null && highest.getKey() > reply.epoch()) {
                throw new Violation(from + " took an append of epoch " + reply.epoch() + " though it had promised "
                        + highest.getKey());
            }
        }
    }

    private NavigableMap<Integer, UUID> of(String voter) {
        return promises.computeIfAbsent(voter, ignored -> new TreeMap<>());
    }

    private void promised(String voter, Message.PromiseReply reply) {
        NavigableMap<Integer, UUID> before = of(voter);
        if (!before.isEmpty() && before.lastKey() > reply.epoch()) {
            throw new Violation(voter + " promised epoch " + reply.epoch() + " after " + before.lastKey());
        }
        UUID to = before.putIfAbsent(reply.epoch(), reply.incarnation());
        if (to != null && !to.equals(reply.incarnation())) {
            throw new Violation(voter + " promised epoch " + reply.epoch() + " twice");
        }
    }

    /** A leader has counted: every entry is on the disks of a quorum of the configuration in effect, and that is known. */
    void committed(ReplicaId leader, int epoch, QuorumReplica replica, Voters voters) {
        long committed = replica.highWatermark();
        List<ReplicaId> have = voters.ids().stream()
                .filter(voter -> voter.equals(leader) || acknowledged(voter, epoch) >= committed)
                .toList();
        if (!voters.isQuorum(have)) {
            throw new Violation(leader + " takes offset " + committed + " for committed, which " + have + " of "
                    + voters + " have");
        }
        if (Members.difference(voters, replica.votersAt(committed)) > 1) {
            throw new Violation(leader + " counts by " + voters + ", though " + replica.votersAt(committed)
                    + " vote where it is committed");
        }
    }

    private long acknowledged(ReplicaId voter, int epoch) {
        return acknowledged.getOrDefault(voter.toString(), Map.of()).getOrDefault(epoch, 0L);
    }

    /** A replica starts: what it knows of the high watermark may be less than it was. */
    void started(String replica, long highWatermark) {
        highWatermarks.put(replica, highWatermark);
        compared.put(replica, 0L);
    }

    /** Where a replica's log begins: there or later from now on, also after a restart, unless damage took all of it; not later than committed entries say. */
    void begins(String replica, long start, boolean lostAll) {
        long before = starts.getOrDefault(replica, 0L);
        if (start < before && !(lostAll && start == 0)) {
            throw new Violation("the log of " + replica + " begins at " + start + ", and began at " + before);
        }
        if (unread.contains(replica)) {
            believedStart = Math.max(believedStart, start);
        }
        if (start > Math.max(committedStart, believedStart)) {
            throw new Violation(
                    "the log of " + replica + " begins at " + start + ", committed entries say " + committedStart);
        }
        starts.put(replica, start);
    }

    /** A leader says that the log is to begin there, and so many of its voters have snapshots that reach there. */
    void announced(String leader, long start, int snapshots, Voters voters) {
        if (voters.ids().size() > 1 && snapshots < voters.quorum()) {
            throw new Violation(leader + " moves the log's start to " + start + ", and only " + snapshots + " of "
                    + voters + " have snapshots that reach there");
        }
    }

    /** A replica gives up its log for one that begins there. */
    void reset(String replica, long start) {
        if (start <= highWatermarks.getOrDefault(replica, 0L) || start > Math.max(committedStart, believedStart)) {
            throw new Violation(replica + " lets its log begin anew at " + start + ", its high watermark is "
                    + highWatermarks.get(replica) + ", committed entries say " + committedStart);
        }
    }

    /** What a follower says that it has on its disk it has. */
    void acknowledged(String replica, Message.AppendReply reply, Log log, long snapshot) {
        if (reply.outcome() == Message.Outcome.MATCHED && reply.fsyncedOffset() > log.flushedOffset()) {
            throw new Violation(replica + " says that it has up to " + reply.fsyncedOffset() + " on its disk, it has "
                    + log.flushedOffset());
        }
        if (reply.snapshotOffset() > snapshot) {
            throw new Violation(replica + " says that it has a snapshot as of " + reply.snapshotOffset()
                    + ", it has one as of " + snapshot);
        }
    }

    /** The high watermark of a replica, after a step. */
    void stands(String replica, long start, long highWatermark, Log log) {
        begins(replica, start, false);
        long before = highWatermarks.getOrDefault(replica, 0L);
        if (highWatermark < before) {
            throw new Violation(
                    "the high watermark of " + replica + " went back from " + before + " to " + highWatermark);
        }
        if (highWatermark > compared.getOrDefault(replica, 0L)) {
            compare(replica, highWatermark, log);
        }
        highWatermarks.put(replica, highWatermark);
    }

    /** A replica cuts its log: never below what is committed as far as it knows. */
    void cut(String replica, long offset) {
        if (offset < highWatermarks.getOrDefault(replica, 0L)) {
            throw new Violation(replica + " cuts its log at " + offset + ", below its high watermark "
                    + highWatermarks.get(replica));
        }
    }

    /** Below the high watermark all replicas are the same, byte by byte. What a leader has not written yet is looked at later. */
    private void compare(String replica, long highWatermark, Log log) {
        try {
            compareFrom(compared.getOrDefault(replica, 0L), replica, highWatermark, log);
            unread.remove(replica);
        } catch (TailraceException e) {
            // Damaged meanwhile: looked at again when it has been repaired.
            if (e.code() != ErrorCode.CORRUPT_LOG) {
                throw e;
            }
            unread.add(replica);
        }
    }

    private void compareFrom(long from, String replica, long highWatermark, Log log) {
        long at = Math.max(from, log.startOffset());
        long end = Math.min(highWatermark, log.endOffset());
        try (LogReader reader = log.newReader()) {
            while (at < end) {
                ByteBuffer bytes = reader.read(at, 64 * 1024, end);
                if (!bytes.hasRemaining()) {
                    // A header that is damaged may say so too: then the checksum tells, or there is nothing to be had.
                    List<RecordBatch> there = ReplicaDisk.checked(reader.read(at, 64 * 1024, Long.MAX_VALUE));
                    // Who leads may have had less committed than it has compacted once, before it lost its power.
                    if (there.isEmpty() || there.get(0).isStandIn()) {
                        return;
                    }
                    throw new Violation(
                            "the high watermark " + highWatermark + " of " + replica + " lies inside of a batch");
                }
                for (RecordBatch batch : ReplicaDisk.checked(bytes)) {
                    if (records == null) {
                        same(replica, batch);
                    } else {
                        seesTheSame(records, replica, batch);
                    }
                    at = batch.nextOffset();
                }
            }
        }
        compared.put(replica, at);
        if (records != null && at == committedEnd() && ++looks % 8 == 0) {
            readsTheSame(records, replica, at, log);
        }
    }

    /** Who has read everything that is committed on one replica knows what is the newest of each key, and what is deleted. */
    private static void readsTheSame(CommittedRecords records, String replica, long end, Log log) {
        List<Placed> read = new ArrayList<>();
        long start = log.startOffset();
        try (LogReader reader = log.newReader()) {
            for (long at = start; at < end; ) {
                List<RecordBatch> batches = ReplicaDisk.checked(reader.read(at, 64 * 1024, end));
                if (batches.isEmpty()) {
                    return;
                }
                batches.forEach(batch -> Values.read(batch, read));
                at = batches.get(batches.size() - 1).nextOffset();
            }
        }
        read.removeIf(placed -> placed.offset() < start);
        requireTable(replica, CommittedRecords.table(read), records.table(start, end));
    }

    private static void requireTable(String replica, Object seen, Map<String, String> expected) {
        if (!seen.equals(expected)) {
            throw new Violation("who reads " + replica + " to its end sees " + seen + ", committed is " + expected);
        }
    }

    /** What is read in the end. */
    void finallyReads(Object seen, long start) {
        if (records != null) {
            requireTable("any replica", seen, records.table(start, committedEnd()));
        }
    }

    /** Below the high watermark all replicas have what is left of the same batches. */
    private void seesTheSame(CommittedRecords truth, String replica, RecordBatch batch) {
        ByteBuffer known = committed.get(batch.baseOffset());
        boolean news = batch.baseOffset() >= committedEnd();
        if (news) {
            truth.note(batch);
        }
        if (news || batch.bytes().equals(known)) {
            same(replica, batch);
            return;
        }
        boolean standsFor = committed.subMap(batch.baseOffset(), batch.nextOffset()).values().stream()
                .map(bytes -> RecordBatch.at(bytes.duplicate()))
                .allMatch(one -> !one.isControl() && one.leaderEpoch() == batch.leaderEpoch());
        if (batch.isControl() || !standsFor || batch.nextOffset() > committedEnd()) {
            throw new Violation(
                    replica + " has " + batch + " committed, where others have not what that may stand for");
        }
        truth.requireCompacted(replica, batch);
    }

    private void same(String replica, RecordBatch batch) {
        if (ControlRecords.isLogStart(batch)) {
            committedStart = Math.max(committedStart, ControlRecords.logStartOf(batch));
        }
        ByteBuffer known = committed.putIfAbsent(batch.baseOffset(), batch.bytes());
        if (known != null && !known.equals(batch.bytes())) {
            throw new Violation(
                    replica + " has " + batch + " committed, another replica " + RecordBatch.at(known.duplicate()));
        }
        Map.Entry<Long, ByteBuffer> before = committed.lowerEntry(batch.baseOffset());
        if (before != null && RecordBatch.at(before.getValue().duplicate()).nextOffset() > batch.baseOffset()) {
            throw new Violation(replica + " has " + batch + " committed across another replica's batches");
        }
    }

    long committedStart() {
        return committedStart;
    }

    long committedEnd() {
        return committed.isEmpty()
                ? 0
                : RecordBatch.at(committed.lastEntry().getValue().duplicate()).nextOffset();
    }
}
