package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.cluster.placement.Fetched;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.Headers;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.TimestampType;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConsumerTest extends StreamsTestKit {
    @Test
    void recordsArriveAsTheyWereSent() {
        tailrace.withTopic("t", 1);
        Headers headers = Headers.EMPTY.with("h", "x");
        produce(
                producer(),
                List.of(
                        ProducerRecord.of("t", "k", "v").withTimestamp(123).withHeaders(headers),
                        ProducerRecord.<String, String>of("t", "key", null).withTimestamp(124),
                        ProducerRecord.<String, String>of("t", "w").withTimestamp(122)));
        assertThat(take(Subscriptions.assignment(T0), 3))
                .containsExactly(
                        new ConsumerRecord<>("t", 0, 0, 123, TimestampType.CREATE_TIME, 1, 1, "k", "v", headers, 7),
                        new ConsumerRecord<>(
                                "t", 0, 1, 124, TimestampType.CREATE_TIME, 3, -1, "key", null, Headers.EMPTY, 7),
                        new ConsumerRecord<>(
                                "t", 0, 2, 122, TimestampType.CREATE_TIME, -1, 1, null, "w", Headers.EMPTY, 7));
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void everyCodecIsRead(Compression codec) {
        tailrace.withTopic("t", 1);
        produce(producer().withCompression(codec), ProducerTest.numbered("t", 3000));
        assertThat(valuesOf(take(Subscriptions.assignment(T0), 3000))).isEqualTo(ProducerTest.numberedValues(3000));
    }

    @Test
    void everythingArrivesInOrderAcrossChunks() {
        filled(10_000);
        var records = await(take(consumer().withFetchBytes(3000), Subscriptions.assignment(T0), 10_000));
        assertThat(valuesOf(records)).isEqualTo(ProducerTest.numberedValues(10_000));
        assertThat(records).extracting(ConsumerRecord::offset).isSorted();
    }

    @Test
    void atTheEndTheRequestWaitsAndNothingPolls() {
        filled(10);
        FakePartition partition = tailrace.partition("t", 0);
        var queue = Consumer.plainSource(consumer(), Subscriptions.assignment(T0))
                .runWith(
                        Sink.<ConsumerRecord<String, String>>queue(1).addAttributes(Attributes.inputBuffer(1, 20)),
                        tailrace.system());
        for (int n = 0; n < 10; n++) {
            await(queue.pull());
        }
        eventually().until(() -> partition.parked() == 1);
        int fetches = partition.fetches();
        eventually().during(Duration.ofMillis(150)).until(() -> partition.fetches() == fetches);
        CompletionStage<?> next = queue.pull();
        produce(producer(), List.of(ProducerRecord.of("t", "new")));
        await(next);
        queue.cancel();
    }

    @Test
    void nothingIsFetchedWithoutDemandAndAtMostOneChunkAhead() {
        filled(10_000);
        FakePartition partition = tailrace.partition("t", 0);
        SinkQueueWithCancel<ConsumerRecord<String, String>> queue = Consumer.plainSource(
                        consumer().withFetchBytes(3000), Subscriptions.assignment(T0))
                .runWith(
                        Sink.<ConsumerRecord<String, String>>queue(1).addAttributes(Attributes.inputBuffer(1, 1)),
                        tailrace.system());
        await(queue.pull());
        eventually().during(Duration.ofMillis(150)).until(() -> partition.fetches() <= 2);
        for (int n = 1; n < 1000; n++) {
            assertThat(await(queue.pull()).orElseThrow().offset()).isEqualTo(n);
        }
        int fetches = partition.fetches();
        assertThat(fetches).isGreaterThan(5);
        eventually().during(Duration.ofMillis(150)).until(() -> partition.fetches() <= fetches + 1);
        queue.cancel();
        eventually().until(() -> partition.openReaders() == 0);
    }

    @Test
    void severalPartitionsTakeTurnsChunkByChunk() {
        tailrace.withTopic("t", 3);
        List<ProducerRecord<String, String>> records = new ArrayList<>();
        for (int n = 0; n < 30_000; n++) {
            records.add(ProducerRecord.<String, String>of("t", "v" + n).withPartition(n % 3));
        }
        produce(producer().withBatchBytes(500), records);
        var seen = await(take(
                consumer().withFetchBytes(2000),
                Subscriptions.assignment(T0, new TopicPartition("t", 1), new TopicPartition("t", 2)),
                30_000));
        int[] count = new int[3];
        int ahead = 0;
        for (var record : seen) {
            assertThat(record.offset()).isEqualTo(count[record.partition()]++);
            int most = Math.max(count[0], Math.max(count[1], count[2]));
            int least = Math.min(count[0], Math.min(count[1], count[2]));
            ahead = Math.max(ahead, most - least);
        }
        assertThat(count).containsExactly(10_000, 10_000, 10_000);
        // The disk answers in the order in which it is asked: nobody is a chunk ahead of another and gets the next. A
        // chunk holds about 150.
        assertThat(ahead).isLessThan(400);
    }

    @Test
    void partitionsShareTheBuffer() {
        tailrace.withTopic("t", 20);
        TopicPartition[] all =
                IntStream.range(0, 20).mapToObj(n -> new TopicPartition("t", n)).toArray(TopicPartition[]::new);
        var records = take(consumer().withBufferBytes(2_000_000), Subscriptions.assignment(all), 1);
        eventually().until(() -> tailrace.partition("t", 19).parked() == 1);
        assertThat(tailrace.partition("t", 19).mostFetchBytes()).isEqualTo(50_000);
        produce(producer(), List.of(ProducerRecord.<String, String>of("t", "v").withPartition(7)));
        assertThat(await(records)).hasSize(1);
    }

    @Test
    void aSilentPartitionDoesNotHoldUpTheOthers() {
        filled(1000);
        tailrace.withTopic("empty", 1);
        Map<TopicPartition, Long> offsets = new LinkedHashMap<>();
        offsets.put(new TopicPartition("empty", 0), 0L);
        offsets.put(T0, 0L);
        assertThat(take(Subscriptions.assignmentWithOffset(offsets), 1000)).hasSize(1000);
    }

    @Test
    void anUnavailablePartitionIsAskedAgain() {
        filled(100);
        tailrace.partition("t", 0).unavailableFetches(5);
        tailrace.unavailableLookUps.set(3);
        assertThat(take(Subscriptions.assignment(T0), 100)).hasSize(100);
    }

    @Test
    void unknownTopicsAndPartitionsFailTheStream() {
        tailrace.withTopic("t", 1);
        failsWith(ErrorCode.UNKNOWN_TOPIC, take(consumer(), Subscriptions.assignment(new TopicPartition("no", 0)), 1));
        failsWith(
                ErrorCode.UNKNOWN_PARTITION, take(consumer(), Subscriptions.assignment(new TopicPartition("t", 1)), 1));
    }

    /** A copy of a stored batch with one byte changed, and the checksum made right again if asked. */
    private static RecordBatch altered(RecordBatch batch, int at, int value, boolean checksum) {
        ByteBuffer bytes = ByteBuffer.allocate(batch.sizeInBytes());
        bytes.put(batch.bytes()).flip();
        bytes.put(at, (byte) value);
        if (checksum) {
            CRC32C crc = new CRC32C();
            crc.update(bytes.slice(21, bytes.limit() - 21));
            bytes.putInt(17, (int) crc.getValue());
        }
        return RecordBatch.at(bytes);
    }

    @Test
    void controlBatchesAreSteppedOver() {
        filled(1);
        FakePartition partition = tailrace.partition("t", 0);
        RecordBatch good = partition.batches().get(0);
        RecordBatch control = altered(good, 22, 0x20, true);
        assertThat(control.isControl()).isTrue();
        partition.plant(control);
        partition.plant(good);
        partition.plant(control);
        var records = take(consumer(), Subscriptions.assignment(T0), 3);
        eventually().until(() -> partition.parked() == 1);
        partition.plant(good);
        assertThat(await(records)).extracting(ConsumerRecord::offset).containsExactly(0L, 2L, 4L);
    }

    @Test
    void aSubscriptionWithEndsCompletesWhenEachPartitionHasReachedItsOwn() {
        filled(100);
        tailrace.withTopic("empty", 1);
        TopicPartition empty = new TopicPartition("empty", 0);
        ManualSubscription all = Subscriptions.assignment(T0, empty);
        assertThat(await(read(all.until(Map.of(T0, 42L, empty, 0L)))))
                .extracting(ConsumerRecord::offset)
                .containsExactlyElementsOf(LongStream.range(0, 42).boxed().toList());
        assertThat(await(read(Subscriptions.assignmentWithOffset(T0, 42).until(Map.of(T0, 42L)))))
                .isEmpty();
        assertThat(await(read(Subscriptions.assignmentWithOffset(T0, 0).until(Map.of(T0, 100L)))))
                .hasSize(100);
    }

    @Test
    void anEndIsReachedOverControlBatchesToo() {
        filled(1);
        FakePartition partition = tailrace.partition("t", 0);
        partition.plant(altered(partition.batches().get(0), 22, 0x20, true));
        assertThat(await(read(Subscriptions.assignment(T0).until(Map.of(T0, 2L)))))
                .extracting(ConsumerRecord::offset)
                .containsExactly(0L);
    }

    private CompletionStage<List<ConsumerRecord<String, String>>> read(Subscription subscription) {
        return Consumer.plainSource(consumer(), subscription).runWith(Sink.seq(), tailrace.system());
    }

    @Test
    void aCorruptBatchFailsTheStreamAfterTheRecordsBeforeIt() {
        filled(1);
        FakePartition partition = tailrace.partition("t", 0);
        RecordBatch good = partition.batches().get(0);
        partition.plant(good);
        partition.plant(altered(good, good.sizeInBytes() - 2, 'X', false));
        partition.plant(good);
        List<Long> seen = new ArrayList<>();
        CompletionStage<?> done = Consumer.plainSource(consumer(), Subscriptions.assignment(T0))
                .runForeach(record -> seen.add(record.offset()), tailrace.system());
        assertThat(failsWith(ErrorCode.CORRUPT_LOG, done))
                .hasMessageContaining("t-0")
                .hasMessageContaining("offset 2");
        assertThat(seen).containsExactly(0L, 1L);
    }

    @Test
    void aBatchThatIsNotWhereItClaimsToBeFailsTheStream() {
        filled(1);
        FakePartition partition = tailrace.partition("t", 0);
        RecordBatch good = partition.batches().get(0);
        for (long claimed : new long[] {0, 2, 1_000_000}) {
            ByteBuffer chunk = ByteBuffer.allocate(2 * good.sizeInBytes());
            good.copyTo(chunk, 0, 7, -1);
            good.copyTo(chunk, claimed, 7, -1);
            var cursor = new PartitionCursor<>(T0, Long.MAX_VALUE, consumer());
            cursor.locate(0);
            cursor.fetched(new Fetched(chunk.flip(), 2));
            cursor.advance();
            assertThat(cursor.next().offset()).isZero();
            assertThatThrownBy(cursor::next).isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                    .isEqualTo(ErrorCode.CORRUPT_LOG));
        }
    }

    @Test
    void aDeserializerThatThrowsFailsTheStreamNamingThePlace() {
        filled(10);
        ConsumerSettings<String, Long> settings = ConsumerSettings.create(tailrace, Serdes.strings(), Serdes.longs());
        CompletionStage<?> done = Consumer.plainSource(settings, Subscriptions.assignmentWithOffset(T0, 4))
                .runWith(Sink.ignore(), tailrace.system());
        assertThat(failsWith(ErrorCode.SERIALIZATION_FAILED, done)).hasMessageContaining("value of t-0@4");
    }

    @Test
    void aBatchThatDecompressesToTooMuchFailsTheStream() {
        tailrace.withTopic("t", 1);
        produce(producer().withCompression(Compression.ZSTD), List.of(ProducerRecord.of("t", "x".repeat(100_000))));
        var records = take(consumer().withDecompressionLimit(10_000), Subscriptions.assignment(T0), 1);
        assertThat(failsWith(ErrorCode.DECOMPRESSION_LIMIT, records)).hasMessageContaining("t-0");
    }

    @Test
    void byteBuffersAreViewsOfTheChunk() {
        filled(2);
        var settings = ConsumerSettings.create(tailrace, Serdes.byteBuffers(), Serdes.byteBuffers());
        var records = await(Consumer.plainSource(settings, Subscriptions.assignment(T0))
                .take(2)
                .runWith(Sink.seq(), tailrace.system()));
        assertThat(records.get(0).value().array())
                .isSameAs(records.get(1).value().array());
        assertThat(Serdes.strings().deserialize("t", records.get(0).value())).isEqualTo("value 0");
        assertThat(Serdes.strings().deserialize("t", records.get(1).value())).isEqualTo("value 1");
    }

    @Test
    void aCancelledStreamClosesItsReaders() {
        filled(10);
        var running = Consumer.plainSource(consumer(), Subscriptions.assignment(T0))
                .take(3)
                .toMat(Sink.ignore(), Keep.both())
                .run(tailrace.system());
        await(running.first().isShutdown());
        assertThat(tailrace.partition("t", 0).openReaders()).isZero();
        await(running.second());
    }
}
