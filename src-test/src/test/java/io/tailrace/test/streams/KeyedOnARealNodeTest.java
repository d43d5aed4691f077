package io.tailrace.test.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.streams.Committer;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerMessage.CommittableOffset;
import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.KeyedSettings;
import io.tailrace.streams.MetadataClient;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.Subscriptions;
import io.tailrace.streams.TopicPartition;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.SharedKillSwitch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Work in parallel by key. */
@Timeout(120)
@ExtendWith(RealNode.Shared.class)
class KeyedOnARealNodeTest {
    private static final int PARTITIONS = 2;
    private static final int AHEAD = 40;

    private static Consumer.DrainingControl<Done> run(
            RealNode node,
            String topic,
            KeyedSettings settings,
            SharedKillSwitch kill,
            Function<ConsumerRecord<String, String>, CompletionStage<Done>> work) {
        return Consumer.<String, String, CommittableOffset>keyedSource(
                        node.consumer().withGroupId(topic).withSessionTimeout(Duration.ofSeconds(1)),
                        Subscriptions.topics(topic),
                        settings,
                        ConsumerRecord::key,
                        message -> work.apply(message.record()).thenApply(done -> message.committableOffset()))
                .via(kill.flow())
                .toMat(Committer.sink(node.committer()), Consumer::createDrainingControl)
                .run(node.tailrace().system());
    }

    @Test
    void aKeyStaysInOrderAndPartitionsAreNoBound(RealNode node) throws Exception {
        int keys = 20;
        int records = 400;
        String topic = node.topic(PARTITIONS);
        // Each key in one partition.
        node.produce(IntStream.range(0, records)
                .mapToObj(n -> new ProducerRecord<>(topic, n % keys % PARTITIONS, "k" + n % keys, String.valueOf(n)))
                .toList());
        Workbench bench = new Workbench();
        Consumer.DrainingControl<Done> control =
                run(node, topic, KeyedSettings.of(keys), KillSwitches.shared("none"), bench::begin);
        await().atMost(RealNode.PATIENCE).until(() -> bench.pending() == keys);
        assertThat(bench.begun().stream().map(ConsumerRecord::key).distinct()).hasSize(keys);
        Random random = new Random(7);
        for (int i = 0; i < records; i++) {
            bench.finishAny(random);
        }
        RealNode.await(control.drainAndShutdown(Runnable::run));
        Map<String, List<Integer>> byKey = bench.begun().stream()
                .collect(Collectors.groupingBy(
                        record -> String.valueOf(record.key()),
                        Collectors.mapping(
                                record -> Integer.valueOf(String.valueOf(record.value())), Collectors.toList())));
        assertThat(byKey)
                .hasSize(keys)
                .allSatisfy((key, values) ->
                        assertThat(values).isSorted().doesNotHaveDuplicates().hasSize(records / keys));
        for (int partition = 0; partition < PARTITIONS; partition++) {
            assertThat(node.committed(topic, new TopicPartition(topic, partition)))
                    .isEqualTo(records / PARTITIONS);
        }
    }

    /** What one run of a consumer has done, and what it will never do. */
    private static final class Run {
        private final Set<String> done = ConcurrentHashMap.newKeySet();
        private final String stuck;

        Run(String stuck) {
            this.stuck = stuck;
        }

        CompletionStage<Done> work(ConsumerRecord<String, String> record) {
            String place = record.partition() + ":" + record.offset();
            if (place.equals(stuck)) {
                return new CompletableFuture<>();
            }
            done.add(place);
            return CompletableFuture.completedStage(Done.getInstance());
        }
    }

    private static String filled(RealNode node, int each) {
        String topic = node.topic(PARTITIONS);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            node.numbers(new TopicPartition(topic, partition), 0, each, each);
        }
        return topic;
    }

    private static Set<String> all(int each) {
        return IntStream.range(0, PARTITIONS)
                .boxed()
                .flatMap(partition -> IntStream.range(0, each).mapToObj(offset -> partition + ":" + offset))
                .collect(Collectors.toSet());
    }

    /** Until all is done that may be while one record is not: of its partition so many behind it, of others all. */
    private static void awaitStuck(RealNode node, String topic, Run run, int hole, int each) {
        await().atMost(RealNode.PATIENCE).until(() -> run.done.size() > hole + each);
        await().atMost(RealNode.PATIENCE)
                .until(() -> Long.valueOf(hole).equals(node.committed(topic, new TopicPartition(topic, 0)))
                        && Long.valueOf(each).equals(node.committed(topic, new TopicPartition(topic, 1))));
    }

    @Test
    void noHoleIsCommittedWhenAStreamIsKilledInTheMiddle(RealNode node) {
        killedInTheMiddle(node, 1);
    }

    @Test
    @Tag("full")
    void noHoleIsCommittedWhereverAStreamIsKilled(RealNode node) {
        killedInTheMiddle(node, 30);
    }

    private static void killedInTheMiddle(RealNode node, int seeds) {
        int each = 200;
        for (int seed = 1; seed <= seeds; seed++) {
            int hole = 20 + new Random(seed).nextInt(100);
            String topic = filled(node, each);
            KeyedSettings settings = KeyedSettings.of(64).withMaxAhead(AHEAD);
            Run first = new Run("0:" + hole);
            SharedKillSwitch kill = KillSwitches.shared("kill");
            Consumer.DrainingControl<Done> killed = run(node, topic, settings, kill, first::work);
            awaitStuck(node, topic, first, hole, each);
            kill.abort(new IllegalStateException("Fault of the test."));
            RealNode.await(killed.isShutdown());
            assertThat(node.committed(topic, new TopicPartition(topic, 0))).isEqualTo(hole);

            Run second = new Run("none");
            Consumer.DrainingControl<Done> again =
                    run(node, topic, settings, KillSwitches.shared("none"), second::work);
            await().atMost(RealNode.PATIENCE).until(() -> second.done.size() >= each - hole);
            RealNode.await(again.drainAndShutdown(Runnable::run));
            assertThat(second.done)
                    .hasSize(each - hole)
                    .contains("0:" + hole)
                    .allMatch(place -> place.startsWith("0:"));
            first.done.addAll(second.done);
            assertThat(first.done).isEqualTo(all(each));
        }
    }

    /** Its consumer could not leave: whoever comes next waits until it is taken for lost. */
    @Test
    @Tag("full")
    void nothingIsSkippedWhenTheNodeIsClosedInTheMiddle() throws Exception {
        int each = 200;
        int hole = 57;
        try (RealNode node = new RealNode()) {
            String topic = filled(node, each);
            KeyedSettings settings = KeyedSettings.of(64).withMaxAhead(AHEAD);
            MetadataClient client = MetadataClient.create(node.consumer().withGroupId(topic));
            Run first = new Run("0:" + hole);
            run(node, topic, settings, KillSwitches.shared("none"), first::work);
            awaitStuck(node, topic, first, hole, each);
            node.restart();

            TopicPartition partition = new TopicPartition(topic, 0);
            for (CompletionStage<?> asked : List.of(
                    client.listTopics(),
                    client.getPartitionsFor(topic),
                    client.getEndOffsetForPartition(partition),
                    client.getBeginningOffsets(Set.of(partition)),
                    client.getCommittedOffsets(Set.of(partition)))) {
                assertThat(RealNode.failure(asked)).isEqualTo(ErrorCode.CLOSED);
            }
            Run second = new Run("none");
            Consumer.DrainingControl<Done> again =
                    run(node, topic, settings, KillSwitches.shared("none"), second::work);
            await().atMost(RealNode.PATIENCE).until(() -> second.done.size() >= each - hole);
            RealNode.await(again.drainAndShutdown(Runnable::run));
            assertThat(second.done).hasSize(each - hole).allMatch(place -> place.startsWith("0:"));
            first.done.addAll(second.done);
            assertThat(first.done).isEqualTo(all(each));
        }
    }
}
