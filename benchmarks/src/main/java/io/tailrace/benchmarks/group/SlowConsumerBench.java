package io.tailrace.benchmarks.group;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.Committer;
import io.tailrace.streams.CommitterSettings;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerMessage;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.ProducerSettings;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Subscriptions;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.Done;
import org.apache.pekko.pattern.Patterns;
import org.apache.pekko.stream.javadsl.Source;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * A consumer that takes very long over each record of a large backlog, beside another group that reads all of it again and again: the heap, and
 * how fast the other is with and without it. To be run with a small heap: {@code -Xmx128m}.
 */
@Command(name = "slow-consumer", mixinStandardHelpOptions = true)
public final class SlowConsumerBench implements Callable<Integer> {
    private static final int SIZE = 1000;
    private static final int PATIENCE_SECONDS = 600;
    private static final int SAMPLES = 20;
    private static final String TOPIC = "t";

    @Option(names = "--gigabytes", description = "Of the backlog. Default: ${DEFAULT-VALUE}.")
    private double gigabytes = 5;

    @Option(names = "--seconds", description = "How long. Default: ${DEFAULT-VALUE}.")
    private int seconds = 600;

    @Option(names = "--seconds-per-record", description = "Default: ${DEFAULT-VALUE}.")
    private int secondsPerRecord = 10;

    @Option(names = "--partitions", description = "Default: ${DEFAULT-VALUE}.")
    private int partitions = 4;

    /** Runs it; see {@code --help}. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new SlowConsumerBench()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        ObjectNode json = new ObjectMapper().createObjectNode();
        long records = (long) (gigabytes * 1e9 / SIZE);
        json.put("backlogBytes", records * SIZE)
                .put("maxHeapMegabytes", Runtime.getRuntime().maxMemory() >> 20);
        try (Tailrace node = Tailrace.start(Files.createTempDirectory("tailrace-slow"))) {
            node.topics()
                    .create(NewTopic.of(TOPIC, partitions))
                    .toCompletableFuture()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            produce(node, records);
            readAll(node, "warm-up", records);
            json.put("recordsPerSecondAlone", readAll(node, "alone", records));
            AtomicLong slowly = new AtomicLong();
            Consumer.DrainingControl<Done> slow = slow(node, slowly);
            ArrayNode heap = json.putArray("liveHeapMegabytes");
            ArrayNode rates = json.putArray("recordsPerSecondBesideIt");
            long begun = System.nanoTime();
            for (int sample = 0; sample < SAMPLES; sample++) {
                rates.add(readAll(node, "beside-" + sample, records));
                long due = begun + TimeUnit.SECONDS.toNanos(seconds) / SAMPLES * (sample + 1);
                TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
                System.gc();
                heap.add((Runtime.getRuntime().totalMemory()
                                - Runtime.getRuntime().freeMemory())
                        >> 20);
            }
            json.put("doneSlowly", slowly.get());
            json.put("slowStillRuns", !slow.isShutdown().toCompletableFuture().isDone());
            slow.drainAndShutdown(ForkJoinPool.commonPool())
                    .toCompletableFuture()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            json.put(
                    "committed",
                    node
                            .groups()
                            .describe("slow")
                            .toCompletableFuture()
                            .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                            .offsets()
                            .values()
                            .stream()
                            .mapToLong(offset -> offset.offset())
                            .sum());
        }
        System.out.println(json);
        return 0;
    }

    private void produce(Tailrace node, long records) throws Exception {
        byte[] value = new byte[SIZE];
        Source.range(0, (int) records - 1)
                .map(number -> ProducerRecord.<byte[], byte[]>of(TOPIC, value).withPartition(number % partitions))
                .runWith(
                        Producer.plainSink(ProducerSettings.create(node, Serdes.bytes(), Serdes.bytes())),
                        node.system())
                .toCompletableFuture()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static ConsumerSettings<byte[], byte[]> settings(Tailrace node, String group) {
        return ConsumerSettings.create(node, Serdes.bytes(), Serdes.bytes()).withGroupId(group);
    }

    private static long readAll(Tailrace node, String group, long records) throws Exception {
        long begun = System.nanoTime();
        Consumer.committableSource(settings(node, group), Subscriptions.topics(TOPIC))
                .take(records)
                .map(ConsumerMessage.CommittableMessage::committableOffset)
                .runWith(Committer.sink(CommitterSettings.create(node.system())), node.system())
                .toCompletableFuture()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return Math.round(records / ((System.nanoTime() - begun) / 1e9));
    }

    private Consumer.DrainingControl<Done> slow(Tailrace node, AtomicLong done) {
        return Consumer.committableSource(settings(node, "slow"), Subscriptions.topics(TOPIC))
                .mapAsync(1, message -> Patterns.after(
                                Duration.ofSeconds(secondsPerRecord),
                                node.system(),
                                () -> CompletableFuture.completedStage(Done.getInstance()))
                        .thenApply(slept -> {
                            done.incrementAndGet();
                            return message.committableOffset();
                        }))
                .toMat(Committer.sink(CommitterSettings.create(node.system())), Consumer::createDrainingControl)
                .run(node.system());
    }
}
