package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.streams.FakePartition.Fate;
import io.tailrace.streams.ProducerMessage.Envelope;
import io.tailrace.streams.ProducerMessage.MultiResult;
import io.tailrace.streams.ProducerMessage.Result;
import io.tailrace.streams.ProducerMessage.Results;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.apache.pekko.Done;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProducerFaultsTest extends StreamsTestKit {
    private static final Fate[] FAULTS = {
        Fate.BUSY, Fate.STORED_OUTCOME_UNKNOWN, Fate.LOST_OUTCOME_UNKNOWN, Fate.STORED_LATE
    };

    /** Faults in runs, so that several batches in flight meet the same and the next attempt may meet it again. */
    private static IntFunction<Fate> faults(Random random) {
        Fate[] run = {Fate.STORED};
        return n -> {
            if (random.nextInt(3) == 0) {
                run[0] = random.nextInt(3) == 0 ? Fate.STORED : FAULTS[random.nextInt(FAULTS.length)];
            }
            return run[0];
        };
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void everyRecordIsStoredOnceAndInOrderWhateverGoesWrong(long seed) {
        Random random = new Random(seed);
        int partitions = 1 + random.nextInt(3);
        tailrace.withTopic("t", partitions);
        for (int partition = 0; partition < partitions; partition++) {
            tailrace.partition("t", partition).fates(faults(new Random(seed * 31 + partition)));
        }
        List<ProducerRecord<String, String>> records = new ArrayList<>();
        List<List<String>> expected = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            expected.add(new ArrayList<>());
        }
        for (int n = 0; n < 1500; n++) {
            int partition = random.nextInt(partitions);
            String value = "v" + n + "x".repeat(random.nextInt(30));
            records.add(ProducerRecord.<String, String>of("t", value).withPartition(partition));
            expected.get(partition).add(value);
        }
        produce(
                producer()
                        .withSeed(seed)
                        .withBatchBytes(200 + random.nextInt(3000))
                        .withMaxInFlightBatches(1 + random.nextInt(5)),
                records);
        for (int partition = 0; partition < partitions; partition++) {
            assertThat(values(tailrace.partition("t", partition)))
                    .as("seed %d, partition %d", seed, partition)
                    .isEqualTo(expected.get(partition));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void resultsComeOutInTheOrderOfTheirEnvelopesAndNameWhereTheRecordsAre(long seed) {
        Random random = new Random(seed);
        tailrace.withTopic("t", 3);
        for (int partition = 0; partition < 3; partition++) {
            tailrace.partition("t", partition).fates(faults(new Random(seed * 31 + partition)));
        }
        List<Envelope<String, String, Integer>> envelopes = new ArrayList<>();
        for (int n = 0; n < 1000; n++) {
            envelopes.add(envelope(n, random));
        }
        List<Results<String, String, Integer>> results = await(Source.from(envelopes)
                .via(Producer.<String, String, Integer>flexiFlow(
                        producer().withSeed(seed).withBatchBytes(500)))
                .runWith(Sink.seq(), tailrace.system()));
        assertThat(results).as("seed %d", seed).hasSize(1000);
        List<List<String>> stored = List.of(
                values(tailrace.partition("t", 0)),
                values(tailrace.partition("t", 1)),
                values(tailrace.partition("t", 2)));
        for (int n = 0; n < 1000; n++) {
            assertThat(results.get(n).passThrough()).as("seed %d", seed).isEqualTo(n);
            if (results.get(n) instanceof Result<String, String, Integer> result) {
                assertIsAt(stored, result.metadata(), result.message().record());
            } else if (results.get(n) instanceof MultiResult<String, String, Integer> result) {
                result.parts().forEach(part -> assertIsAt(stored, part.metadata(), part.record()));
            }
        }
    }

    private static Envelope<String, String, Integer> envelope(int n, Random random) {
        switch (random.nextInt(4)) {
            case 0:
                return ProducerMessage.passThrough(n);
            case 1:
                return ProducerMessage.multi(
                        List.of(
                                ProducerRecord.of("t", "key" + random.nextInt(50), n + "a"),
                                ProducerRecord.of("t", n + "b"),
                                ProducerRecord.of("t", "key" + random.nextInt(50), n + "c")),
                        n);
            default:
                return ProducerMessage.single(ProducerRecord.of("t", "key" + random.nextInt(50), n + "s"), n);
        }
    }

    private static void assertIsAt(
            List<List<String>> stored, RecordMetadata metadata, ProducerRecord<String, String> record) {
        assertThat(stored.get(metadata.partition()).get((int) metadata.offset()))
                .isEqualTo(record.value());
        assertThat(metadata.topic()).isEqualTo("t");
        assertThat(metadata.serializedValueSize()).isEqualTo(record.value().length());
        assertThat(metadata.serializedKeySize())
                .isEqualTo(record.key() == null ? -1 : record.key().length());
        assertThat(metadata.timestamp()).isPositive();
    }

    @Test
    void whatIsSentAgainIsRecognized() {
        tailrace.withTopic("t", 1);
        FakePartition partition = tailrace.partition("t", 0);
        partition.fates(n -> n < 3 ? Fate.STORED_OUTCOME_UNKNOWN : Fate.STORED);
        produce(producer(), ProducerTest.numbered("t", 10));
        assertThat(values(partition)).isEqualTo(ProducerTest.numberedValues(10));
        assertThat(partition.resent()).isGreaterThanOrEqualTo(3);
    }

    private CompletionStage<Done> withFate(Fate fate) {
        tailrace.withTopic("t", 1);
        tailrace.partition("t", 0).fates(n -> fate);
        return Source.from(ProducerTest.numbered("t", 10))
                .runWith(Producer.plainSink(producer().withDeliveryTimeout(Duration.ofMillis(100))), tailrace.system());
    }

    @Test
    void aPartitionThatStaysBusyFailsTheStreamWithThatCodeSinceNothingWasStored() {
        failsWith(ErrorCode.PARTITION_BUSY, withFate(Fate.BUSY));
    }

    @Test
    void anOutcomeThatStaysUnknownFailsTheStreamAsUnknown() {
        failsWith(ErrorCode.OUTCOME_UNKNOWN, withFate(Fate.LOST_OUTCOME_UNKNOWN));
    }

    @Test
    void anAnswerThatNeverComesFailsTheStreamAsUnknown() {
        failsWith(ErrorCode.OUTCOME_UNKNOWN, withFate(Fate.STORED_SILENT));
    }

    @Test
    void aFailureThatCannotBeRetriedFailsTheStreamAtOnce() {
        failsWith(ErrorCode.CORRUPT_BATCH, withFate(Fate.CORRUPT));
        assertThat(tailrace.partition("t", 0).appends()).isEqualTo(1);
    }

    @Test
    void aSlowPartitionBoundsWhatIsHeldAndStopsUpstream() {
        tailrace.withTopic("t", 1);
        FakePartition partition = tailrace.partition("t", 0);
        partition.hold();
        AtomicInteger pulled = new AtomicInteger();
        CompletionStage<Done> done = Source.range(0, 9_999)
                .map(n -> {
                    pulled.incrementAndGet();
                    return ProducerRecord.<String, String>of("t", "v" + n + "x".repeat(100));
                })
                .runWith(
                        Producer.plainSink(producer().withBatchBytes(2_000).withBufferBytes(50_000)),
                        tailrace.system());
        eventually().until(() -> partition.appends() == 5);
        // 50,000 bytes hold fewer than 500 of these records.
        eventually().during(Duration.ofMillis(200)).until(() -> pulled.get() < 500);
        assertThat(pulled.get()).isGreaterThan(300);
        assertThat(partition.mostUnanswered()).isEqualTo(5);
        partition.release();
        await(done);
        assertThat(values(partition)).hasSize(10_000);
        assertThat(partition.mostUnanswered()).isLessThanOrEqualTo(5);
        assertThat(partition.mostUnansweredBytes()).isLessThanOrEqualTo(5 * 2_200);
    }

    @Test
    void aSlowDownstreamBoundsTheResultsThatAreHeld() {
        tailrace.withTopic("t", 1);
        AtomicInteger pulled = new AtomicInteger();
        var results = Source.range(0, 9_999)
                .map(n -> {
                    pulled.incrementAndGet();
                    return ProducerMessage.single(ProducerRecord.<String, String>of("t", "v" + n), n);
                })
                .via(Producer.<String, String, Integer>flexiFlow(producer().withParallelism(50)))
                .runWith(
                        Sink.<Results<String, String, Integer>>queue(1).addAttributes(Attributes.inputBuffer(1, 1)),
                        tailrace.system());
        eventually().until(() -> pulled.get() >= 50);
        eventually().during(Duration.ofMillis(200)).until(() -> pulled.get() <= 55);
        assertThat(await(results.pull()).orElseThrow().passThrough()).isEqualTo(0);
        results.cancel();
    }

    @Test
    void whenDownstreamCancelsWhatWasAcceptedIsStillSent() {
        tailrace.withTopic("t", 1);
        FakePartition partition = tailrace.partition("t", 0);
        partition.hold();
        AtomicInteger pulled = new AtomicInteger();
        var results = Source.range(0, 99)
                .concat(Source.maybe())
                .map(n -> {
                    pulled.incrementAndGet();
                    return ProducerMessage.single(ProducerRecord.<String, String>of("t", "v" + n), n);
                })
                .via(Producer.<String, String, Integer>flexiFlow(producer()))
                .runWith(Sink.<Results<String, String, Integer>>queue(), tailrace.system());
        eventually().until(() -> pulled.get() == 100 && partition.appends() >= 1);
        results.cancel();
        partition.release();
        eventually().until(() -> values(partition).size() == 100);
    }

    @Test
    void contextComesOutWithItsResult() {
        tailrace.withTopic("t", 1);
        var out = await(Source.range(0, 99)
                .asSourceWithContext(n -> "context " + n)
                .map(n -> ProducerMessage.single(ProducerRecord.<String, String>of("t", "v" + n)))
                .via(Producer.<String, String, String>flowWithContext(producer()))
                .runWith(Sink.seq(), tailrace.system()));
        assertThat(out).hasSize(100).allSatisfy(pair -> assertThat(pair.second())
                .isEqualTo("context " + ((Result<String, String, String>) pair.first()).offset())
                .isEqualTo(pair.first().passThrough()));
    }
}
