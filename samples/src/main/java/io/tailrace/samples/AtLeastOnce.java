package io.tailrace.samples;

import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.Committer;
import io.tailrace.streams.CommitterSettings;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Subscriptions;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.apache.pekko.Done;

/**
 * The example of pekko-connectors-kafka's documentation of at-least-once delivery: each record is dealt with, then its offset is committed. Of that program the
 * imports and the settings have changed: no servers to bootstrap from, a node instead. {@code drainAndShutdown} ends it: what is under way is dealt with and
 * committed first.
 */
public final class AtLeastOnce {
    private AtLeastOnce() {}

    /**
     * Runs it until it is drained.
     *
     * @param business is given the key, which may be {@code null}, and the value; the next record waits for it
     */
    public static Consumer.DrainingControl<Done> run(
            Tailrace tailrace, String group, String topic, BiFunction<String, String, CompletionStage<Done>> business) {
        ConsumerSettings<String, String> consumerSettings = ConsumerSettings.create(
                        tailrace, Serdes.strings(), Serdes.strings())
                .withGroupId(group);
        CommitterSettings committerSettings = CommitterSettings.create(tailrace.system());

        return Consumer.committableSource(consumerSettings, Subscriptions.topics(topic))
                .mapAsync(1, msg -> business.apply(
                                msg.record().key(), msg.record().value())
                        .thenApply(done -> msg.committableOffset()))
                .toMat(Committer.sink(committerSettings.withMaxBatch(1)), Consumer::createDrainingControl)
                .run(tailrace.system());
    }
}
