package io.tailrace.test.streams;

import static org.assertj.core.api.Assertions.catchThrowable;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.cluster.group.CommittedOffset;
import io.tailrace.cluster.group.GroupDescription;
import io.tailrace.cluster.group.TopicPartitionId;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.CommitterSettings;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.ProducerSettings;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.TopicPartition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** A node in this process, on files. */
final class RealNode implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path directory;
    private final AtomicInteger topics = new AtomicInteger();
    private Tailrace tailrace;

    RealNode() {
        try {
            directory = Files.createTempDirectory("tailrace-real-node");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        tailrace = start();
    }

    private Tailrace start() {
        return Tailrace.start(
                ConfigFactory.parseMap(Map.of("tailrace.data-dir", directory.toString(), "tailrace.flush", "os")));
    }

    /** Gives each test that asks for one the node that all have; it is closed behind the last test. */
    static final class Shared implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == RealNode.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot()
                    .getStore(ExtensionContext.Namespace.create(RealNode.class))
                    .getOrComputeIfAbsent(RealNode.class);
        }
    }

    Tailrace tailrace() {
        return tailrace;
    }

    /** The first segment of a partition of that topic. */
    Path segment(TopicPartition partition) {
        return directory
                .resolve("partitions")
                .resolve(id(partition).id().text())
                .resolve("00000000000000000000.log");
    }

    /** Closes the node in the midst of whatever runs on it, and starts it again. */
    void restart() {
        tailrace.close();
        tailrace = start();
    }

    /** A topic of a name that there was not before. */
    String topic(int partitions) {
        return topic(partitions, Map.of());
    }

    /** The same with settings. */
    String topic(int partitions, Map<String, String> settings) {
        String name = "topic-" + topics.incrementAndGet();
        await(tailrace.topics()
                .create(NewTopic.of(name, partitions).withSettings(TopicSettings.DEFAULT.with(settings))));
        return name;
    }

    ConsumerSettings<String, String> consumer() {
        return ConsumerSettings.create(tailrace, Serdes.strings(), Serdes.strings());
    }

    ProducerSettings<String, String> producer() {
        return ProducerSettings.create(tailrace, Serdes.strings(), Serdes.strings());
    }

    /** What is dealt with is committed soon. */
    CommitterSettings committer() {
        return CommitterSettings.create(tailrace).withMaxInterval(Duration.ofMillis(20));
    }

    void produce(List<ProducerRecord<String, String>> records) {
        await(Source.from(records).runWith(Producer.plainSink(producer()), tailrace.system()));
    }

    /** The numbers from one to another, as the values of one partition, keyed by themselves modulo {@code keys}. */
    void numbers(TopicPartition partition, int from, int until, int keys) {
        produce(IntStream.range(from, until)
                .mapToObj(n -> new ProducerRecord<>(
                        partition.topic(), partition.partition(), String.valueOf(n % keys), String.valueOf(n)))
                .toList());
    }

    /** The offset of the next record that the group will read, {@code null} if it has committed none or is not there. */
    @Nullable
    Long committed(String group, TopicPartition partition) {
        CommittedOffset committed = await(tailrace.groups()
                        .describe(group)
                        .handle((found, failure) -> failure == null ? found.offsets() : none(failure)))
                .get(id(partition));
        return committed == null ? null : committed.offset();
    }

    private static Map<TopicPartitionId, CommittedOffset> none(Throwable failure) {
        TailraceException why = Failures.named(failure);
        if (why.code() != ErrorCode.UNKNOWN_GROUP) {
            throw why;
        }
        return Map.of();
    }

    private TopicPartitionId id(TopicPartition partition) {
        Topic topic = await(tailrace.topics().describe(partition.topic()));
        return new TopicPartitionId(partition.topic(), topic.partition(partition.partition()));
    }

    GroupDescription group(String group) {
        return await(tailrace.groups().describe(group));
    }

    static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    /** What that fails with. */
    static ErrorCode failure(CompletionStage<?> stage) {
        Throwable failure = catchThrowable(() -> await(stage));
        if (failure == null) {
            throw new AssertionError("It did not fail.");
        }
        return Failures.named(failure).code();
    }

    @Override
    public void close() throws IOException {
        tailrace.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
