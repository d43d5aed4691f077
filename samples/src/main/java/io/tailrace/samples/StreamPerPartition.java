package io.tailrace.samples;

import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.Committer;
import io.tailrace.streams.CommitterSettings;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerMessage;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Subscriptions;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/**
 * The example of pekko-connectors-kafka's documentation of a source per partition: each partition has a stream of its own, with its own backpressure,
 * which ends when the partition goes to another consumer of the group.
 */
public final class StreamPerPartition {
    private StreamPerPartition() {}

    /**
     * Runs it until it is drained.
     *
     * @param maxPartitions how many partitions are read at once at most
     * @param business what each partition's records pass through, in their order
     */
    public static Consumer.DrainingControl<Done> run(
            Tailrace tailrace,
            String group,
            String topic,
            int maxPartitions,
            Flow<
                            ConsumerMessage.CommittableMessage<String, String>,
                            ConsumerMessage.CommittableMessage<String, String>,
                            NotUsed>
                    business) {
        ConsumerSettings<String, String> consumerSettings = ConsumerSettings.create(
                        tailrace, Serdes.strings(), Serdes.strings())
                .withGroupId(group);
        CommitterSettings committerSettings = CommitterSettings.create(tailrace.system());

        return Consumer.committablePartitionedSource(consumerSettings, Subscriptions.topics(topic))
                .mapAsyncUnordered(maxPartitions, pair -> {
                    Source<ConsumerMessage.CommittableMessage<String, String>, NotUsed> source = pair.second();
                    return source.via(business)
                            .map(message -> message.committableOffset())
                            .runWith(Committer.sink(committerSettings), tailrace.system());
                })
                .toMat(Sink.ignore(), Consumer::createDrainingControl)
                .run(tailrace.system());
    }
}
