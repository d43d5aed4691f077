package io.tailrace.cli;

import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Subscription;
import io.tailrace.streams.Subscriptions;
import io.tailrace.streams.TopicPartition;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tailrace bench latency}: how long a record takes from a producer to a consumer, at a fixed rate. */
@Command(
        name = "latency",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Produces N records at a fixed rate and measures the time until a waiting consumer has each of them.",
            "The time runs from when a record was due by the rate, not from when it could be sent at last, so",
            "whoever falls behind cannot hide it (no coordinated omission)."
        })
final class LatencyBench implements Callable<Integer> {
    private static final int DUE_AT = 0;
    private static final int SEQUENCE_AT = Long.BYTES;
    private static final int MIN_SIZE = 2 * Long.BYTES;
    private static final int MAX_RATE = 1_000_000;
    private static final int WARM_UP_SECONDS = 5;
    private static final int PROGRESS_STEP = 256;
    private static final long MAX_LATENCY_NANOS = TimeUnit.HOURS.toNanos(1);

    private final Terminal terminal;

    @Mixin
    private final BenchOptions options = new BenchOptions();

    @Option(names = "--rate", paramLabel = "R", description = "Records per second. Default: ${DEFAULT-VALUE}.")
    private int rate = 10_000;

    LatencyBench(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        options.check(MIN_SIZE);
        options.between("--rate", rate, 1, MAX_RATE);
        return BenchRun.with(options, this::measure);
    }

    private void measure(EmbeddedNode node) {
        String topic = node.createFreshTopics("bench", List.of("latency"), options.partitions)
                .get(0);
        long warmUp = Math.min((long) rate * WARM_UP_SECONDS, 2 * options.records);
        long all = warmUp + options.records;
        Histogram latency = new Histogram(MAX_LATENCY_NANOS, 3);
        long[] firstAndLast = new long[2];
        try (BenchProgress progress = new BenchProgress(terminal, "latency", all)) {
            CompletionStage<Done> consumed = Consumer.plainSource(consumerSettings(node), everyPartition(topic))
                    .take(all)
                    .runWith(
                            Sink.foreach(record -> {
                                long now = System.nanoTime();
                                ByteBuffer value = ByteBuffer.wrap(Objects.requireNonNull(record.value()));
                                long due = value.getLong(DUE_AT);
                                long sequence = value.getLong(SEQUENCE_AT);
                                if (sequence >= warmUp) {
                                    firstAndLast[0] = firstAndLast[0] == 0 ? due : firstAndLast[0];
                                    firstAndLast[1] = now;
                                    latency.recordValue(Math.min(MAX_LATENCY_NANOS, Math.max(0, now - due)));
                                }
                                if (sequence % PROGRESS_STEP == 0) {
                                    progress.add(PROGRESS_STEP);
                                }
                            }),
                            node.tailrace().system());
            CompletionStage<Done> produced = PacedSource.of(rate, all)
                    .map(due -> record(topic, due))
                    .runWith(
                            Producer.plainSink(options.producerSettings(node)),
                            node.tailrace().system());
            Streams.awaitAll(List.of(produced, consumed));
            progress.finish();
            new BenchResult(
                            "latency",
                            options,
                            (firstAndLast[1] - firstAndLast[0]) / 1e9,
                            latency,
                            "from when a record was due to when the consumer had it, at " + rate + " records/s",
                            warmUp + " records at the same rate before the measured ones",
                            null)
                    .print(terminal);
        }
    }

    private static ConsumerSettings<byte[], byte[]> consumerSettings(EmbeddedNode node) {
        return ConsumerSettings.create(node.tailrace(), Serdes.bytes(), Serdes.bytes());
    }

    private Subscription everyPartition(String topic) {
        Set<TopicPartition> partitions = IntStream.range(0, options.partitions)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .collect(Collectors.toSet());
        return Subscriptions.assignment(partitions);
    }

    private ProducerRecord<byte[], byte[]> record(String topic, PacedSource.Due due) {
        byte[] value = new byte[options.size];
        ByteBuffer.wrap(value).putLong(DUE_AT, due.nanos()).putLong(SEQUENCE_AT, due.sequence());
        return ProducerRecord.<byte[], byte[]>of(topic, value)
                .withPartition((int) (due.sequence() % options.partitions));
    }
}
