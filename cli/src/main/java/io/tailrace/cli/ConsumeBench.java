package io.tailrace.cli;

import io.tailrace.streams.Committer;
import io.tailrace.streams.CommitterSettings;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerMessage;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.Producer;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Subscriptions;
import io.tailrace.streams.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tailrace bench consume}: how fast records come out of a topic. */
@Command(
        name = "consume",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Fills a topic with N records, then measures how fast Consumer.plainSource gives them out again from the start.",
            "With several partitions each has a stream of its own; they share the records equally.",
            "With --group one member of a consumer group reads all of them: Consumer.committableSource to Committer.sink."
        })
final class ConsumeBench implements Callable<Integer> {
    private static final long MAX_BUFFER_BYTES = 64L << 20;
    private static final long MIN_BUFFER_BYTES = 1L << 20;

    private final Terminal terminal;

    @Mixin
    private final BenchOptions options = new BenchOptions();

    @Option(names = "--group", description = "As a member of a consumer group, each record's offset being committed.")
    private boolean group;

    private int groups;

    ConsumeBench(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        options.check(1);
        return BenchRun.with(options, this::measure);
    }

    private void measure(EmbeddedNode node) {
        String topic = node.createFreshTopics("bench", List.of("consume"), options.partitions)
                .get(0);
        long warmUp = Math.min(options.records, ProduceBench.warmUpRecords(options));
        try (BenchProgress progress = new BenchProgress(terminal, "consume", 2 * options.records + 2 * warmUp)) {
            fill(node, topic, progress);
            // Twice: a topic too small to warm anything up is read more often.
            read(node, topic, warmUp, progress, new PartitionRates(options.partitions));
            read(node, topic, warmUp, progress, new PartitionRates(options.partitions));
            PartitionRates rates = new PartitionRates(options.partitions);
            long start = System.nanoTime();
            read(node, topic, options.records, progress, rates);
            double elapsedSeconds = (System.nanoTime() - start) / 1e9;
            progress.finish();
            new BenchResult(
                            group ? "consume in a group" : "consume",
                            options,
                            elapsedSeconds,
                            null,
                            "not measured: these records were there before; see bench latency",
                            "the first " + warmUp + " records of the topic, read twice",
                            rates.slowestOfMean())
                    .print(terminal);
        }
    }

    private void fill(EmbeddedNode node, String topic, BenchProgress progress) {
        List<CompletionStage<Done>> streams = new ArrayList<>();
        for (int partition = 0; partition < options.partitions; partition++) {
            streams.add(new Payloads(topic, partition, options.size)
                    .source(new AtomicLong(options.share(options.records, partition)), progress::add)
                    .runWith(
                            Producer.plainSink(options.producerSettings(node)),
                            node.tailrace().system()));
        }
        Streams.awaitAll(streams);
    }

    private void read(EmbeddedNode node, String topic, long records, BenchProgress progress, PartitionRates rates) {
        if (group) {
            consumeInGroup(node, topic, records, progress, rates);
        } else {
            consume(node, topic, records, progress, rates);
        }
    }

    /** Up to where all is committed and the member has left. */
    private void consumeInGroup(
            EmbeddedNode node, String topic, long records, BenchProgress progress, PartitionRates rates) {
        ConsumerSettings<byte[], byte[]> settings = ConsumerSettings.create(
                        node.tailrace(), Serdes.bytes(), Serdes.bytes())
                .withBufferBytes(MAX_BUFFER_BYTES)
                .withGroupId("bench-" + groups++);
        long start = System.nanoTime();
        Streams.awaitAll(List.of(Consumer.committableSource(settings, Subscriptions.topics(topic))
                .take(records)
                .map(ConsumerMessage.CommittableMessage::committableOffset)
                .runWith(
                        Committer.sink(CommitterSettings.create(node.tailrace().system())),
                        node.tailrace().system())));
        for (int partition = 0; partition < options.partitions; partition++) {
            rates.done(partition, options.share(records, partition), System.nanoTime() - start);
        }
        progress.add(records);
    }

    private void consume(EmbeddedNode node, String topic, long records, BenchProgress progress, PartitionRates rates) {
        ConsumerSettings<byte[], byte[]> settings = ConsumerSettings.create(
                        node.tailrace(), Serdes.bytes(), Serdes.bytes())
                .withBufferBytes(Math.max(MIN_BUFFER_BYTES, MAX_BUFFER_BYTES / options.partitions));
        List<CompletionStage<Done>> streams = new ArrayList<>();
        long start = System.nanoTime();
        for (int partition = 0; partition < options.partitions; partition++) {
            int number = partition;
            long share = options.share(records, partition);
            if (share == 0) {
                continue;
            }
            streams.add(Consumer.plainSource(
                            settings, Subscriptions.assignmentWithOffset(new TopicPartition(topic, partition), 0))
                    .take(share)
                    .runWith(Sink.ignore(), node.tailrace().system())
                    .thenApply(done -> {
                        rates.done(number, share, System.nanoTime() - start);
                        progress.add(share);
                        return done;
                    }));
        }
        Streams.awaitAll(streams);
    }
}
