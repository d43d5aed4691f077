package io.tailrace.test.groups;

import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.Committer;
import io.tailrace.streams.CommitterSettings;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Subscriptions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;

/** A consumer of the group as an application writes it: at least once, several records at a time, some of them slower than others. */
final class StreamMember {
    private static final int AT_ONCE = 8;

    private final Consumer.DrainingControl<Done> control;

    StreamMember(Tailrace node, String group, String name, String topic, Tally tally) {
        this.control = Consumer.committableSource(
                        ConsumerSettings.create(node, Serdes.bytes(), Serdes.strings())
                                .withGroupId(group)
                                .withClientId(name)
                                .withMaxDrain(Duration.ofSeconds(60)),
                        Subscriptions.topics(topic))
                .mapAsync(AT_ONCE, message -> work(message.record(), tally)
                        .thenApply(done -> message.committableOffset()))
                .toMat(Committer.sink(CommitterSettings.create(node.system())), Consumer::createDrainingControl)
                .run(node.system());
    }

    private static CompletionStage<Done> work(ConsumerRecord<byte[], String> record, Tally tally) {
        long number = Long.parseLong(record.value());
        CompletableFuture<Done> worked = new CompletableFuture<>();
        Runnable end = () -> {
            tally.done(number);
            worked.complete(Done.getInstance());
        };
        if (number % 16 == 0) {
            CompletableFuture.delayedExecutor(number % 48, TimeUnit.MILLISECONDS)
                    .execute(end);
        } else {
            end.run();
        }
        return worked;
    }

    /** Leaves in order; complete when that has happened. */
    CompletionStage<Done> leave() {
        return control.drainAndShutdown(ForkJoinPool.commonPool());
    }
}
