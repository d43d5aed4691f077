package io.tailrace.benchmarks.cluster;

import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerMessage;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.ProducerSettings;
import io.tailrace.streams.Serdes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/** One producer, through the public API, of records that were made beforehand. */
public final class Load {
    private static final int DIFFERENT = 64;
    private static final int PATIENCE_SECONDS = 120;
    private static final int TICK_MILLIS = 5;

    private final Tailrace client;
    private final List<ProducerRecord<byte[], byte[]>> records;
    private final ProducerSettings<byte[], byte[]> settings;

    /** Random values of that size for that topic, to its partitions in turn. */
    Load(Tailrace client, Topic topic, int size) {
        this(client, randomRecords(topic, size));
    }

    /** These records, again and again. */
    public Load(Tailrace client, List<ProducerRecord<byte[], byte[]>> records) {
        this.client = client;
        this.records = List.copyOf(records);
        this.settings = ProducerSettings.create(client, Serdes.bytes(), Serdes.bytes());
    }

    private static List<ProducerRecord<byte[], byte[]>> randomRecords(Topic topic, int size) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        Random random = new Random(size);
        for (int i = 0; i < DIFFERENT * topic.partitions(); i++) {
            byte[] value = new byte[size];
            random.nextBytes(value);
            records.add(ProducerRecord.<byte[], byte[]>of(topic.name(), value).withPartition(i % topic.partitions()));
        }
        return records;
    }

    /** A topic with three replicas that keeps everything. */
    static Topic create(Tailrace client, String name, int partitions) throws Exception {
        return create(client, name, partitions, Map.of());
    }

    /** One that keeps about a gigabyte in each partition, so that a long run does not fill the disk. */
    static Topic createBounded(Tailrace client, String name, int partitions) throws Exception {
        return create(client, name, partitions, Map.of("retention.bytes", "1073741824", "segment.bytes", "268435456"));
    }

    private static Topic create(Tailrace client, String name, int partitions, Map<String, String> settings)
            throws Exception {
        return client.topics()
                .create(NewTopic.of(name, partitions)
                        .withReplicas(3)
                        .withSettings(TopicSettings.DEFAULT
                                .with(Map.of("retention.ms", "-1"))
                                .with(settings)))
                .toCompletableFuture()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** As fast as it is acknowledged, so many records, or fewer if that says so; returns when all are acknowledged, how many they were. */
    public long run(long count, BooleanSupplier goOn) throws Exception {
        Taking taking = new Taking(records, count, goOn);
        Source.fromIterator(() -> taking)
                .runWith(Producer.plainSink(settings), client.system())
                .toCompletableFuture()
                .get();
        return taking.taken;
    }

    /** At that rate until that says otherwise; how long each waited for its acknowledgement goes to whoever records at the moment. */
    public CompletionStage<Done> paced(int perSecond, BooleanSupplier goOn, Latency latency) {
        Taking taking = new Taking(records, Long.MAX_VALUE, goOn);
        int portion = Math.max(1, perSecond * TICK_MILLIS / 1000);
        return Source.fromIterator(() -> taking)
                .throttle(portion, Duration.ofMillis(TICK_MILLIS))
                .map(record -> ProducerMessage.single(record, System.nanoTime()))
                .via(Producer.flexiFlow(settings))
                .runWith(
                        Sink.foreach(result -> latency.record(System.nanoTime() - result.passThrough())),
                        client.system());
    }

    /** Who waits how long, in microseconds. */
    public static final class Latency {
        private volatile Histogram current = new ConcurrentHistogram(3);

        void record(long nanos) {
            current.recordValue(Math.max(0, nanos / 1000));
        }

        /** What has been recorded since the last call. */
        public Histogram take() {
            Histogram taken = current;
            current = new ConcurrentHistogram(3);
            return taken;
        }

        /** Of microseconds. */
        public static double millis(Histogram micros, double percentile) {
            return micros.getValueAtPercentile(percentile) / 1000.0;
        }
    }

    private static final class Taking implements Iterator<ProducerRecord<byte[], byte[]>> {
        private static final int LOOK_EVERY = 1024;

        private final List<ProducerRecord<byte[], byte[]>> records;
        private final long count;
        private final BooleanSupplier goOn;
        private long taken;

        Taking(List<ProducerRecord<byte[], byte[]>> records, long count, BooleanSupplier goOn) {
            this.records = records;
            this.count = count;
            this.goOn = goOn;
        }

        @Override
        public boolean hasNext() {
            return taken < count && (taken % LOOK_EVERY != 0 || goOn.getAsBoolean());
        }

        @Override
        public ProducerRecord<byte[], byte[]> next() {
            if (taken >= count) {
                throw new NoSuchElementException();
            }
            return records.get((int) (taken++ % records.size()));
        }
    }
}
