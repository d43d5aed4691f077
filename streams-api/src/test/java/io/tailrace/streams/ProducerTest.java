package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.Headers;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.TimestampType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProducerTest extends StreamsTestKit {
    static List<ProducerRecord<String, String>> numbered(String topic, int count) {
        return IntStream.range(0, count)
                .mapToObj(n ->
                        ProducerRecord.<String, String>of(topic, "value " + n).withPartition(0))
                .toList();
    }

    static List<String> numberedValues(int count) {
        return IntStream.range(0, count).mapToObj(n -> "value " + n).toList();
    }

    @Test
    void everythingIsStoredInOrderBeforeTheSinkCompletes() {
        tailrace.withTopic("t", 1);
        produce(producer(), numbered("t", 20_000));
        assertThat(values(tailrace.partition("t", 0))).isEqualTo(numberedValues(20_000));
    }

    @Test
    void manyShortStreamsAreFewProducersToAPartition() {
        tailrace.withTopic("t", 1);
        ProducerSettings<String, String> settings =
                ProducerSettings.create(tailrace, Serdes.strings(), Serdes.strings());
        for (int stream = 0; stream < 100; stream++) {
            produce(settings, numbered("t", 3));
        }
        assertThat(values(tailrace.partition("t", 0))).hasSize(300);
        // A stream may begin before the one before it has quite ended.
        assertThat(tailrace.partition("t", 0).producerIds()).isLessThan(10);
    }

    @Test
    void anEmptyStreamCompletes() {
        assertThat(produce(producer(), List.of())).isEqualTo(Done.getInstance());
    }

    @Test
    void keysDecideThePartitionAsInKafka() {
        tailrace.withTopic("t", 7);
        List<ProducerRecord<String, String>> records = IntStream.range(0, 500)
                .mapToObj(n -> ProducerRecord.of("t", "key " + n, "key " + n))
                .toList();
        produce(producer(), records);
        for (int partition = 0; partition < 7; partition++) {
            int number = partition;
            assertThat(values(tailrace.partition("t", partition))).isNotEmpty().allSatisfy(key -> {
                byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
                assertThat(org.apache.kafka.clients.producer.internals.BuiltInPartitioner.partitionForKey(bytes, 7))
                        .isEqualTo(number);
            });
        }
    }

    @Test
    void recordsWithoutKeyStickToAPartitionForABatchAndThenMoveOn() {
        tailrace.withTopic("t", 3);
        List<ProducerRecord<String, String>> records = IntStream.range(0, 3000)
                .mapToObj(n -> ProducerRecord.<String, String>of("t", "v" + n))
                .toList();
        produce(producer().withBatchBytes(4000), records);
        int batches = 0;
        for (int partition = 0; partition < 3; partition++) {
            List<Integer> numbers = values(tailrace.partition("t", partition)).stream()
                    .map(value -> Integer.parseInt(value.substring(1)))
                    .toList();
            assertThat(numbers).isNotEmpty().isSorted();
            batches += tailrace.partition("t", partition).batches().size();
        }
        assertThat(batches).isLessThan(300);
    }

    @Test
    void aPartitionerOfOnesOwnChooses() {
        tailrace.withTopic("t", 3);
        produce(producer().withPartitioner((topic, key, partitions) -> 2), List.of(ProducerRecord.of("t", "k", "v")));
        assertThat(values(tailrace.partition("t", 2))).containsExactly("v");
    }

    @Test
    void timestampsHeadersTombstonesAndNullKeysAreStoredAsSent() {
        tailrace.withTopic("t", 1);
        Instant now = Instant.ofEpochMilli(1_700_000_000_000L);
        produce(
                producer().withClock(() -> now),
                List.of(
                        ProducerRecord.of("t", "k", "v")
                                .withTimestamp(123)
                                .withHeaders(Headers.EMPTY.with("h", "x").with("n", (byte[]) null)),
                        ProducerRecord.of("t", "k", null),
                        ProducerRecord.of("t", null, "v")));
        List<String> seen = new ArrayList<>();
        for (RecordBatch batch : tailrace.partition("t", 0).batches()) {
            assertThat(batch.timestampType()).isEqualTo(TimestampType.CREATE_TIME);
            var records = batch.cursor(1 << 20);
            while (records.next()) {
                seen.add(records.timestamp() + " " + records.keySize() + " " + records.valueSize() + " "
                        + records.record().headers().asList());
            }
        }
        assertThat(seen)
                .containsExactly(
                        "123 1 1 [h=1 bytes, n=null]",
                        now.toEpochMilli() + " 1 -1 []",
                        now.toEpochMilli() + " -1 1 []");
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void everyCodecCanBeReadBack(Compression codec) {
        tailrace.withTopic("t", 1);
        produce(producer().withCompression(codec), numbered("t", 2000));
        assertThat(values(tailrace.partition("t", 0))).isEqualTo(numberedValues(2000));
        assertThat(tailrace.partition("t", 0).batches().get(0).compression()).isEqualTo(codec);
    }

    private static NewTopic compressed(String type) {
        return NewTopic.of("t", 1).withSettings(TopicSettings.DEFAULT.with(Map.of("compression.type", type)));
    }

    @Test
    void aProducerWithoutAChoiceCompressesAsTheTopicSaysAndAnotherKeepsItsOwn() {
        tailrace.withTopic(compressed("zstd"));
        produce(producer(), numbered("t", 2000));
        produce(producer().withCompression(Compression.LZ4), numbered("t", 2000));
        List<RecordBatch> batches = tailrace.partition("t", 0).batches();
        assertThat(batches.get(0).compression()).isEqualTo(Compression.ZSTD);
        assertThat(batches.get(batches.size() - 1).compression()).isEqualTo(Compression.LZ4);
    }

    @Test
    void aTopicsOtherChoiceIsFollowed() {
        tailrace.withTopic(compressed("zstd"));
        SendProducer<String, String> producer = new SendProducer<>(producer().withMetadataMaxAge(Duration.ofMillis(1)));
        await(producer.send(ProducerRecord.of("t", "a")));
        await(tailrace.create(compressed("producer")));
        eventually().until(() -> {
            await(producer.send(ProducerRecord.of("t", "b")));
            List<RecordBatch> batches = tailrace.partition("t", 0).batches();
            return batches.get(batches.size() - 1).compression() == Compression.NONE;
        });
        assertThat(tailrace.partition("t", 0).batches().get(0).compression()).isEqualTo(Compression.ZSTD);
        await(producer.close());
    }

    @Test
    void aLoneRecordLeavesAtOnce() {
        tailrace.withTopic("t", 1);
        var running = Source.<ProducerRecord<String, String>>queue(10)
                .toMat(Producer.plainSink(producer()), Keep.both())
                .run(tailrace.system());
        running.first().offer(ProducerRecord.of("t", "one"));
        eventually().until(() -> values(tailrace.partition("t", 0)).equals(List.of("one")));
        running.first().offer(ProducerRecord.of("t", "two"));
        eventually().until(() -> values(tailrace.partition("t", 0)).equals(List.of("one", "two")));
        assertThat(running.second().toCompletableFuture()).isNotDone();
        running.first().complete();
        await(running.second());
    }

    @Test
    void whileABatchIsOnItsWayTheNextOneFills() {
        tailrace.withTopic("t", 1);
        FakePartition partition = tailrace.partition("t", 0);
        partition.hold();
        var running = Source.<ProducerRecord<String, String>>queue(1000)
                .toMat(Producer.plainSink(producer()), Keep.both())
                .run(tailrace.system());
        running.first().offer(numbered("t", 1).get(0));
        eventually().until(() -> partition.appends() == 1);
        numbered("t", 1000).stream().skip(1).forEach(running.first()::offer);
        running.first().complete();
        eventually().until(() -> partition.appends() == 2);
        partition.release();
        await(running.second());
        assertThat(values(partition)).isEqualTo(numberedValues(1000));
        assertThat(partition.batches()).hasSize(2);
    }

    @Test
    void noBatchIsLargerThanTheTopicAllows() {
        tailrace.withTopic(NewTopic.of("t", 1)
                .withSettings(new TopicSettings(2000, 1 << 20, 1000, TimestampType.CREATE_TIME, -1, -1)));
        produce(producer(), numbered("t", 5000));
        assertThat(values(tailrace.partition("t", 0))).isEqualTo(numberedValues(5000));
        assertThat(tailrace.partition("t", 0).batches())
                .allSatisfy(batch -> assertThat(batch.sizeInBytes()).isLessThanOrEqualTo(2000));
    }

    @Test
    void aRecordThatIsTooLargeIsRefusedWithItsSizeAndTheLimit() {
        tailrace.withTopic(NewTopic.of("t", 1)
                .withSettings(new TopicSettings(2000, 1 << 20, 1000, TimestampType.CREATE_TIME, -1, -1)));
        List<ProducerRecord<String, String>> records = new ArrayList<>(numbered("t", 3));
        records.add(ProducerRecord.of("t", "x".repeat(5000)));
        records.addAll(numbered("t", 3));
        TailraceException error = failsWith(ErrorCode.RECORD_TOO_LARGE, running(records));
        assertThat(error).hasMessageContaining("2000").hasMessageContaining("max.message.bytes");
        assertThat(values(tailrace.partition("t", 0))).as("what came before").isEqualTo(numberedValues(3));
    }

    private CompletionStage<Done> running(List<ProducerRecord<String, String>> records) {
        return Source.from(records).runWith(Producer.plainSink(producer()), tailrace.system());
    }

    @Test
    void anUnknownTopicFailsTheStreamAfterWhatCameBefore() {
        tailrace.withTopic("t", 1);
        List<ProducerRecord<String, String>> records = new ArrayList<>(numbered("t", 3));
        records.addAll(numbered("nowhere", 1));
        assertThat(failsWith(ErrorCode.UNKNOWN_TOPIC, running(records))).hasMessageContaining("nowhere");
        assertThat(values(tailrace.partition("t", 0))).isEqualTo(numberedValues(3));
    }

    @Test
    void anUnknownPartitionFailsTheStream() {
        tailrace.withTopic("t", 2);
        List<ProducerRecord<String, String>> records =
                List.of(ProducerRecord.<String, String>of("t", "v").withPartition(2));
        assertThat(failsWith(ErrorCode.UNKNOWN_PARTITION, running(records))).hasMessageContaining("0 to 1");
    }

    @Test
    void aSerializerThatThrowsFailsTheStreamNamingTheTopic() {
        tailrace.withTopic("t", 1);
        ProducerSettings<String, String> settings =
                ProducerSettings.create(tailrace, Serdes.strings(), (topic, value) -> {
                    throw new IllegalStateException("no");
                });
        CompletionStage<Done> done =
                Source.from(numbered("t", 1)).runWith(Producer.plainSink(settings), tailrace.system());
        assertThat(failsWith(ErrorCode.SERIALIZATION_FAILED, done))
                .hasMessageContaining("value of a record for topic t");
    }

    @Test
    void theTopicIsAskedForAgainWhileTheCatalogueIsUnavailable() {
        tailrace.withTopic("t", 1);
        tailrace.unavailableLookUps.set(4);
        produce(producer(), numbered("t", 10));
        assertThat(values(tailrace.partition("t", 0))).isEqualTo(numberedValues(10));
    }

    @Test
    void whatWasAcceptedIsSentBeforeAFailureOfUpstreamIsPassedOn() {
        tailrace.withTopic("t", 1);
        IllegalStateException failure = new IllegalStateException("upstream");
        CompletionStage<Done> done = Source.from(numbered("t", 101))
                .map(record -> {
                    if ("value 100".equals(record.value())) {
                        throw failure;
                    }
                    return record;
                })
                .runWith(Producer.plainSink(producer()), tailrace.system());
        assertThat(failureOf(done)).isSameAs(failure);
        assertThat(values(tailrace.partition("t", 0))).isEqualTo(numberedValues(100));
    }
}
