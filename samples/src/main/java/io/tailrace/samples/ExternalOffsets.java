package io.tailrace.samples;

import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Subscriptions;
import io.tailrace.streams.TopicPartition;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;

/**
 * The example of pekko-connectors-kafka's documentation of offsets that are stored outside: a database holds the results and the offset together, so that they
 * change in one transaction. No group, and nothing is committed. There the offset of the record itself is stored, so that the last record is dealt with
 * twice; here it is that of the next.
 */
public final class ExternalOffsets {
    private ExternalOffsets() {}

    /** Where results and offsets are stored together. */
    public interface OffsetStorage {
        /** The offset of the next record to deal with. */
        CompletionStage<Long> loadOffset();

        /** Deals with that record, and stores its offset plus one with what comes of it. */
        CompletionStage<Done> businessLogicAndStoreOffset(ConsumerRecord<String, String> record);
    }

    /** Goes on where the storage says, one record after the other, until it is shut down. */
    public static CompletionStage<Consumer.Control> run(Tailrace tailrace, TopicPartition partition, OffsetStorage db) {
        ConsumerSettings<String, String> consumerSettings =
                ConsumerSettings.create(tailrace, Serdes.strings(), Serdes.strings());

        return db.loadOffset().thenApply(fromOffset -> Consumer.plainSource(
                        consumerSettings, Subscriptions.assignmentWithOffset(partition, fromOffset))
                .mapAsync(1, db::businessLogicAndStoreOffset)
                .to(Sink.ignore())
                .run(tailrace.system()));
    }
}
