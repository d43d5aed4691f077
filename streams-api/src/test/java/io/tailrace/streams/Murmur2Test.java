package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;

class Murmur2Test {
    private static final long SEED = 20_260_711L;

    @Test
    void hashesAsKafkaDoesForEveryLengthAndByte() {
        Random random = new Random(SEED);
        for (int length = 0; length < 300; length++) {
            for (int i = 0; i < 20; i++) {
                byte[] key = new byte[length];
                random.nextBytes(key);
                assertThat(Murmur2.hash(key))
                        .as("seed %d, length %d", SEED, length)
                        .isEqualTo(Utils.murmur2(key));
            }
        }
    }

    @Test
    void keysGoToThePartitionThatKafkaWouldChoose() {
        Random random = new Random(SEED);
        for (int partitions = 1; partitions < 200; partitions++) {
            byte[] key = new byte[random.nextInt(40)];
            random.nextBytes(key);
            assertThat(Partitioner.DEFAULT.partition("topic", key, partitions))
                    .as("seed %d, %d partitions", SEED, partitions)
                    .isEqualTo(BuiltInPartitioner.partitionForKey(key, partitions));
        }
    }

    @Test
    void recordsWithoutKeyAreLeftToTheProducer() {
        assertThat(Partitioner.DEFAULT.partition("topic", null, 7)).isEqualTo(Partitioner.ANY);
    }
}
