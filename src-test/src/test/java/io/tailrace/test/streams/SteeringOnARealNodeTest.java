package io.tailrace.test.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.cluster.group.GroupDescription;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.streams.Committer;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ReplayRange;
import io.tailrace.streams.Subscriptions;
import io.tailrace.streams.TopicPartition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Pause, resume, seek and replay, and what they leave to the group. */
@Timeout(120)
@ExtendWith(RealNode.Shared.class)
class SteeringOnARealNodeTest {
    private final List<String> seen = Collections.synchronizedList(new ArrayList<>());

    private Consumer.DrainingControl<Done> run(RealNode node, String topic) {
        return Consumer.committableSource(node.consumer().withGroupId(topic), Subscriptions.topics(topic))
                .map(message -> {
                    seen.add(message.record().partition() + ":"
                            + message.record().value());
                    return message.committableOffset();
                })
                .toMat(Committer.sink(node.committer()), Consumer::createDrainingControl)
                .run(node.tailrace().system());
    }

    private static Stream<String> numbers(int partition, int from, int until) {
        return IntStream.range(from, until).mapToObj(n -> partition + ":" + n);
    }

    private void awaitSeen(int records) {
        await().atMost(RealNode.PATIENCE).until(() -> seen.size() >= records);
    }

    private static void awaitCommitted(RealNode node, TopicPartition partition, long offset) {
        await().atMost(RealNode.PATIENCE)
                .until(() -> Long.valueOf(offset).equals(node.committed(partition.topic(), partition)));
    }

    @Test
    void aSeekMovesTheConsumerAndNotTheGroup(RealNode node) {
        String topic = node.topic(1);
        TopicPartition partition = new TopicPartition(topic, 0);
        node.numbers(partition, 0, 100, 10);
        Consumer.DrainingControl<Done> control = run(node, topic);
        awaitSeen(100);
        awaitCommitted(node, partition, 100);

        RealNode.await(control.seek(partition, 40));
        awaitSeen(160);
        assertThat(seen)
                .containsExactlyElementsOf(
                        Stream.concat(numbers(0, 0, 100), numbers(0, 40, 100)).toList());
        assertThat(node.committed(topic, partition)).isEqualTo(100);

        // The group goes on where it has committed, not where this consumer sought to.
        RealNode.await(control.seek(partition, 90));
        RealNode.await(control.drainAndShutdown(Runnable::run));
        assertThat(node.committed(topic, partition)).isEqualTo(100);
        seen.clear();
        node.numbers(partition, 100, 101, 10);
        Consumer.DrainingControl<Done> next = run(node, topic);
        awaitSeen(1);
        RealNode.await(next.drainAndShutdown(Runnable::run));
        assertThat(seen).containsExactly("0:100");
    }

    @Test
    void whatIsPausedComesWithoutAGapAndOthersGoOn(RealNode node) {
        String topic = node.topic(2);
        TopicPartition paused = new TopicPartition(topic, 0);
        TopicPartition other = new TopicPartition(topic, 1);
        node.numbers(paused, 0, 10, 10);
        node.numbers(other, 0, 10, 10);
        Consumer.DrainingControl<Done> control = run(node, topic);
        awaitSeen(20);
        RealNode.await(control.pause(Set.of(paused)));
        node.numbers(paused, 10, 30, 10);
        node.numbers(other, 10, 30, 10);
        awaitCommitted(node, other, 30);
        assertThat(seen).hasSize(40).doesNotContain("0:10");
        // A seek does not resume, and what it leaps over has not been emitted.
        RealNode.await(control.seek(paused, 25));
        RealNode.await(control.resume(Set.of(paused)));
        awaitSeen(45);
        awaitCommitted(node, paused, 30);
        assertThat(seen.subList(40, 45))
                .containsExactlyElementsOf(numbers(0, 25, 30).toList());

        TopicPartition foreign = new TopicPartition(topic + "-foreign", 0);
        for (CompletionStage<Done> refused : List.of(
                control.pause(Set.of(paused, foreign)),
                control.resume(Set.of(foreign)),
                control.seek(foreign, 0),
                control.seek(paused, -1))) {
            assertThat(RealNode.failure(refused)).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        }
        node.numbers(paused, 30, 31, 10);
        awaitSeen(46);
        RealNode.await(control.drainAndShutdown(Runnable::run));
        assertThat(RealNode.failure(control.pause(Set.of(paused)))).isEqualTo(ErrorCode.CLOSED);
    }

    @Test
    void anOffsetThatIsNotThereFailsTheStream(RealNode node) {
        String topic = node.topic(1);
        TopicPartition partition = new TopicPartition(topic, 0);
        node.numbers(partition, 0, 10, 10);
        Consumer.DrainingControl<Done> control = run(node, topic);
        awaitSeen(10);
        RealNode.await(control.seek(partition, 11));
        assertThat(RealNode.failure(control.streamCompletion())).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
    }

    private static List<String> replayed(RealNode node, String group, ReplayRange range) {
        return RealNode.await(Consumer.replaySource(node.consumer().withGroupId(group), range)
                .map(record -> record.partition() + ":" + record.value())
                .runWith(Sink.seq(), node.tailrace().system()));
    }

    @Test
    void aReplayReadsFromOnePlaceToAnotherAndLeavesTheGroupAlone(RealNode node) {
        String topic = node.topic(2);
        TopicPartition partition = new TopicPartition(topic, 0);
        node.numbers(partition, 0, 50, 10);
        Instant between = Instant.now().plusSeconds(3600);
        node.produce(IntStream.range(50, 60)
                .mapToObj(n -> new io.tailrace.streams.ProducerRecord<>(
                        topic, 0, between.toEpochMilli(), "k", String.valueOf(n)))
                .toList());
        Consumer.DrainingControl<Done> control = run(node, topic);
        awaitSeen(60);
        awaitCommitted(node, partition, 60);
        GroupDescription before = node.group(topic);

        assertThat(replayed(node, topic, ReplayRange.ofOffsets(partition, 10, 20)))
                .containsExactlyElementsOf(numbers(0, 10, 20).toList());
        assertThat(replayed(node, topic, ReplayRange.ofTopics(topic).from(between)))
                .containsExactlyElementsOf(numbers(0, 50, 60).toList());
        assertThat(replayed(node, topic, ReplayRange.ofTopics(topic).until(between)))
                .containsExactlyElementsOf(numbers(0, 0, 50).toList());
        assertThat(RealNode.failure(Consumer.replaySource(
                                node.consumer(),
                                ReplayRange.ofPartitions(partition).fromOffsets(Map.of(partition, 61L)))
                        .runWith(Sink.ignore(), node.tailrace().system())))
                .isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);

        assertThat(node.group(topic)).isEqualTo(before);
        RealNode.await(control.drainAndShutdown(Runnable::run));
        assertThat(seen).hasSize(60);
    }
}
