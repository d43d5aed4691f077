package io.tailrace.cli;

import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerMessage;
import io.tailrace.streams.ProducerSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tailrace bench produce}: how fast records go into a topic, and how long one waits for its acknowledgement. */
@Command(
        name = "produce",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Produces N records with Producer.plainSink, as fast as they are acknowledged.",
            "Then a part of as many again with Producer.flexiFlow, for the time from record to acknowledgement",
            "at full speed. With several partitions each has a stream of its own; they take from one budget."
        })
final class ProduceBench implements Callable<Integer> {
    private static final long WARM_UP_MIN = 200_000;
    private static final long WARM_UP_MAX = 3_000_000;
    private static final long WARM_UP_BYTES = 512L << 20;
    private static final long ACKS_MAX = 500_000;
    private static final long MAX_LATENCY_NANOS = TimeUnit.HOURS.toNanos(1);

    private final Terminal terminal;

    @Mixin
    private final BenchOptions options = new BenchOptions();

    ProduceBench(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        options.check(1);
        return BenchRun.with(options, this::measure);
    }

    private void measure(EmbeddedNode node) {
        List<String> topics =
                node.createFreshTopics("bench", List.of("warm-up", "produce", "acknowledge"), options.partitions);
        long warmUp = warmUpRecords(options);
        long acknowledged = Math.min(options.records, Math.min(warmUp, ACKS_MAX));
        try (BenchProgress progress =
                new BenchProgress(terminal, "produce", 2 * warmUp + options.records + acknowledged)) {
            produce(node, options, topics.get(0), warmUp, progress);
            PartitionRates rates = new PartitionRates(options.partitions);
            long start = System.nanoTime();
            produce(node, options, topics.get(1), options.records, progress, rates);
            double elapsedSeconds = (System.nanoTime() - start) / 1e9;
            acknowledge(node, topics.get(0), warmUp, progress);
            Histogram latency = acknowledge(node, topics.get(2), acknowledged, progress);
            progress.finish();
            new BenchResult(
                            "produce",
                            options,
                            elapsedSeconds,
                            latency,
                            "from record to acknowledgement at full speed, " + acknowledged
                                    + " records through flexiFlow after the measured part",
                            warmUp + " records into another topic, through the same streams",
                            rates.slowestOfMean())
                    .print(terminal);
        }
    }

    /** Enough for the compilers to be done, but not more bytes than a disk takes in a few seconds. */
    static long warmUpRecords(BenchOptions options) {
        long wanted = Math.max(WARM_UP_MIN, Math.min(WARM_UP_MAX, options.records));
        return Math.max(options.partitions, Math.min(wanted, WARM_UP_BYTES / options.size));
    }

    static void produce(EmbeddedNode node, BenchOptions options, String topic, long records, BenchProgress progress) {
        produce(node, options, topic, records, progress, new PartitionRates(options.partitions));
    }

    private static void produce(
            EmbeddedNode node,
            BenchOptions options,
            String topic,
            long records,
            BenchProgress progress,
            PartitionRates rates) {
        ProducerSettings<byte[], byte[]> settings = options.producerSettings(node);
        AtomicLong budget = new AtomicLong(records);
        List<CompletionStage<Done>> streams = new ArrayList<>();
        long start = System.nanoTime();
        for (int partition = 0; partition < options.partitions; partition++) {
            int number = partition;
            AtomicLong taken = new AtomicLong();
            streams.add(new Payloads(topic, partition, options.size)
                    .source(budget, portion -> {
                        taken.addAndGet(portion);
                        progress.add(portion);
                    })
                    .runWith(Producer.plainSink(settings), node.tailrace().system())
                    .thenApply(done -> {
                        rates.done(number, taken.get(), System.nanoTime() - start);
                        return done;
                    }));
        }
        Streams.awaitAll(streams);
    }

    private Histogram acknowledge(EmbeddedNode node, String topic, long records, BenchProgress progress) {
        ProducerSettings<byte[], byte[]> settings = options.producerSettings(node);
        AtomicLong budget = new AtomicLong(records);
        List<CompletionStage<Histogram>> streams = new ArrayList<>();
        for (int partition = 0; partition < options.partitions; partition++) {
            streams.add(new Payloads(topic, partition, options.size)
                    .source(budget, progress::add)
                    .map(record -> ProducerMessage.single(record, System.nanoTime()))
                    .via(Producer.flexiFlow(settings))
                    .runWith(
                            Sink.fold(new Histogram(MAX_LATENCY_NANOS, 3), (histogram, result) -> {
                                long nanos = System.nanoTime() - result.passThrough();
                                histogram.recordValue(Math.min(MAX_LATENCY_NANOS, Math.max(0, nanos)));
                                return histogram;
                            }),
                            node.tailrace().system()));
        }
        Streams.awaitAll(streams);
        Histogram all = new Histogram(MAX_LATENCY_NANOS, 3);
        streams.forEach(stream -> all.add(EmbeddedNode.await(stream)));
        return all;
    }
}
