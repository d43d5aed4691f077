package io.tailrace.test.crash;

import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.ProducerSettings;
import io.tailrace.streams.Serdes;
import java.nio.file.Path;
import org.apache.pekko.stream.javadsl.Source;

/** An application with a node inside that stores some records, and then waits for its end without caring for the node. */
final class IdleNode {
    static final String READY = "ready";

    private IdleNode() {}

    /** Runs until it is told to end; its argument is the data directory. */
    public static void main(String[] args) throws InterruptedException {
        Tailrace node = Tailrace.start(Path.of(args[0]));
        node.topics().create(NewTopic.of("t", 3)).toCompletableFuture().join();
        Source.range(0, 2)
                .map(partition -> ProducerRecord.<String, String>of("t", "v").withPartition(partition))
                .runWith(
                        Producer.plainSink(ProducerSettings.create(node, Serdes.strings(), Serdes.strings())),
                        node.system())
                .toCompletableFuture()
                .join();
        System.out.println(READY);
        Thread.currentThread().join();
    }
}
