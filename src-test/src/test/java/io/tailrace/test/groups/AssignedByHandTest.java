package io.tailrace.test.groups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.Committer;
import io.tailrace.streams.CommitterSettings;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.SharedConsumer;
import io.tailrace.streams.Subscriptions;
import io.tailrace.streams.TopicPartition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Consumers that assign their partitions themselves store their offsets with a group. */
class AssignedByHandTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final String TOPIC = "numbers";

    @TempDir
    Path data;

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private static Consumer.DrainingControl<Done> run(
            Tailrace node, SharedConsumer<byte[], String> shared, int partition, Tally tally) {
        return Consumer.committableExternalSource(
                        shared, Subscriptions.assignment(new TopicPartition(TOPIC, partition)), "g")
                .map(message -> {
                    tally.done(Long.parseLong(message.record().value()));
                    return message.committableOffset();
                })
                .toMat(
                        Committer.sink(CommitterSettings.create(node.system()).withMaxBatch(20)),
                        Consumer::createDrainingControl)
                .run(node.system());
    }

    @Test
    void theyGoOnWhereTheGroupHasCommittedAndSoDoesAMember() {
        Tally tally = new Tally();
        try (Tailrace node = Tailrace.start(data);
                SharedShutdown shared = new SharedShutdown(
                        SharedConsumer.create(ConsumerSettings.create(node, Serdes.bytes(), Serdes.strings())))) {
            join(node.topics().create(NewTopic.of(TOPIC, 2)));
            long sent;
            try (Numbers numbers = new Numbers(node, TOPIC, 2, 500)) {
                for (int time = 0; time < 3; time++) {
                    Consumer.DrainingControl<Done> one = run(node, shared.consumer(), 0, tally);
                    Consumer.DrainingControl<Done> other = run(node, shared.consumer(), 1, tally);
                    long more = tally.different() + 200;
                    await().atMost(PATIENCE).until(() -> tally.different() >= more);
                    join(one.drainAndShutdown(ForkJoinPool.commonPool()));
                    join(other.drainAndShutdown(ForkJoinPool.commonPool()));
                }
                sent = numbers.stop();
            }
            assertThat(tally.repeated()).isZero();
            StreamMember member = new StreamMember(node, "g", "member", TOPIC, tally);
            await().atMost(PATIENCE).until(() -> tally.different() == sent);
            join(member.leave());
            assertThat(tally.repeated()).isZero();
        }
    }

    /** Ends what is shared with the test. */
    private record SharedShutdown(SharedConsumer<byte[], String> consumer) implements AutoCloseable {
        @Override
        public void close() {
            join(consumer.shutdown());
        }
    }
}
