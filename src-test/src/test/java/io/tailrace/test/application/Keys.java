package io.tailrace.test.application;

import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.ProducerSettings;
import io.tailrace.streams.Serdes;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.Source;

/** Sends random keys, which are their values too, at a steady rate until it is closed, and counts them. */
final class Keys implements AutoCloseable {
    private final SharedKillSwitch end = KillSwitches.shared("keys");
    private final AtomicLong sent = new AtomicLong();
    private final Map<String, Long> counts = new TreeMap<>();
    private final CompletableFuture<Done> done;

    Keys(Tailrace node, ActorSystem<?> system, String topic, int different, int perSecond, long seed) {
        Random random = new Random(seed);
        ProducerSettings<String, String> settings = ProducerSettings.create(node, Serdes.strings(), Serdes.strings());
        done = Source.repeat(topic)
                .throttle(perSecond, Duration.ofSeconds(1))
                .via(end.flow())
                .map(to -> {
                    String key = "key-" + random.nextInt(different);
                    counts.merge(key, 1L, Long::sum);
                    sent.incrementAndGet();
                    return ProducerRecord.of(to, key, key);
                })
                .runWith(Producer.plainSink(settings), system)
                .toCompletableFuture();
    }

    /** How many have been sent so far. */
    long sent() {
        return sent.get();
    }

    /** Ends, and says how often each key was sent; all of it is stored. */
    Map<String, Long> stop() {
        end.shutdown();
        done.orTimeout(3, TimeUnit.MINUTES).join();
        return counts;
    }

    @Override
    public void close() {
        end.shutdown();
    }
}
