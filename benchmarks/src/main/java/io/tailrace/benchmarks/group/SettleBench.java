package io.tailrace.benchmarks.group;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.group.GroupDescription;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.Committer;
import io.tailrace.streams.CommitterSettings;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.ProducerSettings;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Subscriptions;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Source;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How soon a group has settled when a consumer joins it, and whether partitions that stay stop meanwhile. */
@Command(name = "settle", mixinStandardHelpOptions = true)
public final class SettleBench implements Callable<Integer> {
    private static final int PATIENCE_SECONDS = 120;
    private static final String TOPIC = "t";
    private static final String GROUP = "g";

    @Option(names = "--partitions", description = "Default: ${DEFAULT-VALUE}.")
    private int partitions = 64;

    @Option(names = "--members", description = "That are there. Default: ${DEFAULT-VALUE}.")
    private int members = 10;

    @Option(names = "--times", description = "How often one more comes, and goes again. Default: ${DEFAULT-VALUE}.")
    private int times = 20;

    @Option(names = "--rate", description = "Records a second, to all partitions in turn. Default: ${DEFAULT-VALUE}.")
    private int rate = 20_000;

    private AtomicLongArray last = new AtomicLongArray(0);
    private AtomicLongArray longest = new AtomicLongArray(0);
    private AtomicIntegerArray reader = new AtomicIntegerArray(0);

    /** Runs it; see {@code --help}. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new SettleBench()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        last = new AtomicLongArray(partitions);
        longest = new AtomicLongArray(partitions);
        reader = new AtomicIntegerArray(partitions);
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("partitions", partitions).put("members", members).put("recordsPerSecond", rate);
        try (Tailrace node = Tailrace.start(Files.createTempDirectory("tailrace-settle"))) {
            node.topics()
                    .create(NewTopic.of(TOPIC, partitions))
                    .toCompletableFuture()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            produce(node);
            for (int number = 0; number < members; number++) {
                join(node, number);
            }
            awaitSettled(node, members);
            List<Long> settled = new ArrayList<>();
            List<Long> gaps = new ArrayList<>();
            List<Long> quiet = new ArrayList<>();
            for (int time = 0; time < times; time++) {
                quiet.add(longestGap(Map.of(), 2_000));
                Map<Integer, Integer> before = readers();
                long begun = System.nanoTime();
                Consumer.DrainingControl<Done> more = join(node, members + time);
                awaitSettled(node, members + 1);
                settled.add((System.nanoTime() - begun) / 1_000_000);
                gaps.add(longestGap(before, 1_000));
                more.drainAndShutdown(ForkJoinPool.commonPool())
                        .toCompletableFuture()
                        .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                awaitSettled(node, members);
            }
            put(json, "settledMillis", settled);
            put(json, "longestGapOfPartitionsThatStayMillis", gaps);
            put(json, "longestGapWhileNobodyCameMillis", quiet);
        }
        System.out.println(json);
        return 0;
    }

    private static void put(ObjectNode json, String name, List<Long> millis) {
        List<Long> sorted = millis.stream().sorted().toList();
        json.putObject(name).put("p50", sorted.get(sorted.size() / 2)).put("max", sorted.get(sorted.size() - 1));
    }

    private void produce(Tailrace node) {
        ProducerSettings<byte[], byte[]> settings = ProducerSettings.create(node, Serdes.bytes(), Serdes.bytes());
        byte[] value = new byte[100];
        Source.iterate(0, number -> number + 1)
                .throttle(rate, Duration.ofSeconds(1))
                .map(number -> ProducerRecord.<byte[], byte[]>of(TOPIC, value).withPartition(number % partitions))
                .runWith(Producer.plainSink(settings), node.system());
    }

    private Consumer.DrainingControl<Done> join(Tailrace node, int number) {
        return Consumer.committableSource(
                        ConsumerSettings.create(node, Serdes.bytes(), Serdes.bytes())
                                .withGroupId(GROUP)
                                .withClientId("member-" + number),
                        Subscriptions.topics(TOPIC))
                .map(message -> {
                    int partition = message.record().partition();
                    long now = System.nanoTime();
                    long before = last.getAndSet(partition, now);
                    if (before != 0 && now - before > longest.get(partition)) {
                        longest.set(partition, now - before);
                    }
                    reader.set(partition, number);
                    return message.committableOffset();
                })
                .toMat(Committer.sink(CommitterSettings.create(node.system())), Consumer::createDrainingControl)
                .run(node.system());
    }

    private Map<Integer, Integer> readers() {
        Map<Integer, Integer> now = new HashMap<>();
        for (int partition = 0; partition < partitions; partition++) {
            now.put(partition, reader.get(partition));
        }
        return now;
    }

    /** Since the last call and for so long, of the partitions that have the reader which they had; of all if that is not known. */
    private long longestGap(Map<Integer, Integer> before, long millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(millis);
        long most = 0;
        for (int partition = 0; partition < partitions; partition++) {
            long gap = longest.getAndSet(partition, 0);
            if (before.isEmpty() || before.getOrDefault(partition, -1) == reader.get(partition)) {
                most = Math.max(most, gap);
            }
        }
        return most / 1_000_000;
    }

    /** So many members have all partitions, as evenly as can be, and nobody is to give one back. */
    private void awaitSettled(Tailrace node, int count) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            List<GroupDescription.Member> now = node.groups()
                    .describe(GROUP)
                    .handle((group, failure) -> failure == null ? group.members() : List.<GroupDescription.Member>of())
                    .toCompletableFuture()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            boolean settled = now.size() == count
                    && now.stream()
                            .allMatch(member -> member.owned().equals(member.target())
                                    && member.owned().size() >= partitions / count);
            if (settled) {
                return;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("Not settled after " + PATIENCE_SECONDS + " s: " + now);
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }
}
