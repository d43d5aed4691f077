package io.tailrace.streams.runtime;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.TopicPartition;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** An instance's copies of the global stores, and who fills them. */
final class GlobalCopies {
    private final GlobalStores stores;
    private final GlobalTableReader reader;

    private GlobalCopies(GlobalStores stores, GlobalTableReader reader) {
        this.stores = stores;
        this.reader = reader;
    }

    /** Begins to fill them. */
    static GlobalCopies begin(ApplicationSetup setup, TaskTopics topics) {
        GlobalStores stores = new GlobalStores(
                setup.topology(),
                setup.settings().timestamps(),
                System::currentTimeMillis,
                setup.settings().errors());
        Set<TopicPartition> partitions = new HashSet<>();
        for (String name : stores.topics()) {
            Topic topic = topics.find(name).orElseThrow();
            for (int partition = 0; partition < topic.partitions(); partition++) {
                partitions.add(new TopicPartition(name, partition));
            }
        }
        return new GlobalCopies(
                stores,
                GlobalTableReader.start(
                        ConsumerSettings.create(setup.tailrace(), Serdes.byteBuffers(), Serdes.byteBuffers()),
                        stores,
                        partitions));
    }

    GlobalStores stores() {
        return stores;
    }

    /** See {@link GlobalTableReader#caughtUp}. */
    CompletionStage<Done> caughtUp() {
        return reader.caughtUp();
    }

    /** See {@link GlobalTableReader#ended}. */
    CompletionStage<Done> ended() {
        return reader.ended();
    }

    /** Tasks may be looking something up still: the bytes go with them. */
    void close() {
        reader.close();
    }
}
