package io.tailrace.test.compaction;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.OffsetOutOfRangeException;
import io.tailrace.engine.record.Header;
import io.tailrace.engine.record.Headers;
import io.tailrace.streams.AutoOffsetReset;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.MetadataClient;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerMessage;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.ProducerSettings;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Subscriptions;
import io.tailrace.streams.TopicPartition;
import io.tailrace.test.crash.ForgetfulNode;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.apache.pekko.stream.javadsl.Source;

/**
 * A process that reads two compacted topics, and then writes to them until it is killed, while they are compacted all the time:
 * {@code TableWriter <data directory> <first number> <seed> <bytes per second of compaction>}. It prints
 *
 * <pre>
 *   read   topic offset number .  a record, of those that were there when it started
 *   whole  topic beginning .      that was all, and the log begins there
 *   writing                       from here on it writes
 *   sent   topic number .         that number, and all below it, may have been sent
 *   ack    topic number offset .  that number, and all below it of this life, are acknowledged
 *   failed why                    what must not be
 * </pre>
 */
public final class TableWriter {
    /** Keeps the newest record of each key. */
    static final String TABLE = "table";
    /** As long as it is not too old as well. */
    static final String WINDOW = "window";

    /** As the first number: it only reads. */
    static final long NOTHING = -1;

    static final int REPORT_EVERY = 20;
    private static final int RECORDS_PER_SECOND = 2_000;
    private static final int LOSE_ONE_ANSWER_IN = 20;
    private static final Map<String, String> COMPACTED = Map.of(
            "cleanup.policy", "compact",
            "min.cleanable.dirty.ratio", "0.01",
            "delete.retention.ms", "300",
            "segment.ms", "100");

    private final ForgetfulNode node;

    private TableWriter(ForgetfulNode node) {
        this.node = node;
    }

    /** Runs until it is killed. */
    public static void main(String[] args) {
        try {
            Tailrace node = Tailrace.start(ConfigFactory.parseMap(Map.of(
                    "tailrace.data-dir", args[0],
                    "tailrace.log.cleaner.backoff", "20ms",
                    "tailrace.log.cleaner.max-bytes-per-second", args[3],
                    "tailrace.log.cleaner.max-time-share", "1",
                    "tailrace.partition.retention-check-interval", "150ms",
                    "tailrace.partition.snapshot-bytes", "256 KiB")));
            TableWriter writer = new TableWriter(new ForgetfulNode(node, Long.parseLong(args[2]), LOSE_ONE_ANSWER_IN));
            writer.createTopics();
            writer.read(TABLE);
            writer.read(WINDOW);
            say("writing");
            long first = Long.parseLong(args[1]);
            if (first != NOTHING) {
                writer.write(TABLE, first);
                writer.write(WINDOW, first);
            }
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    private static void say(String line) {
        System.out.println(line);
    }

    private static void fail(Object why) {
        say("failed " + why);
        Runtime.getRuntime().halt(3);
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    /** Those that are not there yet: the life before may have been short. */
    private void createTopics() {
        var names = join(node.topics().list()).stream().map(Topic::name).toList();
        TopicSettings table = TopicSettings.DEFAULT.with(COMPACTED);
        TopicSettings window = table.with(Map.of("cleanup.policy", "compact,delete", "retention.bytes", "60000"));
        if (!names.contains(TABLE)) {
            join(node.topics().create(NewTopic.of(TABLE, 1).withSettings(table)));
        }
        if (!names.contains(WINDOW)) {
            join(node.topics().create(NewTopic.of(WINDOW, 1).withSettings(window)));
        }
    }

    private void read(String topic) {
        ConsumerSettings<String, String> settings = ConsumerSettings.create(node, Serdes.strings(), Serdes.strings())
                .withAutoOffsetReset(AutoOffsetReset.EARLIEST);
        TopicPartition partition = new TopicPartition(topic, 0);
        MetadataClient metadata = MetadataClient.create(settings);
        long end = join(metadata.getEndOffsetForPartition(partition));
        long next = join(metadata.getBeginningOffsetForPartition(partition));
        AtomicLong told = new AtomicLong(next - 1);
        for (boolean done = false; !done; ) {
            try {
                join(Consumer.plainSource(
                                settings,
                                Subscriptions.assignmentWithOffset(partition, next)
                                        .until(Map.of(partition, end)))
                        .runForeach(
                                record -> {
                                    tell(record);
                                    told.set(record.offset());
                                },
                                node.system()));
                done = true;
            } catch (CompletionException e) {
                if (!(Failures.cause(e) instanceof OffsetOutOfRangeException)) {
                    throw e;
                }
                // Retention was quicker.
                next = Math.max(told.get() + 1, join(metadata.getBeginningOffsetForPartition(partition)));
                done = next >= end;
            }
        }
        // Retention may have gone on meanwhile.
        say("whole " + topic + " " + join(metadata.getBeginningOffsetForPartition(partition)) + " .");
    }

    private static void tell(ConsumerRecord<String, String> record) {
        Header header = Objects.requireNonNull(record.headers().last(KeyedNumbers.HEADER), "no header");
        long number = Long.parseLong(Objects.requireNonNull(header.valueString()));
        if (!KeyedNumbers.key(number).equals(record.key())
                || !Objects.equals(KeyedNumbers.value(number), record.value())) {
            fail("record " + number + " is not what was written: " + record);
        }
        say("read " + record.topic() + " " + record.offset() + " " + number + " .");
    }

    private void write(String topic, long first) {
        ProducerSettings<String, String> settings = ProducerSettings.create(node, Serdes.strings(), Serdes.strings())
                .withBatchBytes(8 * 1024);
        Source.fromJavaStream(() -> LongStream.iterate(first, number -> number + 1))
                .throttle(RECORDS_PER_SECOND / 100, Duration.ofMillis(10))
                .map(number -> {
                    if (number % REPORT_EVERY == 0) {
                        say("sent " + topic + " " + (number + REPORT_EVERY - 1) + " .");
                    }
                    return ProducerMessage.single(
                            ProducerRecord.of(topic, KeyedNumbers.key(number), KeyedNumbers.value(number))
                                    .withHeaders(Headers.of(Header.of(KeyedNumbers.HEADER, Long.toString(number)))),
                            number);
                })
                .via(Producer.flexiFlow(settings))
                .runForeach(
                        result -> {
                            var stored = (ProducerMessage.Result<String, String, Long>) result;
                            if (stored.passThrough() % REPORT_EVERY == 0) {
                                say("ack " + topic + " " + stored.passThrough() + " " + stored.offset() + " .");
                            }
                        },
                        node.system())
                .whenComplete((done, failure) -> fail(failure));
    }
}
