package io.tailrace.benchmarks;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.cluster.quota.Quota;
import io.tailrace.cluster.quota.QuotaEntity;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerMessage;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.ProducerSettings;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Subscriptions;
import io.tailrace.streams.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Whether a quota holds, and what it does to others: a client that has one, for a while, beside another that has none and works as fast as it can, which is
 * measured alone before and after. First they produce, then they consume.
 */
@Command(name = "quota", mixinStandardHelpOptions = true)
public final class QuotaBench implements Callable<Integer> {
    private static final String LIMITED = "limited";
    private static final String OTHER = "other";
    private static final String READ = "read";
    private static final int DIFFERENT = 1000;

    @Option(names = "--seconds", description = "That the limited client is measured. Default: ${DEFAULT-VALUE}.")
    private int seconds = 60;

    @Option(names = "--rate", description = "Its quota in bytes a second. Default: ${DEFAULT-VALUE}.")
    private long rate = 5_000_000;

    @Option(names = "--size", description = "Bytes of a value. Default: ${DEFAULT-VALUE}.")
    private int size = 1_000;

    private record Rates(double other, Measured limited) {}

    /** How many bytes of values came in how long, and how many in each second. */
    private record Measured(long bytes, double elapsedSeconds, LongSummaryStatistics eachSecond) {
        double perSecond() {
            return bytes / elapsedSeconds;
        }
    }

    /** One that works until it is told to stop, and counts bytes. */
    private interface Client {
        CompletableFuture<Done> run(AtomicBoolean goOn, AtomicLong bytes);
    }

    /** Runs it; see {@code --help}. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new QuotaBench()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Path data = Files.createTempDirectory("tailrace-bench");
        try (Tailrace node = Tailrace.start(
                ConfigFactory.parseMap(Map.of("tailrace.data-dir", data.toString(), "pekko.loglevel", "ERROR")))) {
            for (String topic : List.of(LIMITED, OTHER, READ)) {
                create(node, topic);
            }
            node.quotas()
                    .set(new Quota(QuotaEntity.clientId(LIMITED), OptionalLong.of(rate), OptionalLong.of(rate)))
                    .toCompletableFuture()
                    .get();
            fill(node, rate * (seconds + 5));
            ObjectNode json = JsonNodeFactory.instance
                    .objectNode()
                    .put("bench", "quota")
                    .put("seconds", seconds)
                    .put("quota", rate)
                    .put("size", size);
            double bytesOfValue = logBytes(node, data, READ) / (double) (rate * (seconds + 5));
            json.put("logBytesOfAValuesByte", bytesOfValue);
            measure(json.putObject("produce"), producer(node, LIMITED), producer(node, OTHER), bytesOfValue);
            measure(json.putObject("consume"), consumer(node, LIMITED), consumer(node, OTHER), bytesOfValue);
            json.withObject("produce").put("limitedLogBytes", logBytes(node, data, LIMITED));
            System.out.println(json);
            return 0;
        } finally {
            delete(data);
        }
    }

    private void measure(ObjectNode json, Client limited, Client other, double bytesOfValue) throws Exception {
        int part = Math.max(2, seconds / 4);
        run(other, part);
        double before = run(other, part).perSecond();
        Rates beside = besides(limited, other);
        double after = run(other, part).perSecond();
        json.put("limitedValueBytesPerSecond", Math.round(beside.limited.perSecond()))
                .put("limitedBytesPerSecond", Math.round(beside.limited.perSecond() * bytesOfValue))
                .put("leastInASecond", beside.limited.eachSecond.getMin())
                .put("mostInASecond", beside.limited.eachSecond.getMax())
                .put("otherAloneBefore", Math.round(before))
                .put("otherBeside", Math.round(beside.other))
                .put("otherAloneAfter", Math.round(after))
                .put("otherRatio", beside.other / ((before + after) / 2));
    }

    private Rates besides(Client limited, Client other) throws Exception {
        AtomicBoolean goOn = new AtomicBoolean(true);
        AtomicLong bytes = new AtomicLong();
        long begun = System.nanoTime();
        CompletableFuture<Done> others = other.run(goOn, bytes);
        Measured measured = run(limited, seconds);
        double perSecond = bytes.get() / ((System.nanoTime() - begun) / 1e9);
        goOn.set(false);
        others.get();
        return new Rates(perSecond, measured);
    }

    private static Measured run(Client client, int seconds) throws Exception {
        AtomicBoolean goOn = new AtomicBoolean(true);
        AtomicLong bytes = new AtomicLong();
        long begun = System.nanoTime();
        CompletableFuture<Done> done = client.run(goOn, bytes);
        LongSummaryStatistics eachSecond = new LongSummaryStatistics();
        long before = 0;
        for (int second = 1; second <= seconds; second++) {
            TimeUnit.NANOSECONDS.sleep(begun + TimeUnit.SECONDS.toNanos(second) - System.nanoTime());
            long now = bytes.get();
            if (second > 1) {
                eachSecond.accept(now - before);
            }
            before = now;
            if (done.isCompletedExceptionally()) {
                break;
            }
        }
        Measured measured = new Measured(before, (System.nanoTime() - begun) / 1e9, eachSecond);
        goOn.set(false);
        done.get();
        return measured;
    }

    private Client producer(Tailrace node, String clientId) {
        List<ProducerRecord<byte[], byte[]>> records = records(clientId);
        ProducerSettings<byte[], byte[]> settings =
                ProducerSettings.create(node, Serdes.bytes(), Serdes.bytes()).withClientId(clientId);
        return (goOn, bytes) -> Source.cycle(records::iterator)
                .takeWhile(record -> goOn.get())
                .map(record -> ProducerMessage.single(record, size))
                .via(Producer.flexiFlow(settings))
                .runWith(Sink.foreach(result -> bytes.addAndGet(result.passThrough())), node.system())
                .toCompletableFuture();
    }

    /** Reads the same again and again. */
    private Client consumer(Tailrace node, String clientId) {
        ConsumerSettings<ByteBuffer, ByteBuffer> settings = ConsumerSettings.create(
                        node, Serdes.byteBuffers(), Serdes.byteBuffers())
                .withClientId(clientId);
        long records = rate * (seconds + 5) / size;
        return (goOn, bytes) -> Source.repeat(Done.getInstance())
                .takeWhile(done -> goOn.get())
                .flatMapConcat(
                        done -> Consumer.plainSource(settings, Subscriptions.assignment(new TopicPartition(READ, 0)))
                                .take(records))
                .takeWhile(record -> goOn.get())
                .toMat(Sink.foreach(record -> bytes.addAndGet(record.serializedValueSize())), Keep.right())
                .run(node.system())
                .toCompletableFuture();
    }

    private void fill(Tailrace node, long bytes) throws Exception {
        List<ProducerRecord<byte[], byte[]>> records = records(READ);
        Source.cycle(records::iterator)
                .take(bytes / size)
                .runWith(
                        Producer.plainSink(ProducerSettings.create(node, Serdes.bytes(), Serdes.bytes())),
                        node.system())
                .toCompletableFuture()
                .get();
    }

    private List<ProducerRecord<byte[], byte[]>> records(String topic) {
        Random random = new Random(size);
        return IntStream.range(0, DIFFERENT)
                .mapToObj(n -> {
                    byte[] value = new byte[size];
                    random.nextBytes(value);
                    return ProducerRecord.<byte[], byte[]>of(topic, value);
                })
                .toList();
    }

    private static void create(Tailrace node, String name) throws Exception {
        node.topics()
                .create(NewTopic.of(name, 1).withSettings(TopicSettings.DEFAULT.with(Map.of("retention.ms", "-1"))))
                .toCompletableFuture()
                .get();
    }

    private static long logBytes(Tailrace node, Path data, String topic) throws Exception {
        Topic found = node.topics().describe(topic).toCompletableFuture().get();
        try (Stream<Path> files = Files.walk(data)) {
            return files.filter(file -> file.toString().contains(found.id().toString())
                            && file.toString().endsWith(".log"))
                    .mapToLong(QuotaBench::length)
                    .sum();
        }
    }

    private static long length(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
