package io.tailrace.cluster.node;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.replication.ReplicaListener;
import io.tailrace.engine.replication.quorum.LogPosition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes what happens to replicas into the node's log. */
final class ReplicaLog implements ReplicaListener {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaLog.class);

    @Override
    public void damaged(String log, long offset, String what) {
        LOG.error(
                "Partition {} is damaged here at offset {} or behind it ({}): it is opened anew and gets that from its peers",
                log,
                offset,
                what);
    }

    @Override
    public void recoveredUncleanly(String log, LogPosition position, long highWatermark) {
        LOG.warn(
                "AUDIT: an operator lets partition {} vote here uncleanly, up to offset {} of epoch {}, high watermark {}: what"
                        + " was acknowledged beyond that may be lost",
                log,
                position.endOffset(),
                position.lastEpoch(),
                highWatermark);
    }

    @Override
    public void caughtUp(String log) {
        LOG.info("Partition {} has caught up here, and votes again", log);
    }

    @Override
    public void failed(String log, String what, TailraceException why) {
        LOG.warn("Partition {}: {} failed ({} {}) and is tried again", log, what, why.code(), why.getMessage());
    }
}
