package io.tailrace.engine.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.Retention;
import io.tailrace.engine.record.Codec;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.HostileBatches;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import io.tailrace.engine.record.TimestampType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a partition makes of compressed batches, and of those that no honest producer sends. */
class PartitionCompressionTest extends PartitionFixture {
    /** The last where what was changed is a producer's id or sequence. */
    private static final Set<ErrorCode> REFUSALS = Set.of(
            ErrorCode.CORRUPT_BATCH,
            ErrorCode.UNKNOWN_CODEC,
            ErrorCode.DECOMPRESSION_LIMIT,
            ErrorCode.OUT_OF_ORDER_SEQUENCE);

    private void topicWants(Compression codec, TimestampType timestamps) {
        settings = new PartitionSettings(
                MAX_MESSAGE_BYTES,
                timestamps,
                LogSettings.DEFAULTS,
                Retention.NONE,
                1,
                Optional.ofNullable(codec).map(Codec::of));
        restart();
        located();
    }

    private void topicWants(Compression codec) {
        topicWants(codec, TimestampType.CREATE_TIME);
    }

    private static RecordBatch of(Compression codec, long producer, int sequence, String... values) {
        RecordBatchBuilder builder = new RecordBatchBuilder(codec, 1 << 24);
        for (String value : values) {
            builder.append(5, "k".getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8));
        }
        return builder.producer(producer, (short) 0, sequence).build();
    }

    /** As it comes from another node. */
    private static RecordBatch arrived(RecordBatch batch) {
        return RecordBatch.at(batch.bytes());
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void whateverComesIsStoredAsTheTopicWantsInTheOrderInWhichItCame(Compression wanted) {
        topicWants(wanted);
        List<String> expected = new ArrayList<>();
        int sequence = 0;
        for (int round = 0; round < 10; round++) {
            for (Compression came : Compression.values()) {
                RecordBatch batch = of(came, 7, sequence, "v" + sequence, "v" + (sequence + 1));
                send(round % 2 == 0 ? batch : arrived(batch));
                expected.add(sequence + ":v" + sequence);
                expected.add((sequence + 1) + ":v" + (sequence + 1));
                sequence += 2;
            }
        }
        for (int at = 0; at < sequence; at += 2) {
            assertThat(stored()).isEqualTo(at);
        }
        assertThat(records()).isEqualTo(expected);
        assertThat(log())
                .allSatisfy(batch -> {
                    assertThat(batch.compression()).isEqualTo(wanted);
                    HostileBatches.assertReadAsKafkaDoes("stored", batch);
                })
                .hasSize(50);
    }

    @Test
    void withoutAWishOfTheTopicTheBytesStay() {
        topicWants(null);
        for (Compression codec : Compression.values()) {
            RecordBatch batch = of(codec, 7, codec.id(), "value".repeat(20));
            send(arrived(batch));
            stored();
            RecordBatch stored = log().get(codec.id());
            assertThat(stored.bytes().slice(RecordBatch.LENGTH_PREFIX_BYTES + 4, stored.sizeInBytes() - 16))
                    .isEqualTo(batch.bytes().slice(16, batch.sizeInBytes() - 16));
        }
    }

    @Test
    void whatIsSentAgainIsStoredOnceThoughItWasCompressedOtherwise() {
        topicWants(Compression.ZSTD);
        RecordBatch first = of(Compression.NONE, 7, 0, "a", "b");
        send(first);
        send(arrived(first));
        send(of(Compression.LZ4, 7, 2, "c"));
        assertThat(List.of(stored(), stored(), stored())).containsExactly(0L, 0L, 2L);
        restart();
        located();
        send(first);
        send(of(Compression.GZIP, 7, 2, "c"));
        send(of(Compression.GZIP, 7, 4, "e"));
        assertThat(List.of(stored(), stored())).containsExactly(0L, 2L);
        assertThat(refused()).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE);
        assertThat(records()).containsExactly("0:a", "1:b", "2:c");
    }

    @Test
    void theTimeOfTheLogIsStampedOnWhatWasCompressedAnew() {
        topicWants(Compression.SNAPPY, TimestampType.LOG_APPEND_TIME);
        send(of(Compression.NONE, 7, 0, "a"));
        stored();
        RecordBatch batch = log().get(0);
        assertThat(batch.compression()).isEqualTo(Compression.SNAPPY);
        assertThat(batch.maxTimestamp()).isEqualTo(NOW);
        HostileBatches.assertReadAsKafkaDoes("stamped", batch);
    }

    @Test
    void whatIsTooLargeAsTheTopicWantsItIsRefusedAndTheNextGoOn() {
        topicWants(Compression.NONE);
        RecordBatch large = of(Compression.GZIP, 7, 0, "x".repeat(MAX_MESSAGE_BYTES));
        assertThat(large.sizeInBytes()).isLessThan(1000);
        send(large);
        send(of(Compression.GZIP, 8, 0, "small"));
        assertThat(refused()).isEqualTo(ErrorCode.RECORD_TOO_LARGE);
        assertThat(stored()).isZero();
        assertThat(records()).containsExactly("0:small");
    }

    @Test
    void theSettingOfALiveTopicIsFollowed() {
        topicWants(null);
        send(of(Compression.NONE, 7, 0, "a"));
        stored();
        settings = new PartitionSettings(
                MAX_MESSAGE_BYTES,
                TimestampType.CREATE_TIME,
                LogSettings.DEFAULTS,
                Retention.NONE,
                1,
                Optional.of(Codec.of(Compression.ZSTD)));
        await().atMost(SOON).until(() -> {
            int next = records().size();
            send(of(Compression.NONE, 7, next, "v"));
            assertThat(stored()).isEqualTo(next);
            return log().get(next).compression() == Compression.ZSTD;
        });
    }

    @Test
    void smallBatchesThatBecomeLargeOnesAreBoundedAndNoneIsLost() {
        topicWants(Compression.NONE);
        int sent = 200;
        for (int i = 0; i < sent; i++) {
            send(arrived(of(Compression.ZSTD, 100 + i, 0, "y".repeat(9_000))));
        }
        int stored = 0;
        for (int i = 0; i < sent; i++) {
            Partition.AppendReply reply = replies.expectMessageClass(Partition.AppendReply.class, SOON);
            if (reply instanceof Partition.Refused refused) {
                assertThat(refused.code()).isEqualTo(ErrorCode.PARTITION_BUSY);
            } else {
                stored++;
            }
        }
        assertThat(stored).isPositive();
        assertThat(records()).hasSize(stored);
    }

    @Test
    void thoseWhoseBatchesAreBeingLookedThroughHearOfItsEnd() {
        topicWants(Compression.ZSTD);
        io.hold();
        for (int i = 0; i < 20; i++) {
            send(of(Compression.LZ4, 7, i, "v"));
        }
        located();
        kit.stop(partition);
        io.release();
        Set<ErrorCode> ends = Set.of(ErrorCode.OUTCOME_UNKNOWN, ErrorCode.PARTITION_UNAVAILABLE);
        for (int i = 0; i < 20; i++) {
            assertThat(refused()).isIn(ends);
        }
    }

    @Test
    void everyHostileBatchIsRefusedOrReadByEverybody() {
        topicWants(null);
        List<HostileBatches.Hostile> all = new ArrayList<>();
        for (Compression codec : Compression.values()) {
            all.addAll(HostileBatches.otherHeaders(codec, 3));
            Stream.of(HostileBatches.flippedBits(codec, 2), HostileBatches.otherLengths(codec, 4))
                    .flatMap(List::stream)
                    .limit(1000)
                    .forEach(all::add);
            IntStream.range(0, 600)
                    .mapToObj(seed -> HostileBatches.damagedWithin(codec, seed))
                    .forEach(all::add);
        }
        List<HostileBatches.Hostile> letIn = new ArrayList<>();
        for (HostileBatches.Hostile hostile : all) {
            send(hostile.batch());
            Partition.AppendReply reply = replies.expectMessageClass(Partition.AppendReply.class, SOON);
            if (reply instanceof Partition.Appended) {
                letIn.add(hostile);
            } else {
                assertThat(((Partition.Refused) reply).code())
                        .as(hostile.what())
                        .isIn(REFUSALS);
            }
        }
        List<RecordBatch> stored = log();
        assertThat(stored).hasSameSizeAs(letIn);
        for (int i = 0; i < stored.size(); i++) {
            String what = letIn.get(i).what();
            HostileBatches.assertReadAsKafkaDoes(what, stored.get(i));
            assertThat(HostileBatches.records(stored.get(i)))
                    .as(what)
                    .isEqualTo(HostileBatches.records(letIn.get(i).batch()));
        }
    }
}
