package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.junit.jupiter.api.Test;

class PartitionWriterTest {
    @Test
    void sequenceNumbersBeginAgainAtZeroAsInKafka() {
        assertThat(PartitionWriter.sequenceAfter(Integer.MAX_VALUE, 1)).isZero();
        Random random = new Random(3);
        for (int i = 0; i < 1000; i++) {
            int sequence = Integer.MAX_VALUE - random.nextInt(5000);
            int records = 1 + random.nextInt(10_000);
            assertThat(PartitionWriter.sequenceAfter(sequence, records))
                    .isEqualTo(DefaultRecordBatch.incrementSequence(sequence, records));
        }
    }
}
