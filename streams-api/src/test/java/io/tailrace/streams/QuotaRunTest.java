package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.cluster.quota.Quota;
import io.tailrace.cluster.quota.QuotaEntity;
import io.tailrace.cluster.quota.QuotaTable;
import io.tailrace.cluster.quota.Throttles;
import io.tailrace.engine.record.RecordBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams that keep to a quota. Time passes as the test lets it. */
class QuotaRunTest extends StreamsTestKit {
    private static final long RATE = 100_000;
    private static final int BATCH_BYTES = 10_000;
    private static final int RECORDS = 500;
    private static final Duration STEP = Duration.ofMillis(50);

    private final VirtualScheduler time =
            (VirtualScheduler) tailrace.system().classicSystem().scheduler();
    private final AtomicLong nanos = new AtomicLong();

    QuotaRunTest() {
        super(new FakeTailrace(VirtualScheduler.CONFIG));
    }

    @BeforeEach
    void limit() {
        tailrace.throttles = new Throttles(nanos::get);
        learn(new Quota(QuotaEntity.clientId("billing"), OptionalLong.of(RATE), OptionalLong.of(RATE)));
        tailrace.withTopic("t", 1);
    }

    private void learn(Quota... quotas) {
        tailrace.throttles.learn(QuotaTable.of(List.of(quotas)));
    }

    private void pass(Duration much) {
        nanos.addAndGet(much.toNanos());
        time.pass(much);
    }

    private static List<ProducerRecord<String, String>> records() {
        return IntStream.range(0, RECORDS)
                .mapToObj(n -> ProducerRecord.<String, String>of("t", value(n)))
                .toList();
    }

    private static String value(int number) {
        return number + " " + "x".repeat(1_000);
    }

    private static List<String> allValues() {
        return IntStream.range(0, RECORDS).mapToObj(QuotaRunTest::value).toList();
    }

    private ProducerSettings<String, String> limited() {
        return producer().withClientId("billing").withBatchBytes(BATCH_BYTES);
    }

    private CompletionStage<Done> produceAll(ProducerSettings<String, String> settings) {
        return Source.from(records()).runWith(Producer.plainSink(settings), tailrace.system());
    }

    private long stored() {
        return tailrace.partition("t", 0).batches().stream()
                .mapToLong(RecordBatch::sizeInBytes)
                .sum();
    }

    /** What may have passed by now: what was earned, and what passes before it is paid. */
    private long allowed(long atOnce) {
        return RATE * nanos.get() / TimeUnit.SECONDS.toNanos(1) + atOnce;
    }

    @Test
    void aProducerThatHasUsedItsQuotaUpIsDelayedAndNothingFails() {
        CompletionStage<Done> done = produceAll(
                limited().withDeliveryTimeout(Duration.ofMillis(20)).withCloseTimeout(Duration.ofMillis(20)));
        eventually().until(() -> stored() > 0);
        // However long it takes, nothing is taken in while something is owed, and no timeout runs.
        eventually()
                .during(Duration.ofMillis(100))
                .until(() -> stored() <= 2 * BATCH_BYTES
                        && !done.toCompletableFuture().isDone());
        while (!done.toCompletableFuture().isDone()) {
            pass(STEP);
            Thread.onSpinWait();
            assertThat(stored()).isLessThanOrEqualTo(allowed(2 * BATCH_BYTES));
        }
        await(done);
        assertThat(values(tailrace.partition("t", 0))).isEqualTo(allValues());
        assertThat(stored()).isLessThanOrEqualTo(allowed(2 * BATCH_BYTES));
    }

    @Test
    void othersAreNotDelayed() {
        CompletionStage<Done> done = produceAll(limited());
        tailrace.withTopic("u", 1);
        await(Source.from(records())
                .map(record -> ProducerRecord.<String, String>of("u", record.value()))
                .runWith(Producer.plainSink(producer().withClientId("other")), tailrace.system()));
        assertThat(done.toCompletableFuture()).isNotDone();
        learn();
        pass(Duration.ofMillis(250));
        await(done);
    }

    @Test
    void manyShortStreamsHaveOneQuotaTogether() {
        for (int stream = 0; stream < 50; stream++) {
            CompletionStage<Done> done =
                    Source.from(records().subList(0, 10)).runWith(Producer.plainSink(limited()), tailrace.system());
            while (!done.toCompletableFuture().isDone()) {
                pass(STEP);
                Thread.onSpinWait();
            }
            await(done);
            assertThat(stored()).isLessThanOrEqualTo(allowed(2 * BATCH_BYTES));
        }
    }

    @Test
    void aSendProducerAnswersLaterAndRefusesNothingThatItHasTakenIn() {
        SendProducer<String, String> producer = new SendProducer<>(limited());
        List<CompletionStage<RecordMetadata>> answers = new ArrayList<>();
        records().forEach(record -> answers.add(producer.send(record)));
        CompletionStage<RecordMetadata> last = answers.get(RECORDS - 1);
        while (!last.toCompletableFuture().isDone()) {
            pass(STEP);
            Thread.onSpinWait();
            assertThat(stored()).isLessThanOrEqualTo(allowed(2 * BATCH_BYTES));
        }
        answers.forEach(StreamsTestKit::await);
        await(producer.close());
    }

    @Test
    void aConsumerThatHasUsedItsQuotaUpIsDelayed() {
        await(produceAll(producer().withBatchBytes(BATCH_BYTES)));
        // What is fetched at once is a quarter of a second's bytes, or a batch.
        long chunk = RATE / 4;
        Queue<String> read = new ConcurrentLinkedQueue<>();
        CompletionStage<Done> done = Consumer.plainSource(
                        consumer().withClientId("billing"), Subscriptions.assignment(T0))
                .take(RECORDS)
                .runWith(Sink.foreach(record -> read.add(record.value())), tailrace.system());
        eventually().until(() -> !read.isEmpty());
        eventually().during(Duration.ofMillis(50)).until(() -> read.size() * 1_000L <= chunk);
        while (!done.toCompletableFuture().isDone()) {
            pass(STEP);
            Thread.onSpinWait();
            assertThat(read.size() * 1_000L).isLessThanOrEqualTo(allowed(chunk));
        }
        await(done);
        assertThat(List.copyOf(read)).isEqualTo(allValues());
    }

    @Test
    void aQuotaThatIsTakenAwayLetsAConsumerGoOn() {
        await(produceAll(producer().withBatchBytes(BATCH_BYTES)));
        CompletionStage<List<ConsumerRecord<String, String>>> all =
                take(consumer().withClientId("billing"), Subscriptions.assignment(T0), RECORDS);
        eventually().during(Duration.ofMillis(50)).until(() -> !all.toCompletableFuture()
                .isDone());
        learn();
        pass(Duration.ofMillis(250));
        assertThat(valuesOf(await(all))).isEqualTo(allValues());
    }

    @Test
    void aClientIdHasAtMost255Characters() {
        assertThat(producer().withClientId("").clientId()).isEmpty();
        assertThatThrownBy(() -> producer().withClientId("a".repeat(256))).hasMessageContaining("client-id");
        assertThatThrownBy(() -> consumer().withClientId("a\tb")).hasMessageContaining("client-id");
    }
}
