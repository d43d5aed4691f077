package io.tailrace.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.ProducerSettings;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.TopicPartition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsumerExamplesTest {
    private static final int PARTITIONS = 2;
    private static final List<String> TEN =
            IntStream.range(0, 10).mapToObj(Integer::toString).toList();
    private static final List<String> TWENTY =
            IntStream.range(0, 20).mapToObj(Integer::toString).toList();

    @TempDir
    Path data;

    private final List<String> seen = new CopyOnWriteArrayList<>();
    private Tailrace tailrace;

    @BeforeEach
    void start() {
        tailrace = Tailrace.start(data);
        join(tailrace.topics().create(NewTopic.of("t", PARTITIONS)));
    }

    @AfterEach
    void stop() {
        tailrace.close();
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    private void produce(List<String> values) {
        join(Source.from(values)
                .map(value -> ProducerRecord.<String, String>of("t", value)
                        .withPartition(Integer.parseInt(value) % PARTITIONS))
                .runWith(
                        Producer.plainSink(ProducerSettings.create(tailrace, Serdes.strings(), Serdes.strings())),
                        tailrace.system()));
    }

    private void awaitSeen(List<String> values) {
        await().atMost(Duration.ofMinutes(1)).until(() -> seen.size() >= values.size());
        assertThat(seen).containsExactlyInAnyOrderElementsOf(values);
    }

    private CompletionStage<Done> see(String value) {
        seen.add(value);
        return CompletableFuture.completedStage(Done.getInstance());
    }

    @Test
    void atLeastOnceGoesOnWhereItWasDrained() {
        for (List<String> values : List.of(TEN, TWENTY)) {
            produce(values.subList(seen.size(), values.size()));
            Consumer.DrainingControl<Done> control =
                    AtLeastOnce.run(tailrace, "billing", "t", (key, value) -> see(value));
            awaitSeen(values);
            join(control.drainAndShutdown(ForkJoinPool.commonPool()));
        }
    }

    @Test
    void aStreamPerPartitionGoesOnWhereItWasDrained() {
        for (List<String> values : List.of(TEN, TWENTY)) {
            produce(values.subList(seen.size(), values.size()));
            Consumer.DrainingControl<Done> control =
                    StreamPerPartition.run(tailrace, "billing", "t", PARTITIONS, Flow.fromFunction(message -> {
                        seen.add(message.record().value());
                        return message;
                    }));
            awaitSeen(values);
            join(control.drainAndShutdown(ForkJoinPool.commonPool()));
        }
    }

    @Test
    void offsetsStoredOutsideAreGoneOnFrom() {
        ExternalOffsets.OffsetStorage db = new ExternalOffsets.OffsetStorage() {
            private long next;

            @Override
            public synchronized CompletionStage<Long> loadOffset() {
                return CompletableFuture.completedStage(next);
            }

            @Override
            public synchronized CompletionStage<Done> businessLogicAndStoreOffset(
                    ConsumerRecord<String, String> record) {
                next = record.offset() + 1;
                return see(record.value());
            }
        };
        produce(TWENTY);
        for (int run = 1; run <= 2; run++) {
            Consumer.Control control = join(ExternalOffsets.run(tailrace, new TopicPartition("t", 0), db));
            int values = 10 * run;
            await().atMost(Duration.ofMinutes(1)).until(() -> seen.size() >= values);
            join(control.shutdown());
            produce(IntStream.range(20, 40).mapToObj(Integer::toString).toList());
        }
        assertThat(seen).startsWith("0", "2", "4").doesNotHaveDuplicates();
    }
}
