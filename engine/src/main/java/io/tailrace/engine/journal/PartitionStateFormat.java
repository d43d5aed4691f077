package io.tailrace.engine.journal;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionState;
import io.tailrace.engine.partition.ProducerState;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * A snapshot's bytes: the payload of a {@link io.tailrace.engine.log.CheckedFile}.
 *
 * <pre>
 *   sequence number int64 | time int64 | end offset int64 | appended bytes int64 | max producers int32
 *   | producers int32 × { id int64 | epoch int16 | batches int8 × { base sequence int32 | last sequence int32
 *                                                                 | base offset int64 | append time int64 } }
 * </pre>
 */
final class PartitionStateFormat {
    static final int MAGIC = 0x5452534E;
    static final int VERSION = 1;

    private static final int FIXED_BYTES = 8 + 8 + 8 + 8 + 4 + 4;
    private static final int PRODUCER_BYTES = 8 + 2 + 1;
    private static final int BATCH_BYTES = 4 + 4 + 8 + 8;

    private PartitionStateFormat() {}

    /** A state and the sequence number that it stands at. */
    record Stored(long sequenceNr, long timestampMillis, PartitionState state) {}

    static ByteBuffer encode(Stored stored) {
        PartitionState state = stored.state;
        int batches = state.producers().values().stream()
                .mapToInt(producer -> producer.batches().size())
                .sum();
        ByteBuffer out =
                ByteBuffer.allocate(FIXED_BYTES + state.producers().size() * PRODUCER_BYTES + batches * BATCH_BYTES);
        out.putLong(stored.sequenceNr).putLong(stored.timestampMillis);
        out.putLong(state.endOffset()).putLong(state.appendedBytes()).putInt(state.maxProducers());
        out.putInt(state.producers().size());
        for (Map.Entry<Long, ProducerState> entry : state.producers().entrySet()) {
            ProducerState producer = entry.getValue();
            out.putLong(entry.getKey()).putShort(producer.epoch());
            out.put((byte) producer.batches().size());
            for (ProducerState.Written batch : producer.batches()) {
                out.putInt(batch.baseSequence()).putInt(batch.lastSequence());
                out.putLong(batch.baseOffset()).putLong(batch.appendTimeMillis());
            }
        }
        return out.flip();
    }

    /**
     * Reads a snapshot back.
     *
     * @throws TailraceException CORRUPT_LOG if it makes no sense
     */
    static Stored decode(ByteBuffer in) {
        try {
            long sequenceNr = in.getLong();
            long timestamp = in.getLong();
            long endOffset = in.getLong();
            long appendedBytes = in.getLong();
            int maxProducers = in.getInt();
            int producers = in.getInt();
            PMap<Long, ProducerState> byId = HashTreePMap.empty();
            PSortedMap<Long, Long> byOffset = TreePMap.empty();
            for (int i = 0; i < producers; i++) {
                long id = in.getLong();
                ProducerState producer = producer(in);
                byId = byId.plus(id, producer);
                byOffset = byOffset.plus(producer.newest().baseOffset(), id);
            }
            return new Stored(
                    sequenceNr, timestamp, new PartitionState(endOffset, appendedBytes, maxProducers, byId, byOffset));
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            throw new TailraceException(ErrorCode.CORRUPT_LOG, "The snapshot makes no sense; an older one is used.", e);
        }
    }

    private static ProducerState producer(ByteBuffer in) {
        short epoch = in.getShort();
        int count = in.get();
        List<ProducerState.Written> batches = new ArrayList<>(ProducerState.REMEMBERED_BATCHES);
        for (int i = 0; i < count; i++) {
            batches.add(new ProducerState.Written(in.getInt(), in.getInt(), in.getLong(), in.getLong()));
        }
        return new ProducerState(epoch, List.copyOf(batches));
    }
}
