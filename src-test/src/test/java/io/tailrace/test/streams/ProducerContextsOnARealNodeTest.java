package io.tailrace.test.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.streams.Committer;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerMessage.CommittableOffset;
import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerMessage;
import io.tailrace.streams.ProducerMessage.Envelope;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.Subscriptions;
import io.tailrace.streams.TopicPartition;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** From topic to topic with the offset as the stream's context, in the ways that pekko-connectors-kafka has for it. */
@Timeout(120)
@ExtendWith(RealNode.Shared.class)
class ProducerContextsOnARealNodeTest {
    private static final int RECORDS = 60;

    private String from;
    private String to;

    private void begin(RealNode node) {
        from = node.topic(1);
        to = node.topic(1);
        node.numbers(new TopicPartition(from, 0), 0, RECORDS, 5);
    }

    /** A third of the records is passed on, a third is passed on twice, a third is left out. */
    private Envelope<String, String, NotUsed> envelope(ConsumerRecord<String, String> record) {
        ProducerRecord<String, String> copy = ProducerRecord.of(to, record.key(), record.value());
        return switch ((int) (record.offset() % 3)) {
            case 0 -> ProducerMessage.single(copy);
            case 1 -> ProducerMessage.multi(List.of(copy, copy));
            default -> ProducerMessage.passThrough();
        };
    }

    private void awaitPassedOn(RealNode node, Consumer.DrainingControl<Done> control, List<Integer> values) {
        await().atMost(RealNode.PATIENCE)
                .until(() -> Long.valueOf(RECORDS).equals(node.committed(from, new TopicPartition(from, 0))));
        RealNode.await(control.drainAndShutdown(Runnable::run));
        List<String> stored = RealNode.await(
                Consumer.plainSource(node.consumer(), Subscriptions.assignment(new TopicPartition(to, 0)))
                        .map(record -> String.valueOf(record.value()))
                        .take(values.size())
                        .runWith(Sink.seq(), node.tailrace().system()));
        assertThat(stored).isEqualTo(values.stream().map(String::valueOf).toList());
    }

    private static List<Integer> thirds() {
        return IntStream.range(0, RECORDS)
                .flatMap(n -> n % 3 == 0 ? IntStream.of(n) : n % 3 == 1 ? IntStream.of(n, n) : IntStream.empty())
                .boxed()
                .toList();
    }

    @Test
    void aSinkCommitsTheOffsetThatIsTheContext(RealNode node) {
        begin(node);
        Consumer.DrainingControl<Done> control = Consumer.sourceWithOffsetContext(
                        node.consumer().withGroupId(from), Subscriptions.topics(from))
                .map(this::envelope)
                .toMat(
                        Producer.committableSinkWithOffsetContext(node.producer(), node.committer()),
                        Consumer::createDrainingControl)
                .run(node.tailrace().system());
        awaitPassedOn(node, control, thirds());
    }

    @Test
    void aFlowKeepsTheContextForACommitterBehindIt(RealNode node) {
        begin(node);
        Consumer.DrainingControl<Done> control = Consumer.sourceWithOffsetContext(
                        node.consumer().withGroupId(from), Subscriptions.topics(from))
                .map(this::envelope)
                .via(Producer.<String, String, CommittableOffset>flowWithContext(node.producer()))
                .toMat(Committer.sinkWithOffsetContext(node.committer()), Consumer::createDrainingControl)
                .run(node.tailrace().system());
        awaitPassedOn(node, control, thirds());
    }

    @Test
    void aSinkTakesAnyKindOfEnvelope(RealNode node) {
        begin(node);
        Consumer.DrainingControl<Done> control = Consumer.committableSource(
                        node.consumer().withGroupId(from), Subscriptions.topics(from))
                .map(message -> new ProducerMessage.Message<>(
                        ProducerRecord.of(
                                to, message.record().key(), message.record().value()),
                        message.committableOffset()))
                .toMat(Producer.committableSink(node.producer(), node.committer()), Consumer::createDrainingControl)
                .run(node.tailrace().system());
        awaitPassedOn(node, control, IntStream.range(0, RECORDS).boxed().toList());
    }
}
