package io.tailrace.engine.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.record.RecordBatch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PartitionStateTest {
    private static final int EPOCH = 3;

    private PartitionState state = PartitionState.empty(100);

    /** A batch's header alone: nothing more is looked at. */
    private static RecordBatch batch(long producerId, int producerEpoch, int sequence, int records) {
        ByteBuffer header = ByteBuffer.allocate(RecordBatch.HEADER_BYTES);
        header.putInt(8, 1_000 - RecordBatch.LENGTH_PREFIX_BYTES);
        header.put(16, RecordBatch.MAGIC);
        header.putInt(23, records - 1);
        header.putLong(43, producerId);
        header.putShort(51, (short) producerEpoch);
        header.putInt(53, sequence);
        header.putInt(57, records);
        return RecordBatch.headerAt(header);
    }

    private Decision offer(RecordBatch batch) {
        Decision decision = state.decide(batch, EPOCH, 0, -1);
        if (decision instanceof Decision.Accept accept) {
            state = state.apply(accept.event());
        }
        return decision;
    }

    private long accepted(RecordBatch batch) {
        Decision decision = offer(batch);
        assertThat(decision).isInstanceOf(Decision.Accept.class);
        return ((Decision.Accept) decision).event().placed().baseOffset();
    }

    private static ErrorCode code(Decision decision) {
        assertThat(decision).isInstanceOf(Decision.Refuse.class);
        return ((Decision.Refuse) decision).code();
    }

    @Test
    void batchesWithoutProducerIdTakeOneOffsetAfterAnother() {
        assertThat(accepted(batch(-1, -1, -1, 3))).isZero();
        assertThat(accepted(batch(-1, -1, -1, 2))).isEqualTo(3);
        assertThat(state.endOffset()).isEqualTo(5);
        assertThat(state.producers()).isEmpty();
    }

    @Test
    void theBarrierOfTheEpochTakesAnOffsetThatNoEventTellsOf() {
        accepted(batch(-1, -1, -1, 3));
        Decision.Accept next = (Decision.Accept) state.decide(batch(-1, -1, -1, 1), EPOCH, 4, -1);
        assertThat(next.event().placed().baseOffset()).isEqualTo(4);
        assertThat(next.event().placed().leaderEpoch()).isEqualTo(EPOCH);
    }

    @Test
    void anyOfTheLastFiveBatchesComesBackAsADuplicateWithItsOffset() {
        for (int i = 0; i < 8; i++) {
            accepted(batch(7, 0, i * 10, 10));
        }
        for (int i = 3; i < 8; i++) {
            assertThat(offer(batch(7, 0, i * 10, 10))).isEqualTo(new Decision.Duplicate(i * 10L, -1));
        }
        assertThat(state.endOffset()).isEqualTo(80);
    }

    @Test
    void anOlderOneIsADuplicateWhoseOffsetIsNotKnown() {
        for (int i = 0; i < 8; i++) {
            accepted(batch(7, 0, i * 10, 10));
        }
        assertThat(offer(batch(7, 0, 20, 10))).isEqualTo(new Decision.Duplicate(-1, -1));
    }

    @Test
    void aGapIsRefused() {
        accepted(batch(7, 0, 0, 10));
        assertThat(code(offer(batch(7, 0, 11, 10)))).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE);
        assertThat(accepted(batch(7, 0, 10, 10))).isEqualTo(10);
    }

    @Test
    void aProducerNobodyKnowsBeginsAtZero() {
        assertThat(code(offer(batch(7, 0, 5, 1)))).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE);
        assertThat(accepted(batch(7, 0, 0, 1))).isZero();
    }

    @Test
    void aNewProducerEpochBeginsAtZeroAndFencesTheOld() {
        accepted(batch(7, 0, 0, 10));
        assertThat(code(offer(batch(7, 1, 10, 1)))).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE);
        accepted(batch(7, 1, 0, 1));
        assertThat(code(offer(batch(7, 0, 10, 1)))).isEqualTo(ErrorCode.PRODUCER_FENCED);
    }

    @Test
    void sequencesWrapAroundToZero() {
        accepted(batch(7, 0, 0, Integer.MAX_VALUE));
        accepted(batch(7, 0, Integer.MAX_VALUE, 1));
        long last = accepted(batch(7, 0, 0, 4));
        assertThat(last).isEqualTo(1L + Integer.MAX_VALUE);
        assertThat(offer(batch(7, 0, Integer.MAX_VALUE - 3, 2))).isEqualTo(new Decision.Duplicate(-1, -1));
        accepted(batch(7, 0, 4, 1));
    }

    @Test
    void theProducerThatWroteLongestAgoIsForgottenFirst() {
        state = PartitionState.empty(3);
        for (int producer = 0; producer < 3; producer++) {
            accepted(batch(producer, 0, 0, 1));
        }
        accepted(batch(0, 0, 1, 1));
        accepted(batch(9, 0, 0, 1));
        assertThat(state.producers()).containsOnlyKeys(0L, 2L, 9L);
        assertThat(state.producersByLastOffset()).hasSize(3);
    }

    @Test
    void nothingIsStoredTwiceHoweverOftenItIsSent() {
        long seed = 20_261;
        Random random = new Random(seed);
        Map<Long, Integer> next = new HashMap<>();
        Map<Long, List<RecordBatch>> sent = new HashMap<>();
        Map<String, Long> offsets = new HashMap<>();
        for (int step = 0; step < 20_000; step++) {
            long producer = random.nextInt(5);
            List<RecordBatch> mine = sent.computeIfAbsent(producer, id -> new ArrayList<>());
            boolean again = !mine.isEmpty() && random.nextBoolean();
            RecordBatch batch = again
                    ? mine.get(mine.size() - 1 - random.nextInt(Math.min(5, mine.size())))
                    : batch(producer, 0, next.getOrDefault(producer, 0), 1 + random.nextInt(4));
            String key = producer + ":" + batch.baseSequence();
            Decision decision = offer(batch);
            if (again) {
                assertThat(decision)
                        .as("seed %d step %d", seed, step)
                        .isEqualTo(new Decision.Duplicate(offsets.get(key), -1));
            } else {
                assertThat(decision).as("seed %d step %d", seed, step).isInstanceOf(Decision.Accept.class);
                offsets.put(key, ((Decision.Accept) decision).event().placed().baseOffset());
                mine.add(batch);
                next.merge(producer, batch.recordCount(), Integer::sum);
            }
        }
    }

    @Test
    void aSnapshotIsDueWheneverAMultipleIsCrossed() {
        int due = 0;
        for (int i = 0; i < 64; i++) {
            Decision.Accept accept = (Decision.Accept) offer(batch(-1, -1, -1, 1));
            if (state.crossedMultipleOf(16_000, accept.event())) {
                due++;
            }
        }
        assertThat(due).isEqualTo(4);
    }
}
