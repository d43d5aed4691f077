package io.tailrace.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.partition.BatchAppended;
import io.tailrace.engine.partition.Decision;
import io.tailrace.engine.partition.PartitionState;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PartitionStateFormatTest {

    private static PartitionState someState(long seed) {
        Random random = new Random(seed);
        PartitionState state = PartitionState.empty(8);
        int[] next = new int[12];
        for (int i = 0; i < 100; i++) {
            int producer = random.nextInt(next.length);
            RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 10_000);
            builder.append(i, new byte[0], new byte[random.nextInt(100)]);
            RecordBatch batch =
                    builder.producer(producer, (short) 2, next[producer]).build();
            Decision decision = state.decide(batch, 1, 0, random.nextBoolean() ? 99 : -1);
            if (decision instanceof Decision.Accept accept) {
                state = state.apply(accept.event());
                next[producer]++;
            } else {
                next[producer] = 0;
            }
        }
        return state;
    }

    @Test
    void aStateComesBackAsItWas() {
        for (long seed = 0; seed < 50; seed++) {
            PartitionStateFormat.Stored stored = new PartitionStateFormat.Stored(42, 43, someState(seed));
            assertThat(PartitionStateFormat.decode(PartitionStateFormat.encode(stored)))
                    .as("seed %d", seed)
                    .isEqualTo(stored);
        }
    }

    @Test
    void whatEndsTooEarlyIsAnErrorAndNothingElse() {
        ByteBuffer whole = PartitionStateFormat.encode(new PartitionStateFormat.Stored(1, 2, someState(1)));
        for (int size = 0; size < whole.limit(); size++) {
            ByteBuffer cut = whole.duplicate().limit(size);
            assertThatThrownBy(() -> PartitionStateFormat.decode(cut)).isInstanceOf(TailraceException.class);
        }
    }

    @Test
    void aReplayedBatchIsTheEventThatWasPersisted() {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 10_000);
        builder.append(5, new byte[0], new byte[10]);
        RecordBatch batch = builder.producer(3, (short) 0, 0).build();
        PartitionState empty = PartitionState.empty(8);
        BatchAppended event = ((Decision.Accept) empty.decide(batch, 4, 17, 1234)).event();
        ByteBuffer inTheLog = ByteBuffer.allocate(batch.sizeInBytes());
        PlacedBatch placed = event.placed();
        batch.copyTo(inTheLog, placed.baseOffset(), placed.leaderEpoch(), placed.appendTimeMillis());
        inTheLog.flip();
        BatchAppended replayed = BatchAppended.replayed(RecordBatch.headerAt(inTheLog));
        assertThat(empty.apply(replayed)).isEqualTo(empty.apply(event));
        assertThat(replayed.placed().leaderEpoch()).isEqualTo(4);
    }
}
