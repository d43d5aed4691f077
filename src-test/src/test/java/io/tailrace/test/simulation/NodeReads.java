package io.tailrace.test.simulation;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.LogReader;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.quorum.ReplicaDisk;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What clients that have arrived at a node read there, and what the test looks up in its log. */
final class NodeReads {
    private final SimulatedNode node;
    private final Cluster cluster;
    private final World world;

    NodeReads(SimulatedNode node, Cluster cluster, World world) {
        this.node = node;
        this.cluster = cluster;
        this.world = world;
    }

    /** Whole batches below the high watermark; nothing if there is nothing yet, or nobody may read here. */
    List<RecordBatch> read(long offset, int maxBytes) {
        RunningReplica now = node.running();
        List<RecordBatch> batches = new ArrayList<>();
        OptionalLong readable = now == null ? OptionalLong.empty() : now.replica.readableOffset();
        if (now == null || now.failed || readable.isEmpty()) {
            return batches;
        }
        Log log = now.log();
        long limit = Math.min(readable.getAsLong(), log.endOffset());
        if (offset < limit) {
            try (LogReader reader = log.newReader()) {
                ByteBuffer bytes = reader.read(offset, maxBytes, limit);
                return cluster.variant().flaw() == Variant.Flaw.SERVES_UNCHECKED
                        ? unchecked(bytes)
                        : ReplicaDisk.checked(bytes);
            } catch (TailraceException e) {
                world.coverage.count("damage: met by a reader");
                now.damaged(e, offset);
            }
        }
        return batches;
    }

    /** Where the log begins, if that is behind the offset, and anybody may read here. */
    OptionalLong beginsBehind(long offset) {
        RunningReplica now = node.running();
        boolean serves =
                now != null && !now.failed && now.replica.readableOffset().isPresent();
        return serves && offset < now.log().startOffset()
                ? OptionalLong.of(now.log().startOffset())
                : OptionalLong.empty();
    }

    static List<RecordBatch> unchecked(ByteBuffer bytes) {
        List<RecordBatch> batches = new ArrayList<>();
        while (bytes.hasRemaining()) {
            RecordBatch batch = RecordBatch.at(bytes);
            bytes.position(bytes.position() + batch.sizeInBytes());
            batches.add(batch);
        }
        return batches;
    }

    /** Its log, unless nobody can say what is in it now, or it has to catch up first. */
    @Nullable
    Log soundLog() {
        RunningReplica now = node.running();
        return now == null || now.failed || now.replica.abstains() ? null : now.log();
    }

    /** Whether it runs, does not abstain, and no damage waits in its log to be met. */
    boolean isSound() {
        Log log = soundLog();
        if (log == null) {
            return false;
        }
        try {
            node.damage.requireNone(log);
            return true;
        } catch (TailraceException e) {
            return false;
        }
    }

    /** Reads everything that is on the disk, and so meets all damage there is. */
    boolean scrub() {
        RunningReplica now = node.running();
        Log log = soundLog();
        if (now == null || log == null) {
            return false;
        }
        try {
            node.damage.requireNone(log);
            return true;
        } catch (TailraceException e) {
            world.coverage.count("damage: met by a scrub");
            now.damaged(e, 0);
            return false;
        }
    }
}
