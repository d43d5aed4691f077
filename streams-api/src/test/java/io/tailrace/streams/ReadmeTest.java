package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ForkJoinPool;
import org.apache.pekko.Done;
import org.junit.jupiter.api.Test;

/** The examples of the README that read as a group, word for word. */
class ReadmeTest extends GroupTestKit {
    private final List<String> billed = new CopyOnWriteArrayList<>();

    private CompletionStage<Done> bill(String value) {
        billed.add(value);
        return CompletableFuture.completedStage(Done.getInstance());
    }

    @Test
    void theExamplesRun() {
        tailrace.withTopic("access", 4);
        produce(producer(), List.of(ProducerRecord.of("access", "k", "one"), ProducerRecord.of("access", "k", "two")));
        ConsumerSettings<String, String> consuming = consumer();

        ConsumerSettings<String, String> billing = consuming.withGroupId("billing");
        Consumer.DrainingControl<Done> control = Consumer.committableSource(billing, Subscriptions.topics("access"))
                .mapAsync(4, message -> bill(message.record().value()).thenApply(done -> message.committableOffset()))
                .toMat(Committer.sink(CommitterSettings.create(tailrace)), Consumer::createDrainingControl)
                .run(tailrace.system());
        eventually().until(() -> billed.size() == 2);
        await(control.drainAndShutdown(ForkJoinPool.commonPool()));

        produce(producer(), List.of(ProducerRecord.of("access", "k", "three")));
        control = Consumer.keyedSource(billing, Subscriptions.topics("access"), 500, record -> bill(record.value()))
                .toMat(Committer.sink(CommitterSettings.create(tailrace)), Consumer::createDrainingControl)
                .run(tailrace.system());
        eventually().until(() -> billed.size() == 3);
        await(control.drainAndShutdown(ForkJoinPool.commonPool()));
        assertThat(billed).containsExactly("one", "two", "three");
    }
}
