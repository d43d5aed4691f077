package io.tailrace.engine.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.TailraceException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What remains of a batch is what Kafka's own reader sees. */
class BatchCompactionTest {
    private final BatchCompaction compaction = new BatchCompaction(1 << 20);

    private static RecordBatch batch(Compression codec, long base, int records, Random random) {
        RecordBatchBuilder builder = new RecordBatchBuilder(codec, 1 << 20);
        for (int i = 0; i < records; i++) {
            byte[] value = random.nextInt(3) == 0 ? null : new byte[random.nextInt(50)];
            builder.append(
                    10_000 + random.nextInt(500),
                    ("k" + i).getBytes(StandardCharsets.UTF_8),
                    value,
                    Headers.EMPTY.with("h", "v" + i));
        }
        builder.producer(7, (short) 2, 40);
        ByteBuffer placed = ByteBuffer.allocate(1 << 16);
        builder.build().copyTo(placed, base, 3, random.nextBoolean() ? 20_000 : -1);
        return RecordBatch.at(placed.flip());
    }

    private static List<String> seen(RecordBatch batch) {
        List<String> seen = new ArrayList<>();
        for (Record record : batch.records(1 << 20)) {
            seen.add(record.offset() + "/" + record.timestamp() + "/" + record.keySize() + "/" + record.valueSize()
                    + "/" + record.headers());
        }
        return seen;
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void whatRemainsKeepsItsOffsetsAndTimesAndTheBatchItsPlace(Compression codec) {
        Random random = new Random(codec.id());
        for (int round = 0; round < 100; round++) {
            RecordBatch batch = batch(codec, 1_000, 1 + random.nextInt(20), random);
            Set<Long> kept = new HashSet<>();
            for (long offset = batch.baseOffset(); offset < batch.nextOffset(); offset++) {
                if (random.nextBoolean()) {
                    kept.add(offset);
                }
            }
            long horizon = random.nextBoolean() ? 77_000 : -1;
            RecordBatch retained = compaction.retain(batch, record -> kept.contains(record.offset()), horizon);
            retained.ensureValid();
            assertThat(retained.baseOffset()).isEqualTo(batch.baseOffset());
            assertThat(retained.nextOffset()).isEqualTo(batch.nextOffset());
            assertThat(retained.lastSequence()).isEqualTo(batch.lastSequence());
            assertThat(retained.leaderEpoch()).isEqualTo(3);
            assertThat(retained.timestampType()).isEqualTo(batch.timestampType());
            assertThat(seen(retained))
                    .isEqualTo(seen(batch).stream()
                            .filter(line -> kept.contains(Long.parseLong(line.substring(0, line.indexOf('/')))))
                            .toList());
            assertThat(seenByKafka(retained)).hasSize(kept.size());
            boolean tombstone =
                    batch.records(1 << 20).stream().anyMatch(r -> r.valueSize() < 0 && kept.contains(r.offset()));
            assertThat(retained.deleteHorizonMillis().isPresent()).isEqualTo(tombstone && horizon >= 0);
            if (tombstone && horizon >= 0) {
                assertThat(retained.deleteHorizonMillis()).hasValue(horizon);
                assertThat(seen(compaction.retain(retained, record -> true, 99)))
                        .isEqualTo(seen(retained));
            }
        }
    }

    private static List<Long> seenByKafka(RecordBatch batch) {
        MemoryRecords records = MemoryRecords.readableRecords(batch.bytes());
        records.batches().forEach(org.apache.kafka.common.record.internal.RecordBatch::ensureValid);
        return StreamSupport.stream(records.records().spliterator(), false)
                .map(record -> record.offset())
                .toList();
    }

    @Test
    void aBatchThatNothingIsTakenFromIsLeftAsItIs() {
        RecordBatch batch = batch(Compression.ZSTD, 5, 8, new Random(1));
        assertThat(compaction.retain(batch, record -> true, -1)).isSameAs(batch);
    }

    @Test
    void aStandInIsABatchOfKafkasAndCanBeJoinedAndCut() {
        RecordBatch first = StandIn.of(10, 19, 4, 3);
        RecordBatch second = StandIn.of(20, 20, 4, 4);
        assertThat(StandIn.canJoin(first, second)).isTrue();
        RecordBatch both = StandIn.joined(first, second);
        RecordBatch rest = StandIn.from(both, 15);
        for (RecordBatch each : List.of(first, second, both, rest)) {
            each.ensureValid();
            assertThat(each.isStandIn()).isTrue();
            assertThat(each.records(100)).isEmpty();
            assertThat(seenByKafka(each)).isEmpty();
        }
        assertThat(both.baseOffset()).isEqualTo(10);
        assertThat(both.nextOffset()).isEqualTo(21);
        assertThat(both.countedAfter(1)).isEqualTo(4);
        assertThat(rest.baseOffset()).isEqualTo(15);
        assertThat(rest.nextOffset()).isEqualTo(21);
        assertThat(rest.countedAfter(2)).isEqualTo(4);
        assertThat(StandIn.canJoin(first, StandIn.of(20, 20, 5, 4))).isFalse();
        assertThat(StandIn.canJoin(StandIn.of(0, 0, 1, 1), StandIn.of(1, Integer.MAX_VALUE + 1L, 1, 9)))
                .isFalse();
        assertThatThrownBy(() -> StandIn.from(both, 21)).isInstanceOf(TailraceException.class);
    }
}
