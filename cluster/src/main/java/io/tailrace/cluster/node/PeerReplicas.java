package io.tailrace.cluster.node;

import io.tailrace.cluster.placement.Fetched;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.partition.PeerRecords;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.Replica;
import io.tailrace.engine.replication.quorum.ReplicaId;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the replicas of a log on other nodes, as a reader of records does: below their high watermarks. */
final class PeerReplicas implements PeerRecords {
    private static final Logger LOG = LoggerFactory.getLogger(PeerReplicas.class);
    private static final long PATIENCE_SECONDS = 5;

    private final BiFunction<String, PartitionId, PartitionReader> readers;

    /** Opened by the id of a node. */
    PeerReplicas(BiFunction<String, PartitionId, PartitionReader> readers) {
        this.readers = readers;
    }

    @Override
    public boolean read(Replica replica, long offset, long endOffset, int maxBytes, Predicate<ByteBuffer> taker) {
        PartitionId partition =
                PartitionId.parse(String.valueOf(replica.directory().getFileName()));
        try {
            List<ReplicaId> voters = replica.status()
                    .toCompletableFuture()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .voters()
                    .ids();
            for (ReplicaId peer : voters) {
                if (!peer.equals(replica.self())
                        && read(peer.nodeId(), partition, offset, endOffset, maxBytes, taker)) {
                    return true;
                }
            }
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("Nobody can be asked for partition {}", partition, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    private boolean read(
            String node, PartitionId partition, long offset, long endOffset, int maxBytes, Predicate<ByteBuffer> taker)
            throws InterruptedException {
        ByteBuffer all = ByteBuffer.allocate(maxBytes);
        try (PartitionReader reader = readers.apply(node, partition)) {
            long next = offset;
            while (next < endOffset) {
                Fetched fetched = reader.fetch(next, maxBytes - all.position())
                        .toCompletableFuture()
                        .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                next = take(fetched.batches(), next, endOffset, all);
                if (next < 0) {
                    return false;
                }
            }
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("Node {} cannot be asked for partition {}", node, partition, e);
            return false;
        }
        return taker.test(all.flip());
    }

    /** Where it goes on, or -1 if these are other batches. */
    private static long take(ByteBuffer batches, long next, long endOffset, ByteBuffer all) {
        long at = next;
        while (batches.hasRemaining() && at < endOffset) {
            RecordBatch batch = RecordBatch.at(batches);
            if (batch.baseOffset() != at || batch.nextOffset() > endOffset || batch.sizeInBytes() > all.remaining()) {
                return -1;
            }
            all.put(batches.slice(batches.position(), batch.sizeInBytes()));
            batches.position(batches.position() + batch.sizeInBytes());
            at = batch.nextOffset();
        }
        return at == next ? -1 : at;
    }
}
