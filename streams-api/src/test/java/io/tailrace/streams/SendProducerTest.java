package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.record.TimestampType;
import io.tailrace.streams.FakePartition.Fate;
import io.tailrace.streams.ProducerMessage.MultiResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class SendProducerTest extends StreamsTestKit {
    private static ProducerRecord<String, String> record(String value) {
        return ProducerRecord.<String, String>of("t", value).withPartition(0);
    }

    @Test
    void eachSendLearnsWhereItsRecordIs() {
        tailrace.withTopic("t", 1);
        SendProducer<String, String> producer = new SendProducer<>(producer());
        List<CompletionStage<RecordMetadata>> sends = new ArrayList<>();
        for (int n = 0; n < 2000; n++) {
            sends.add(producer.send(record("value " + n)));
        }
        for (int n = 0; n < 2000; n++) {
            assertThat(await(sends.get(n)).offset()).isEqualTo(n);
        }
        assertThat(values(tailrace.partition("t", 0))).isEqualTo(ProducerTest.numberedValues(2000));
        await(producer.close());
    }

    @Test
    void anEnvelopeIsAnsweredWhenAllItsRecordsAre() {
        tailrace.withTopic("t", 1);
        SendProducer<String, String> producer = new SendProducer<>(producer());
        var results = (MultiResult<String, String, Integer>)
                await(producer.sendEnvelope(ProducerMessage.multi(List.of(record("a"), record("b")), 7)));
        assertThat(results.passThrough()).isEqualTo(7);
        assertThat(results.parts()).extracting(part -> part.metadata().offset()).containsExactly(0L, 1L);
        assertThat(await(producer.sendEnvelope(ProducerMessage.<String, String, Integer>passThrough(8)))
                        .passThrough())
                .isEqualTo(8);
        await(producer.close());
    }

    @Test
    void aRefusedRecordConcernsOnlyItself() {
        tailrace.withTopic(NewTopic.of("t", 1)
                .withSettings(new TopicSettings(2000, 1 << 20, 1000, TimestampType.CREATE_TIME, -1, -1)));
        SendProducer<String, String> producer = new SendProducer<>(producer());
        CompletionStage<RecordMetadata> first = producer.send(record("a"));
        CompletionStage<RecordMetadata> tooLarge = producer.send(record("x".repeat(5000)));
        CompletionStage<RecordMetadata> nowhere = producer.send(ProducerRecord.of("nowhere", "v"));
        CompletionStage<RecordMetadata> last = producer.send(record("b"));
        assertThat(await(first).offset()).isEqualTo(0);
        failsWith(ErrorCode.RECORD_TOO_LARGE, tooLarge);
        failsWith(ErrorCode.UNKNOWN_TOPIC, nowhere);
        assertThat(await(last).offset()).isEqualTo(1);
        await(producer.close());
    }

    @Test
    void aFailedBatchDoesNotEndTheProducer() {
        tailrace.withTopic("t", 1);
        tailrace.partition("t", 0).fates(n -> n == 1 ? Fate.CORRUPT : Fate.STORED);
        SendProducer<String, String> producer = new SendProducer<>(producer());
        await(producer.send(record("a")));
        failsWith(ErrorCode.CORRUPT_BATCH, producer.send(record("b")));
        assertThat(await(producer.send(record("c"))).offset()).isEqualTo(1);
        assertThat(values(tailrace.partition("t", 0))).containsExactly("a", "c");
        await(producer.close());
    }

    @Test
    void aTopicThatIsMadeAgainUnderItsNameIsFound() {
        tailrace.withTopic("t", 2);
        SendProducer<String, String> producer = new SendProducer<>(producer());
        await(producer.send(record("a")));
        tailrace.recreate("t", 1);
        failsWith(ErrorCode.UNKNOWN_TOPIC, producer.send(record("b")));
        assertThat(await(producer.send(record("c"))).offset()).isZero();
        assertThat(values(tailrace.partition("t", 0))).containsExactly("c");
        await(producer.close());
    }

    @Test
    void partitionsThatAreAddedAreFound() {
        tailrace.withTopic("t", 1);
        SendProducer<String, String> producer = new SendProducer<>(producer().withMetadataMaxAge(Duration.ofMillis(1)));
        await(producer.send(record("a")));
        tailrace.grow("t", 3);
        eventually()
                .ignoreExceptions()
                .untilAsserted(() -> await(producer.send(
                        ProducerRecord.<String, String>of("t", "b").withPartition(2))));
        assertThat(values(tailrace.partition("t", 2))).containsExactly("b");
        await(producer.close());
    }

    @Test
    void sendsBeyondTheBoundAreRefusedAsBusy() {
        tailrace.withTopic("t", 1);
        FakePartition partition = tailrace.partition("t", 0);
        partition.hold();
        SendProducer<String, String> producer = new SendProducer<>(producer().withParallelism(3));
        List<CompletionStage<RecordMetadata>> sends = new ArrayList<>();
        for (int n = 0; n < 3; n++) {
            sends.add(producer.send(record("v" + n)));
        }
        failsWith(ErrorCode.PARTITION_BUSY, producer.send(record("one too many")));
        eventually().until(() -> partition.appends() > 0);
        partition.release();
        sends.forEach(StreamsTestKit::await);
        assertThat(await(producer.send(record("again"))).offset()).isEqualTo(3);
        await(producer.close());
    }

    @Test
    void closingWaitsForTheAnswers() {
        tailrace.withTopic("t", 1);
        FakePartition partition = tailrace.partition("t", 0);
        partition.hold();
        SendProducer<String, String> producer = new SendProducer<>(producer());
        CompletionStage<RecordMetadata> send = producer.send(record("v"));
        eventually().until(() -> partition.appends() == 1);
        CompletionStage<?> closed = producer.close();
        assertThat(closed.toCompletableFuture()).isNotDone();
        failsWith(ErrorCode.CLOSED, producer.send(record("late")));
        partition.release();
        await(closed);
        assertThat(await(send).offset()).isEqualTo(0);
        await(producer.close());
    }

    @Test
    void whatHasNoAnswerWhenClosingTimesOutFailsAsClosed() {
        tailrace.withTopic("t", 1);
        tailrace.partition("t", 0).fates(n -> Fate.STORED_SILENT);
        SendProducer<String, String> producer = new SendProducer<>(producer().withCloseTimeout(Duration.ofMillis(50)));
        CompletionStage<RecordMetadata> send = producer.send(record("v"));
        await(producer.close());
        failsWith(ErrorCode.CLOSED, send);
    }

    @Test
    void theEndOfTheActorSystemFailsWhatIsUnanswered() {
        tailrace.withTopic("t", 1);
        tailrace.partition("t", 0).fates(n -> Fate.STORED_SILENT);
        SendProducer<String, String> producer = new SendProducer<>(producer());
        CompletionStage<RecordMetadata> send = producer.send(record("v"));
        tailrace.system().terminate();
        failsWith(ErrorCode.CLOSED, send);
    }
}
