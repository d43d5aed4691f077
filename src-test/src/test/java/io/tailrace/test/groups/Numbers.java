package io.tailrace.test.groups;

import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerMessage;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.ProducerSettings;
import io.tailrace.streams.Serdes;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.Source;

/** Sends 0, 1, 2 … to the partitions of a topic in turn, at a steady rate, each acknowledged before it counts, until it is closed. */
final class Numbers implements AutoCloseable {
    private final SharedKillSwitch end = KillSwitches.shared("numbers");
    private final AtomicLong acknowledged = new AtomicLong();
    private final CompletableFuture<Done> done;

    Numbers(Tailrace node, String topic, int partitions, int rate) {
        ProducerSettings<byte[], String> settings = ProducerSettings.create(node, Serdes.bytes(), Serdes.strings());
        CompletionStage<Done> stream = Source.iterate(0L, number -> number + 1)
                .throttle(rate, Duration.ofSeconds(1))
                .via(end.flow())
                .map(number -> ProducerMessage.single(
                        ProducerRecord.<byte[], String>of(topic, Long.toString(number))
                                .withPartition((int) (number % partitions)),
                        NotUsed.getInstance()))
                .via(Producer.flexiFlow(settings))
                .runForeach(result -> acknowledged.incrementAndGet(), node.system());
        done = stream.toCompletableFuture();
    }

    /** How many are stored. */
    long acknowledged() {
        return acknowledged.get();
    }

    /** Ends, and says how many there are. */
    long stop() {
        end.shutdown();
        done.orTimeout(60, TimeUnit.SECONDS).join();
        return acknowledged.get();
    }

    @Override
    public void close() {
        end.shutdown();
    }
}
