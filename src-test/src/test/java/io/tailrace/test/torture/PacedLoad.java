package io.tailrace.test.torture;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerMessage;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.ProducerSettings;
import io.tailrace.streams.Serdes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.Source;

/** An application that is a member, with a producer for each partition at a steady rate; it keeps when acknowledgements paused. */
final class PacedLoad implements AutoCloseable {
    private static final long PAUSE_NANOS = 50_000_000;

    private final Tailrace node;
    private final ActorSystem application;
    private final SharedKillSwitch end = KillSwitches.shared("end");
    private final List<Acknowledgements> partitions = new ArrayList<>();
    private final AtomicLong errors = new AtomicLong();
    private volatile boolean closing;

    /** A time, by {@link System#nanoTime}, in which nothing was acknowledged. */
    record Pause(long fromNanos, long toNanos) {
        long millis() {
            return (toNanos - fromNanos) / 1_000_000;
        }
    }

    /** Of one partition. Written by one thread at a time. */
    private static final class Acknowledgements {
        private final List<Pause> pauses = new ArrayList<>();
        private long last = System.nanoTime();
        private long count;

        synchronized void heard(long now) {
            if (now - last > PAUSE_NANOS) {
                pauses.add(new Pause(last, now));
            }
            last = now;
            count++;
        }

        synchronized List<Pause> pauses() {
            return List.copyOf(pauses);
        }

        synchronized long count() {
            return count;
        }
    }

    PacedLoad(Path directory, List<String> seeds, String topic, int partitions, int rate, int bytes) {
        this.application = ActorSystem.create("application", ConfigFactory.load());
        this.node = Tailrace.start(ConfigFactory.parseMap(Map.of(
                "tailrace.data-dir",
                directory.toString(),
                "tailrace.node-name",
                "load",
                "tailrace.cluster.roles",
                List.of(),
                "tailrace.cluster.seeds",
                seeds)));
        ProducerSettings<byte[], byte[]> settings = ProducerSettings.create(node, Serdes.bytes(), Serdes.bytes());
        for (int partition = 0; partition < partitions; partition++) {
            Acknowledgements heard = new Acknowledgements();
            this.partitions.add(heard);
            run(settings, topic, partition, rate, new byte[bytes], heard);
        }
    }

    private void run(
            ProducerSettings<byte[], byte[]> settings,
            String topic,
            int partition,
            int rate,
            byte[] value,
            Acknowledgements heard) {
        var message = ProducerMessage.single(
                ProducerRecord.<byte[], byte[]>of(topic, value).withPartition(partition), NotUsed.getInstance());
        Source.repeat(message)
                .throttle(rate, Duration.ofSeconds(1))
                .via(end.flow())
                .via(Producer.flexiFlow(settings))
                .runForeach(result -> heard.heard(System.nanoTime()), application)
                .whenComplete((done, failure) -> {
                    if (!closing) {
                        errors.incrementAndGet();
                        System.err.println("The producer of partition " + partition + " ended: " + failure);
                        run(settings, topic, partition, rate, value, heard);
                    }
                });
    }

    long acknowledged(int partition) {
        return partitions.get(partition).count();
    }

    /** All of more than 50 ms, in order. */
    List<Pause> pauses(int partition) {
        return partitions.get(partition).pauses();
    }

    /** How often a producer failed. */
    long errors() {
        return errors.get();
    }

    @Override
    public void close() {
        closing = true;
        end.shutdown();
        node.close();
        application.terminate();
    }
}
