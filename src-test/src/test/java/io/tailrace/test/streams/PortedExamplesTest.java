package io.tailrace.test.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.streams.Committer;
import io.tailrace.streams.CommitterSettings;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerMessage;
import io.tailrace.streams.ConsumerMessage.CommittableOffset;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.PartitionAssignmentHandler;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerMessage;
import io.tailrace.streams.ProducerMessage.Envelope;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.ProducerSettings;
import io.tailrace.streams.RecordMetadata;
import io.tailrace.streams.RestrictedConsumer;
import io.tailrace.streams.SharedConsumer;
import io.tailrace.streams.Subscription;
import io.tailrace.streams.Subscriptions;
import io.tailrace.streams.TopicPartition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.RestartSettings;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.RestartSource;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Examples of pekko-connectors-kafka's documentation (1.2, the snippets of its {@code ConsumerExampleTest}, {@code AtLeastOnceTest} and {@code ProducerTest}):
 * the streams stand as they do there, the imports and the settings are ours.
 */
@Timeout(120)
@ExtendWith(RealNode.Shared.class)
class PortedExamplesTest {
    private static final int TEN = 10;

    private final Executor executor = ForkJoinPool.commonPool();
    private final List<String> seen = Collections.synchronizedList(new ArrayList<>());
    private RealNode node;
    private ActorSystem<?> system;
    private String topic;
    private ConsumerSettings<String, String> consumerSettings;
    private ProducerSettings<String, String> producerSettings;
    private CommitterSettings committerSettings;

    @BeforeEach
    void settings(RealNode shared) {
        node = shared;
        system = shared.tailrace().system();
        topic = shared.topic(2);
        consumerSettings = shared.consumer().withGroupId(topic);
        producerSettings = shared.producer();
        committerSettings = shared.committer();
        shared.numbers(new TopicPartition(topic, 0), 0, TEN, 1);
    }

    private <T> Flow<T, T, NotUsed> business() {
        return Flow.create();
    }

    private CompletionStage<String> business(String key, String value) {
        seen.add(value);
        return CompletableFuture.completedFuture(key);
    }

    private static String[] ten() {
        return IntStream.range(0, TEN).mapToObj(Integer::toString).toArray(String[]::new);
    }

    private void awaitCommitted() {
        await().atMost(RealNode.PATIENCE)
                .until(() -> Long.valueOf(TEN).equals(node.committed(topic, new TopicPartition(topic, 0))));
    }

    private void drained(Consumer.DrainingControl<Done> control) {
        awaitCommitted();
        RealNode.await(control.drainAndShutdown(executor));
    }

    private List<String> stored(String target, int count) {
        return RealNode.await(
                Consumer.plainSource(node.consumer(), Subscriptions.assignment(new TopicPartition(target, 0)))
                        .map(record -> String.valueOf(record.value()))
                        .take(count)
                        .runWith(Sink.seq(), system));
    }

    @Test
    void committerSink() {
        Consumer.DrainingControl<Done> control = Consumer.committableSource(
                        consumerSettings, Subscriptions.topics(topic))
                .mapAsync(1, msg -> business(msg.record().key(), msg.record().value())
                        .<ConsumerMessage.Committable>thenApply(done -> msg.committableOffset()))
                .toMat(Committer.sink(committerSettings), Consumer::createDrainingControl)
                .run(system);
        drained(control);
        assertThat(seen).containsExactly(ten());
    }

    @Test
    void commitWithMetadata() {
        Consumer.DrainingControl<Done> control = Consumer.commitWithMetadataSource(
                        consumerSettings, Subscriptions.topics(topic), (record) -> Long.toString(record.timestamp()))
                .mapAsync(1, msg -> business(msg.record().key(), msg.record().value())
                        .thenApply(done -> msg.committableOffset()))
                .toMat(Committer.sink(committerSettings), Consumer::createDrainingControl)
                .run(system);
        drained(control);
        assertThat(node.group(topic).offsets().values())
                .anyMatch(offset -> offset.metadata().matches("\\d+"));
    }

    @Test
    void consumerToProducerSink() {
        String targetTopic = node.topic(1);
        Consumer.DrainingControl<Done> control = Consumer.committableSource(
                        consumerSettings, Subscriptions.topics(topic))
                .map(msg -> ProducerMessage.<String, String, ConsumerMessage.Committable>single(
                        new ProducerRecord<>(
                                targetTopic, msg.record().key(), msg.record().value()),
                        msg.committableOffset()))
                .toMat(Producer.committableSink(producerSettings, committerSettings), Consumer::createDrainingControl)
                .run(system);
        drained(control);
        assertThat(stored(targetTopic, TEN)).containsExactly(ten());
    }

    @Test
    void consumerToProducerWithContext() {
        String targetTopic = node.topic(1);
        Consumer.DrainingControl<Done> control = Consumer.sourceWithOffsetContext(
                        consumerSettings, Subscriptions.topics(topic))
                .map(record -> ProducerMessage.single(new ProducerRecord<>(targetTopic, record.key(), record.value())))
                .toMat(
                        Producer.committableSinkWithOffsetContext(producerSettings, committerSettings),
                        Consumer::createDrainingControl)
                .run(system);
        drained(control);
        assertThat(stored(targetTopic, TEN)).containsExactly(ten());
    }

    @Test
    void oneToMany() {
        String topic2 = node.topic(1);
        String topic3 = node.topic(1);
        Consumer.DrainingControl<Done> control = Consumer.committableSource(
                        consumerSettings, Subscriptions.topics(topic))
                .map(msg -> {
                    Envelope<String, String, CommittableOffset> multiMsg = ProducerMessage.multi(
                            Arrays.asList(
                                    new ProducerRecord<>(topic2, msg.record().value()),
                                    new ProducerRecord<>(topic3, msg.record().value())),
                            msg.committableOffset());
                    return multiMsg;
                })
                .via(Producer.flexiFlow(producerSettings))
                .map(m -> m.passThrough())
                .toMat(Committer.sink(committerSettings), Consumer::createDrainingControl)
                .run(system);
        drained(control);
        assertThat(stored(topic2, TEN)).isEqualTo(stored(topic3, TEN)).containsExactly(ten());
    }

    @Test
    void oneToManyWithContext() {
        String topic2 = node.topic(1);
        String topic3 = node.topic(1);
        Consumer.DrainingControl<Done> control = Consumer.sourceWithOffsetContext(
                        consumerSettings, Subscriptions.topics(topic))
                .map(record -> {
                    Envelope<String, String, NotUsed> multiMsg = ProducerMessage.multi(Arrays.asList(
                            new ProducerRecord<>(topic2, record.value()),
                            new ProducerRecord<>(topic3, record.value())));
                    return multiMsg;
                })
                .via(Producer.flowWithContext(producerSettings))
                .toMat(Committer.sinkWithOffsetContext(committerSettings), Consumer::createDrainingControl)
                .run(system);
        drained(control);
        assertThat(stored(topic2, TEN)).isEqualTo(stored(topic3, TEN)).containsExactly(ten());
    }

    @Test
    void committablePartitionedSource() {
        int maxPartitions = 2;
        Consumer.DrainingControl<Done> control = Consumer.committablePartitionedSource(
                        consumerSettings, Subscriptions.topics(topic))
                .flatMapMerge(maxPartitions, Pair::second)
                .via(business())
                .map(msg -> msg.committableOffset())
                .toMat(Committer.sink(committerSettings), Consumer::createDrainingControl)
                .run(system);
        drained(control);
    }

    @Test
    void externalSource() {
        SharedConsumer<String, String> consumer = SharedConsumer.create(consumerSettings);
        Consumer.Control controlPartition1 = Consumer.plainExternalSource(
                        consumer, Subscriptions.assignment(new TopicPartition(topic, 0)))
                .map(record -> seen.add(record.value()))
                .via(business())
                .to(Sink.ignore())
                .run(system);
        await().atMost(RealNode.PATIENCE).until(() -> seen.size() == TEN);
        RealNode.await(consumer.shutdown());
        RealNode.await(controlPartition1.isShutdown());
    }

    @Test
    void restartSource() {
        AtomicReference<Consumer.Control> control = new AtomicReference<>(Consumer.createNoopControl());

        RestartSettings restartSettings = RestartSettings.create(Duration.ofSeconds(3), Duration.ofSeconds(30), 0.2);
        CompletionStage<Done> streamCompletion = RestartSource.onFailuresWithBackoff(
                        restartSettings, () -> Consumer.plainSource(consumerSettings, Subscriptions.topics(topic))
                                .mapMaterializedValue(c -> {
                                    control.set(c);
                                    return c;
                                })
                                .map(record -> seen.add(record.value()))
                                .via(business()))
                .runWith(Sink.ignore(), system);
        await().atMost(RealNode.PATIENCE).until(() -> seen.size() == TEN);
        RealNode.await(control.get().drainAndShutdown(streamCompletion, executor));
    }

    @Test
    void partitionAssignmentHandler() {
        AtomicReference<Set<TopicPartition>> assigned = new AtomicReference<>();
        AtomicReference<Set<TopicPartition>> stopped = new AtomicReference<>();
        PartitionAssignmentHandler assignmentHandler = new PartitionAssignmentHandler() {
            @Override
            public void onRevoke(Set<TopicPartition> revokedTps, RestrictedConsumer consumer) {}

            @Override
            public void onAssign(Set<TopicPartition> assignedTps, RestrictedConsumer consumer) {
                assigned.set(assignedTps);
            }

            @Override
            public void onLost(Set<TopicPartition> lostTps, RestrictedConsumer consumer) {}

            @Override
            public void onStop(Set<TopicPartition> currentTps, RestrictedConsumer consumer) {
                stopped.set(currentTps);
            }
        };

        Subscription subscription = Subscriptions.topics(topic).withPartitionAssignmentHandler(assignmentHandler);
        Consumer.DrainingControl<Done> control = Consumer.plainSource(consumerSettings, subscription)
                .map(record -> seen.add(record.value()))
                .toMat(Sink.ignore(), Consumer::createDrainingControl)
                .run(system);
        await().atMost(RealNode.PATIENCE).until(() -> seen.size() == TEN);
        RealNode.await(control.drainAndShutdown(executor));
        assertThat(assigned.get())
                .isEqualTo(stopped.get())
                .isEqualTo(Set.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1)));
    }

    @Test
    void producerFlow() {
        String topic = node.topic(1);
        CompletionStage<List<String>> done = Source.range(1, TEN)
                .map(number -> {
                    int partition = 0;
                    String value = String.valueOf(number);
                    ProducerMessage.Envelope<String, String, Integer> msg =
                            ProducerMessage.single(new ProducerRecord<>(topic, partition, "key", value), number);
                    return msg;
                })
                .via(Producer.flexiFlow(producerSettings))
                .map(result -> {
                    if (result instanceof ProducerMessage.Result) {
                        ProducerMessage.Result<String, String, Integer> res =
                                (ProducerMessage.Result<String, String, Integer>) result;
                        ProducerRecord<String, String> record = res.message().record();
                        RecordMetadata meta = res.metadata();
                        return meta.partition() + " " + res.offset() + ": " + record.value();
                    } else {
                        return "passed through";
                    }
                })
                .runWith(Sink.seq(), system);
        assertThat(RealNode.await(done)).hasSize(TEN).startsWith("0 0: 1", "0 1: 2");
    }
}
