package io.tailrace.test.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.Subscriptions;
import io.tailrace.streams.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each codec of a producer with each {@code compression.type} of a topic: what is stored, and who reads it. */
@Timeout(120)
@ExtendWith(RealNode.Shared.class)
class CompressionOnARealNodeTest {
    private static final int RECORDS = 500;

    private static <T> T await(java.util.concurrent.CompletionStage<T> stage) {
        return RealNode.await(stage);
    }

    private static String compressed(RealNode node, String type) {
        return node.topic(1, Map.of("compression.type", type));
    }

    private static void produce(RealNode node, String topic, Compression codec, int from) {
        List<ProducerRecord<String, String>> records = IntStream.range(from, from + RECORDS)
                .mapToObj(n -> new ProducerRecord<>(topic, 0, "key" + n, "value " + n + " of many that are alike"))
                .toList();
        await(Source.from(records)
                .runWith(
                        Producer.plainSink(node.producer().withCompression(codec)),
                        node.tailrace().system()));
    }

    private static List<String> consumed(RealNode node, String topic, int count) {
        return await(Consumer.plainSource(
                        node.consumer(), Subscriptions.assignmentWithOffset(new TopicPartition(topic, 0), 0L))
                .take(count)
                .map(CompressionOnARealNodeTest::text)
                .runWith(Sink.seq(), node.tailrace().system()));
    }

    private static String text(ConsumerRecord<String, String> record) {
        return record.offset() + " " + record.key() + " " + record.value();
    }

    private static List<MutableRecordBatch> asKafkaSeesIt(RealNode node, String topic) throws IOException {
        byte[] segment = Files.readAllBytes(node.segment(new TopicPartition(topic, 0)));
        List<MutableRecordBatch> batches = new ArrayList<>();
        MemoryRecords.readableRecords(ByteBuffer.wrap(segment)).batches().forEach(batches::add);
        batches.removeIf(MutableRecordBatch::isControlBatch);
        return batches;
    }

    private static String text(Record record) {
        return record.offset() + " " + StandardCharsets.UTF_8.decode(record.key()) + " "
                + StandardCharsets.UTF_8.decode(record.value());
    }

    @ParameterizedTest
    @ValueSource(strings = {"producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"})
    void whatEveryProducerSendsIsStoredAsTheTopicSaysAndReadByEverybody(String type, RealNode node) throws IOException {
        String topic = compressed(node, type);
        List<String> expected = new ArrayList<>();
        for (Compression codec : Compression.values()) {
            int from = codec.id() * RECORDS;
            produce(node, topic, codec, from);
            for (int n = from; n < from + RECORDS; n++) {
                expected.add(n + " key" + n + " value " + n + " of many that are alike");
            }
        }
        assertThat(consumed(node, topic, expected.size())).isEqualTo(expected);
        List<String> kafkas = new ArrayList<>();
        for (MutableRecordBatch batch : asKafkaSeesIt(node, topic)) {
            batch.ensureValid();
            String codec = batch.compressionType().name;
            String sent =
                    Compression.ofId((int) batch.baseOffset() / RECORDS).name().toLowerCase(Locale.ROOT);
            String wanted = type.equals("producer") ? sent : type.equals("uncompressed") ? "none" : type;
            assertThat(codec).isEqualTo(wanted);
            batch.forEach(record -> kafkas.add(text(record)));
        }
        assertThat(kafkas).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"producer", "uncompressed", "zstd"})
    void whatKafkasClassesWriteIsTakenAndRead(String type, RealNode node) throws IOException {
        String topic = compressed(node, type);
        Topic found = await(node.tailrace().topics().describe(topic));
        List<String> expected = new ArrayList<>();
        for (Compression codec : Compression.values()) {
            ByteBuffer bytes = kafkaBatch(codec, expected.size());
            await(node.tailrace().partitions().append(found.partition(0), RecordBatch.at(bytes)));
            for (int i = 0; i < 10; i++) {
                expected.add(expected.size() + " key" + i + " value" + i);
            }
        }
        assertThat(consumed(node, topic, expected.size())).isEqualTo(expected);
        assertThat(asKafkaSeesIt(node, topic))
                .hasSize(Compression.values().length)
                .allSatisfy(MutableRecordBatch::ensureValid);
    }

    private static ByteBuffer kafkaBatch(Compression codec, int sequence) {
        try (MemoryRecordsBuilder builder = MemoryRecords.builder(
                ByteBuffer.allocate(1024),
                (byte) 2,
                org.apache.kafka.common.compress.Compression.of(codec.name().toLowerCase(Locale.ROOT))
                        .build(),
                TimestampType.CREATE_TIME,
                0L,
                -1L,
                77,
                (short) 0,
                sequence,
                false,
                -1)) {
            for (int i = 0; i < 10; i++) {
                builder.append(
                        System.currentTimeMillis(),
                        ("key" + i).getBytes(StandardCharsets.UTF_8),
                        ("value" + i).getBytes(StandardCharsets.UTF_8));
            }
            return builder.build().buffer();
        }
    }

    @Test
    void aBombNeverReachesTheLog(RealNode node) throws IOException {
        String topic = node.topic(1);
        Topic found = await(node.tailrace().topics().describe(topic));
        ByteBuffer bomb;
        try (MemoryRecordsBuilder builder = MemoryRecords.builder(
                ByteBuffer.allocate(1024),
                org.apache.kafka.common.compress.Compression.zstd().build(),
                TimestampType.CREATE_TIME,
                0L)) {
            for (int i = 0; i < 70; i++) {
                builder.append(0L, null, new byte[1 << 20]);
            }
            bomb = builder.build().buffer();
        }
        assertThat(bomb.remaining()).isLessThan(100_000);
        assertThat(RealNode.failure(node.tailrace().partitions().append(found.partition(0), RecordBatch.at(bomb))))
                .isEqualTo(ErrorCode.DECOMPRESSION_LIMIT);
        assertThat(asKafkaSeesIt(node, topic)).isEmpty();
    }
}
