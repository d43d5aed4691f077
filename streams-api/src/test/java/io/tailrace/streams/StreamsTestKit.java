package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.RecordBatch;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** What the tests of producers and consumers share: a node in memory for each test, and waiting with a bound. */
@Timeout(60)
abstract class StreamsTestKit {
    static final TopicPartition T0 = new TopicPartition("t", 0);

    final FakeTailrace tailrace;
    /** Another for each producer: with the same seed two would have the same producer id. */
    private long seed;

    StreamsTestKit() {
        this(new FakeTailrace());
    }

    StreamsTestKit(FakeTailrace tailrace) {
        this.tailrace = tailrace;
    }

    @AfterEach
    void closeNode() {
        tailrace.close();
    }

    ProducerSettings<String, String> producer() {
        return ProducerSettings.create(tailrace, Serdes.strings(), Serdes.strings())
                .withRetryBackoff(Duration.ofMillis(1), Duration.ofMillis(4))
                .withSeed(++seed);
    }

    ConsumerSettings<String, String> consumer() {
        return ConsumerSettings.create(tailrace, Serdes.strings(), Serdes.strings())
                .withRetryBackoff(Duration.ofMillis(1), Duration.ofMillis(4));
    }

    Done produce(ProducerSettings<String, String> settings, List<ProducerRecord<String, String>> records) {
        return await(Source.from(records).runWith(Producer.plainSink(settings), tailrace.system()));
    }

    void filled(int records) {
        tailrace.withTopic("t", 1);
        produce(producer().withBatchBytes(1000), ProducerTest.numbered("t", records));
    }

    List<ConsumerRecord<String, String>> take(Subscription subscription, int records) {
        return await(take(consumer(), subscription, records));
    }

    CompletionStage<List<ConsumerRecord<String, String>>> take(
            ConsumerSettings<String, String> settings, Subscription subscription, int records) {
        return Consumer.plainSource(settings, subscription).take(records).runWith(Sink.seq(), tailrace.system());
    }

    static List<String> valuesOf(List<ConsumerRecord<String, String>> records) {
        return records.stream().map(ConsumerRecord::value).toList();
    }

    static ConditionFactory eventually() {
        return Awaitility.await().pollInterval(Duration.ofMillis(5));
    }

    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
            throw new CompletionException(e.getCause());
        } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
            throw new AssertionError("No answer: " + stage, e);
        }
    }

    static Throwable failureOf(CompletionStage<?> stage) {
        return catchThrowable(() -> await(stage)).getCause();
    }

    static TailraceException failsWith(ErrorCode code, CompletionStage<?> stage) {
        Throwable failure = failureOf(stage);
        assertThat(failure).isInstanceOf(TailraceException.class);
        TailraceException error = (TailraceException) failure;
        assertThat(error.code()).as(error.getMessage()).isEqualTo(code);
        return error;
    }

    static List<String> values(FakePartition partition) {
        List<String> values = new ArrayList<>();
        for (RecordBatch batch : partition.batches()) {
            var records = batch.cursor(1 << 24);
            while (records.next()) {
                values.add(
                        records.valueSize() < 0
                                ? null
                                : new String(
                                        records.array(),
                                        records.valueAt(),
                                        records.valueSize(),
                                        StandardCharsets.UTF_8));
            }
        }
        return values;
    }
}
