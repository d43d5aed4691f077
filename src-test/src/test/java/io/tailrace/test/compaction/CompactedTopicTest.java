package io.tailrace.test.compaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.MetadataClient;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.ProducerSettings;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Subscriptions;
import io.tailrace.streams.TopicPartition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A topic that a node compacts: produced to, compacted, read, and compared with a map. */
@Timeout(120)
class CompactedTopicTest {
    private static final String TOPIC = "table";
    private static final int KEYS = 100;

    @TempDir
    Path data;

    private final Random random = new Random(5);
    private final Map<String, String> table = new HashMap<>();

    private Tailrace start() {
        return Tailrace.start(ConfigFactory.parseMap(
                Map.of("tailrace.data-dir", data.toString(), "tailrace.log.cleaner.backoff", "50ms")));
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static ProducerSettings<String, String> producing(Tailrace node) {
        return ProducerSettings.create(node, Serdes.strings(), Serdes.strings()).withBatchBytes(2_000);
    }

    private void produce(Tailrace node, int records) {
        List<ProducerRecord<String, String>> all = new ArrayList<>();
        for (int i = 0; i < records; i++) {
            String key = "key-" + random.nextInt(KEYS);
            String value = random.nextInt(10) == 0 ? null : "value-" + random.nextInt();
            if (value == null) {
                table.remove(key);
            } else {
                table.put(key, value);
            }
            all.add(ProducerRecord.of(TOPIC, key, value));
        }
        join(Source.from(all).runWith(Producer.plainSink(producing(node)), node.system()));
    }

    private static List<ConsumerRecord<String, String>> read(Tailrace node) {
        ConsumerSettings<String, String> settings = ConsumerSettings.create(node, Serdes.strings(), Serdes.strings());
        TopicPartition partition = new TopicPartition(TOPIC, 0);
        long end = join(MetadataClient.create(settings).getEndOffsetForPartition(partition));
        return join(Consumer.plainSource(
                        settings,
                        Subscriptions.assignmentWithOffset(partition, 0L).until(Map.of(partition, end)))
                .runWith(Sink.seq(), node.system()));
    }

    private static Map<String, String> tableOf(List<ConsumerRecord<String, String>> records) {
        Map<String, String> table = new HashMap<>();
        for (ConsumerRecord<String, String> record : records) {
            if (record.value() == null) {
                table.remove(record.key());
            } else {
                table.put(record.key(), record.value());
            }
        }
        return table;
    }

    private void awaitCompacted(Tailrace node) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            List<ConsumerRecord<String, String>> records = read(node);
            assertThat(tableOf(records)).isEqualTo(table);
            assertThat(records).hasSizeLessThanOrEqualTo(KEYS);
        });
    }

    @Test
    void whatIsReadIsTheNewestOfEachKeyAlsoAfterARestart() {
        try (Tailrace node = start()) {
            join(node.topics()
                    .create(NewTopic.of(TOPIC, 1)
                            .withSettings(TopicSettings.DEFAULT.with(Map.of(
                                    "cleanup.policy", "compact",
                                    "min.cleanable.dirty.ratio", "0.1",
                                    "max.compaction.lag.ms", "300")))));
            for (int round = 0; round < 3; round++) {
                produce(node, 3_000);
                assertThat(tableOf(read(node))).isEqualTo(table);
                awaitCompacted(node);
            }
            Throwable refused = Failures.cause(
                    catchThrowable(() -> join(Source.single(ProducerRecord.<String, String>of(TOPIC, "v"))
                            .runWith(Producer.plainSink(producing(node)), node.system()))));
            assertThat(((TailraceException) refused).code()).isEqualTo(ErrorCode.INVALID_RECORD);
        }
        try (Tailrace node = start()) {
            assertThat(tableOf(read(node))).isEqualTo(table);
            produce(node, 500);
            awaitCompacted(node);
        }
    }
}
