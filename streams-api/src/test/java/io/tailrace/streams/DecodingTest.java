package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Headers;
import io.tailrace.streams.ConsumerMessage.CommittableMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.junit.jupiter.api.Test;

/** Records that cannot be decoded. */
class DecodingTest extends GroupTestKit {
    private final List<Long> seen = Collections.synchronizedList(new ArrayList<>());

    /** Values that begin with "bad" cannot be decoded, nor can keys that do. */
    private ConsumerSettings<String, String> picky(DecodingDecider decider) {
        Deserializer<String> picky = (topic, bytes) -> {
            String text = Serdes.strings().deserialize(topic, bytes);
            if (text.startsWith("bad")) {
                throw new IllegalArgumentException("Not good: " + text);
            }
            return text;
        };
        return ConsumerSettings.create(tailrace, picky, picky)
                .withRetryBackoff(Duration.ofMillis(1), Duration.ofMillis(4))
                .withGroupId(GROUP)
                .withDecodingDecider(decider);
    }

    private Consumer.DrainingControl<Done> running(DecodingDecider decider) {
        return Consumer.committableSource(picky(decider), Subscriptions.topics("t"))
                .map(message -> {
                    seen.add(message.record().offset());
                    return message;
                })
                .map(CommittableMessage::committableOffset)
                .toMat(Committer.sink(committer().withMaxBatch(1)), Consumer::createDrainingControl)
                .run(tailrace.system());
    }

    private void send(int partition, String... values) {
        produce(
                producer(),
                Stream.of(values)
                        .map(value ->
                                ProducerRecord.<String, String>of("t", value).withPartition(partition))
                        .toList());
    }

    private void stop(Consumer.DrainingControl<Done> control) {
        await(control.drainAndShutdown(ForkJoinPool.commonPool()));
    }

    @Test
    void unlessAskedOtherwiseTheStreamFailsAtIt() {
        topic(1);
        send(0, "a", "bad", "b");
        var control = running(DecodingDecider.failing());
        assertThat(failsWith(ErrorCode.SERIALIZATION_FAILED, control.streamCompletion()))
                .hasMessageContaining("The value of t-0@1")
                .hasMessageContaining("Not good: bad");
        await(control.isShutdown());
        assertThat(committed(0)).isEqualTo(1);
    }

    @Test
    void skippedOnesAreCountedAndCommittedOver() {
        topic(1);
        send(0, "a", "bad1", "bad2", "b", "c", "bad3");
        var control = running(DecodingDecider.skipping());
        eventually().until(() -> committed(0) == 6);
        assertThat(seen).containsExactly(0L, 3L, 4L);
        assertThat(control.undecodableRecords()).isEqualTo(3);
        send(0, "bad4");
        eventually().until(() -> committed(0) == 7);
        stop(control);
    }

    @Test
    void aPartitionOfNothingElseIsCommittedOverToo() {
        topic(1);
        String[] bad = Collections.nCopies(5000, "bad").toArray(String[]::new);
        send(0, bad);
        groups.holdCommits();
        var control = running(DecodingDecider.skipping());
        eventually().until(() -> control.undecodableRecords() == 5000);
        groups.releaseCommits();
        eventually().until(() -> committed(0) == 5000);
        assertThat(groups.commits()).hasSize(2);
        stop(control);
    }

    @Test
    void aSkippedRecordIsNotCommittedOverBeforeThoseBeforeItAreDone() {
        topic(1);
        send(0, "a", "b", "bad");
        Desk desk = new Desk();
        var control = Consumer.keyedSource(
                        picky(DecodingDecider.skipping()), Subscriptions.topics("t"), 10, desk::begin)
                .toMat(Committer.sink(committer().withMaxBatch(1)), Consumer::createDrainingControl)
                .run(tailrace.system());
        eventually().until(() -> desk.begun() == 2 && control.undecodableRecords() == 1);
        desk.done(1);
        eventually().during(Duration.ofMillis(100)).until(() -> committed(0) == -1);
        desk.done(0);
        eventually().until(() -> committed(0) == 3);
        stop(control);
    }

    @Test
    void aDeadLetterSaysWhereItWasAndWhatWasWrong() {
        topic(1);
        tailrace.withTopic("dead", 1);
        Headers own = Headers.EMPTY.with("trace", "7");
        produce(
                producer(),
                List.of(
                        ProducerRecord.of("t", "k", "bad value")
                                .withTimestamp(123)
                                .withHeaders(own),
                        ProducerRecord.of("t", "bad key", "v").withTimestamp(124),
                        ProducerRecord.of("t", "k", "v")));
        var control = running(DecodingDecider.deadLetters("dead"));
        eventually().until(() -> committed(0) == 3);
        assertThat(seen).containsExactly(2L);
        assertThat(control.undecodableRecords()).isEqualTo(2);

        var letters = await(take(consumer(), Subscriptions.assignment(new TopicPartition("dead", 0)), 2));
        ConsumerRecord<String, String> first = letters.get(0);
        assertThat(first.key()).isEqualTo("k");
        assertThat(first.value()).isEqualTo("bad value");
        assertThat(first.timestamp()).isEqualTo(123);
        assertThat(texts(first))
                .containsExactly(
                        "trace=7",
                        "__connect.errors.topic=t",
                        "__connect.errors.partition=0",
                        "__connect.errors.offset=0",
                        "__connect.errors.stage=VALUE_CONVERTER",
                        "__connect.errors.exception.class.name=java.lang.IllegalArgumentException",
                        "__connect.errors.exception.message=Not good: bad value");
        assertThat(texts(letters.get(1))).contains("__connect.errors.offset=1", "__connect.errors.stage=KEY_CONVERTER");
        stop(control);
    }

    private static List<String> texts(ConsumerRecord<?, ?> record) {
        return record.headers().stream()
                .map(header -> header.name() + "="
                        + StandardCharsets.UTF_8.decode(header.value().duplicate()))
                .toList();
    }

    @Test
    void thePartitionWaitsUntilTheDeadLetterIsStoredAndTheOthersGoOn() {
        topic(2);
        tailrace.withTopic("dead", 1);
        FakePartition dead = tailrace.partition("dead", 0);
        dead.hold();
        send(0, "a", "bad", "b");
        var control = running(DecodingDecider.deadLetters("dead"));
        eventually().until(() -> dead.appends() == 1);
        send(1, "x", "y", "z");
        eventually().until(() -> committed(1) == 3);
        assertThat(committed(0)).isEqualTo(1);
        assertThat(control.undecodableRecords()).isZero();
        dead.release();
        eventually().until(() -> committed(0) == 3);
        stop(control);
    }

    @Test
    void aDeadLetterThatCannotBeStoredFailsTheStream() {
        topic(1);
        send(0, "a", "bad");
        var control = running(DecodingDecider.deadLetters("nowhere"));
        assertThat(failsWith(ErrorCode.UNKNOWN_TOPIC, control.streamCompletion()))
                .hasMessageContaining("t-0@1")
                .hasMessageContaining("nowhere");
        await(control.isShutdown());
        assertThat(committed(0)).isEqualTo(1);
    }

    @Test
    void aDeciderThatThrowsFailsTheStream() {
        topic(1);
        send(0, "bad");
        var control = running(record -> {
            throw new IllegalStateException("undecided");
        });
        assertThat(failureOf(control.streamCompletion())).hasMessageContaining("undecided");
        await(control.isShutdown());
    }

    @Test
    void theDecisionMayDependOnTheRecord() {
        topic(1);
        send(0, "bad1", "a", "bad2");
        var control = running(record -> record.offset() == 0 ? DecodingDecision.skip() : DecodingDecision.fail());
        TailraceException failure = failsWith(ErrorCode.SERIALIZATION_FAILED, control.streamCompletion());
        assertThat(failure).hasMessageContaining("t-0@2");
        assertThat(seen).containsExactly(1L);
        assertThat(Set.copyOf(seen)).hasSize(1);
    }
}
