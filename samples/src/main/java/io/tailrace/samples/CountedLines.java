package io.tailrace.samples;

import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.ProducerSettings;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Subscriptions;
import io.tailrace.streams.TopicPartition;
import io.tailrace.streams.runtime.StreamApplication;
import io.tailrace.streams.runtime.StreamSettings;
import io.tailrace.streams.topology.Topology;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Runs an application that makes counts of lines:
 *
 * <pre>
 * lines ─ plainSink ─▶ [lines] ─ application ─▶ [counts] ─ plainSource ─▶ whoever wants to see them
 * </pre>
 */
final class CountedLines implements AutoCloseable {
    private static final int PARTITIONS = 4;
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final StreamApplication application;
    private final Map<String, Long> counts = new ConcurrentHashMap<>();
    private final CompletableFuture<Done> written;
    private volatile long lastNanos = System.nanoTime();

    private CountedLines(
            Tailrace tailrace,
            String name,
            Topology topology,
            String lines,
            String output,
            Source<byte[], ?> source,
            BiConsumer<String, Long> show) {
        this.application = StreamApplication.start(tailrace, name, topology, StreamSettings.create(tailrace));
        Map<TopicPartition, Long> starts = new HashMap<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            starts.put(new TopicPartition(output, partition), 0L);
        }
        Consumer.plainSource(
                        ConsumerSettings.create(tailrace, Serdes.strings(), Serdes.longs()),
                        Subscriptions.assignmentWithOffset(starts))
                .runWith(Sink.foreach(count -> take(count, show)), tailrace.system());
        CompletionStage<Done> stored = source.map(line -> ProducerRecord.<byte[], byte[]>of(lines, line))
                .runWith(
                        Producer.plainSink(ProducerSettings.create(tailrace, Serdes.bytes(), Serdes.bytes())),
                        tailrace.system());
        this.written = stored.toCompletableFuture();
    }

    /**
     * Makes the topics, and begins.
     *
     * @param topology from the topic of lines to that of counts
     * @param show is told each count, on a stream's thread
     */
    static CountedLines start(
            Tailrace tailrace,
            String name,
            TopologyOf topology,
            Source<byte[], ?> source,
            BiConsumer<String, Long> show) {
        String lines = name + ".lines";
        String output = name + ".counts";
        tailrace.topics()
                .create(NewTopic.of(lines, PARTITIONS))
                .toCompletableFuture()
                .join();
        tailrace.topics()
                .create(NewTopic.of(output, PARTITIONS))
                .toCompletableFuture()
                .join();
        return new CountedLines(tailrace, name, topology.of(lines, output), lines, output, source, show);
    }

    /** From one topic to another. */
    @FunctionalInterface
    interface TopologyOf {
        Topology of(String lines, String counts);
    }

    private void take(ConsumerRecord<String, Long> count, BiConsumer<String, Long> show) {
        String key = count.key();
        Long value = count.value();
        if (key == null) {
            return;
        }
        if (value == null) {
            counts.remove(key);
        } else {
            counts.put(key, value);
            show.accept(key, value);
        }
        lastNanos = System.nanoTime();
    }

    /** What has been counted so far. */
    Map<String, Long> counts() {
        return Map.copyOf(counts);
    }

    /** Complete when all lines are in their topic. */
    CompletionStage<Done> written() {
        return written;
    }

    @Override
    public void close() {
        application.close().toCompletableFuture().join();
    }

    /** The main program of an example: over a file, or standard input, on a node with data in {@code data}; prints each count until nothing has changed for a while. */
    static void print(String name, TopologyOf topology, String[] args) throws InterruptedException {
        run(name, topology, args, tailrace -> {}, (key, count) -> System.out.println(count + " " + key));
    }

    /** The same for what is to be seen at the end only: the counts. */
    static Map<String, Long> counts(String name, TopologyOf topology, String[] args) throws InterruptedException {
        return run(name, topology, args, tailrace -> {}, (key, count) -> {});
    }

    /**
     * The same with something to be done on the node before.
     *
     * @param args a file, or nothing for standard input
     * @param before what the application needs
     * @return the counts at the end
     */
    static Map<String, Long> run(
            String name,
            TopologyOf topology,
            String[] args,
            java.util.function.Consumer<Tailrace> before,
            BiConsumer<String, Long> show)
            throws InterruptedException {
        Path file = Path.of(args.length > 0 ? args[0] : "/dev/stdin");
        try (Tailrace tailrace = Tailrace.start(Path.of("data"))) {
            before.accept(tailrace);
            try (CountedLines counted = start(tailrace, name, topology, FileLines.source(file), show)) {
                counted.application.whenRunning().toCompletableFuture().join();
                counted.written.join();
                // Until now there may have been nothing to count.
                counted.lastNanos = System.nanoTime();
                while (System.nanoTime() - counted.lastNanos < QUIET_NANOS) {
                    TimeUnit.MILLISECONDS.sleep(100);
                }
                return counted.counts();
            }
        }
    }
}
