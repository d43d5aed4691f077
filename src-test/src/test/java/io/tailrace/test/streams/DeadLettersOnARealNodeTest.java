package io.tailrace.test.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.record.Header;
import io.tailrace.engine.record.Headers;
import io.tailrace.streams.Committer;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.DecodingDecider;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Subscriptions;
import io.tailrace.streams.TopicPartition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Records that cannot be decoded. */
@Timeout(120)
@ExtendWith(RealNode.Shared.class)
class DeadLettersOnARealNodeTest {
    private final List<Integer> seen = Collections.synchronizedList(new ArrayList<>());

    private static Integer number(String topic, ByteBuffer bytes) {
        return Integer.valueOf(StandardCharsets.UTF_8.decode(bytes).toString());
    }

    private Consumer.DrainingControl<Done> run(RealNode node, String topic, DecodingDecider decider) {
        ConsumerSettings<String, Integer> settings = ConsumerSettings.create(
                        node.tailrace(), Serdes.strings(), DeadLettersOnARealNodeTest::number)
                .withGroupId(topic)
                .withDecodingDecider(decider);
        return Consumer.committableSource(settings, Subscriptions.topics(topic))
                .map(message -> {
                    seen.add(message.record().value());
                    return message.committableOffset();
                })
                .toMat(Committer.sink(node.committer()), Consumer::createDrainingControl)
                .run(node.tailrace().system());
    }

    private static String filled(RealNode node, String... values) {
        String topic = node.topic(1);
        node.produce(Stream.of(values)
                .map(value -> new ProducerRecord<>(topic, "key of " + value, value)
                        .withHeaders(Headers.EMPTY.with("trace", "of " + value)))
                .toList());
        return topic;
    }

    private static void awaitCommitted(RealNode node, String topic, long offset) {
        await().atMost(RealNode.PATIENCE)
                .until(() -> Long.valueOf(offset).equals(node.committed(topic, new TopicPartition(topic, 0))));
    }

    private static Map<String, String> headers(ConsumerRecord<String, String> record) {
        return record.headers().stream().collect(Collectors.toMap(Header::name, header -> StandardCharsets.UTF_8
                .decode(header.value())
                .toString()));
    }

    @Test
    void nothingIsCommittedOverBeforeItsDeadLetterIsStored(RealNode node) {
        String topic = filled(node, "1", "2", "three", "4", "five");
        String letters = topic + "-letters";
        TopicPartition partition = new TopicPartition(topic, 0);
        Consumer.DrainingControl<Done> without = run(node, topic, DecodingDecider.deadLetters(letters));
        assertThat(RealNode.failure(without.streamCompletion())).isEqualTo(ErrorCode.UNKNOWN_TOPIC);
        RealNode.await(without.isShutdown());
        assertThat(seen).containsExactly(1, 2);
        assertThat(node.committed(topic, partition)).isEqualTo(2);

        RealNode.await(node.tailrace().topics().create(NewTopic.of(letters, 1)));
        Consumer.DrainingControl<Done> control = run(node, topic, DecodingDecider.deadLetters(letters));
        // The last record is a letter too, and is committed over though nothing follows.
        awaitCommitted(node, topic, 5);
        assertThat(seen).containsExactly(1, 2, 4);
        assertThat(control.undecodableRecords()).isEqualTo(2);
        RealNode.await(control.drainAndShutdown(Runnable::run));

        List<ConsumerRecord<String, String>> stored = RealNode.await(
                Consumer.plainSource(node.consumer(), Subscriptions.assignment(new TopicPartition(letters, 0)))
                        .take(2)
                        .runWith(Sink.seq(), node.tailrace().system()));
        assertThat(stored).extracting(ConsumerRecord::key).containsExactly("key of three", "key of five");
        assertThat(stored).extracting(ConsumerRecord::value).containsExactly("three", "five");
        assertThat(headers(stored.get(0)))
                .containsEntry("trace", "of three")
                .containsEntry("__connect.errors.topic", topic)
                .containsEntry("__connect.errors.partition", "0")
                .containsEntry("__connect.errors.offset", "2")
                .containsEntry("__connect.errors.stage", "VALUE_CONVERTER")
                .containsEntry("__connect.errors.exception.class.name", NumberFormatException.class.getName())
                .containsEntry("__connect.errors.exception.message", "For input string: \"three\"");
        assertThat(headers(stored.get(1))).containsEntry("__connect.errors.offset", "4");
    }

    @Test
    void whatIsSkippedIsCountedAndCommittedOver(RealNode node) {
        String topic = filled(node, "one", "2", "three");
        Consumer.DrainingControl<Done> control = run(node, topic, DecodingDecider.skipping());
        awaitCommitted(node, topic, 3);
        assertThat(seen).containsExactly(2);
        assertThat(control.undecodableRecords()).isEqualTo(2);
        RealNode.await(control.drainAndShutdown(Runnable::run));
    }

    @Test
    void whoDecidesNothingFailsAtTheFirst(RealNode node) {
        String topic = filled(node, "1", "two", "3");
        Consumer.DrainingControl<Done> control = run(node, topic, DecodingDecider.failing());
        assertThat(RealNode.failure(control.streamCompletion())).isEqualTo(ErrorCode.SERIALIZATION_FAILED);
        RealNode.await(control.isShutdown());
        assertThat(node.committed(topic, new TopicPartition(topic, 0))).isEqualTo(1);
    }
}
