package io.tailrace.test.groups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.group.GroupDescription;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.Committer;
import io.tailrace.streams.CommitterSettings;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.ProducerSettings;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Subscriptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A consumer that stalls, on a real node: another of its group deals with what it does not. */
@Tag("full")
class StalledConsumerTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final String TOPIC = "numbers";
    private static final int IN_FLIGHT = 8;
    private static final int RECORDS = 400;

    @TempDir
    Path data;

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private static void send(Tailrace node, int from) {
        join(Source.range(from, from + RECORDS - 1)
                .map(number -> ProducerRecord.<byte[], String>of(TOPIC, Integer.toString(number))
                        .withPartition(number % 2))
                .runWith(
                        Producer.plainSink(ProducerSettings.create(node, Serdes.bytes(), Serdes.strings())),
                        node.system()));
    }

    private static Consumer.DrainingControl<Done> stuck(Tailrace node, CompletableFuture<Done> gate, Tally tally) {
        return Consumer.committableSource(
                        ConsumerSettings.create(node, Serdes.bytes(), Serdes.strings())
                                .withGroupId("g")
                                .withStallTimeout(SHORT)
                                .withMaxDrain(SHORT),
                        Subscriptions.topics(TOPIC))
                .mapAsync(
                        IN_FLIGHT,
                        message -> gate.thenApply(done -> {
                            tally.done(Long.parseLong(message.record().value()));
                            return message.committableOffset();
                        }))
                .toMat(Committer.sink(CommitterSettings.create(node.system())), Consumer::createDrainingControl)
                .run(node.system());
    }

    private static GroupDescription group(Tailrace node) {
        return join(node.groups().describe("g"));
    }

    @Test
    void othersDealWithWhatItDoesNotUntilItGoesOn() {
        Tally tally = new Tally();
        try (Tailrace node = Tailrace.start(data)) {
            join(node.topics().create(NewTopic.of(TOPIC, 2)));
            send(node, 0);
            CompletableFuture<Done> gate = new CompletableFuture<>();
            Consumer.DrainingControl<Done> stuck = stuck(node, gate, tally);
            await().atMost(PATIENCE)
                    .until(() ->
                            node.groups().list().toCompletableFuture().join().size() == 1);
            await().atMost(PATIENCE).until(() -> group(node).members().isEmpty());

            StreamMember other = new StreamMember(node, "g", "other", TOPIC, tally);
            await().atMost(PATIENCE).until(() -> tally.different() == RECORDS);
            assertThat(group(node).members()).singleElement().satisfies(member -> assertThat(member.clientId())
                    .isEqualTo("other"));

            gate.complete(Done.getInstance());
            await().atMost(PATIENCE)
                    .until(() -> group(node).members().stream()
                                    .filter(member -> member.owned().size() == 1)
                                    .count()
                            == 2);
            send(node, RECORDS);
            await().atMost(PATIENCE).until(() -> tally.different() == 2 * RECORDS);
            assertThat(tally.repeated()).isLessThanOrEqualTo(IN_FLIGHT);
            join(stuck.drainAndShutdown(ForkJoinPool.commonPool()));
            join(other.leave());
            assertThat(group(node).offsets().values()).allMatch(offset -> offset.offset() == RECORDS);
        }
    }
}
