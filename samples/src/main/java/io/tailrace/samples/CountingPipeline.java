package io.tailrace.samples;

import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.Consumer.DrainingControl;
import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.ProducerSettings;
import io.tailrace.streams.Serde;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Subscription;
import io.tailrace.streams.Subscriptions;
import io.tailrace.streams.TopicPartition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;

/**
 * A source into a topic, a stream that counts what is in it, the counts into a second topic, and whoever wants to see them:
 *
 * <pre>
 * source ─ plainSink ─▶ [input] ─ plainSource ─ WindowedCounter ─ plainSink ─▶ [counts] ─ plainSource ─▶ show
 * </pre>
 *
 * <p>When the source ends, or {@link #stopInput} ends it, everything written is still counted and shown; then {@link #done}
 * completes. The first failure ends all of it.
 */
public final class CountingPipeline {
    /** Counts go out in heaps: after so many records, or so much time. */
    private static final int COUNTED_TOGETHER = 4096;

    private static final Duration COUNTED_WITHIN = Duration.ofMillis(200);
    private static final Serde<WindowCount> COUNTS = Serdes.json(WindowCount.class);

    private final Plan plan;
    private final TopicTraffic input;
    private final TopicTraffic counts;
    private final UniqueKillSwitch inputSwitch;
    private final List<DrainingControl<Done>> consumers = new ArrayList<>();
    private final CompletableFuture<Done> done = new CompletableFuture<>();

    /**
     * Where and how.
     *
     * @param tailrace the node
     * @param inputTopic a topic that is there and empty
     * @param countsTopic another
     * @param partitions how many partitions each of the two has
     * @param windowMillis how long the windows are
     */
    public record Plan(Tailrace tailrace, String inputTopic, String countsTopic, int partitions, long windowMillis) {}

    private CountingPipeline(
            Plan plan,
            Source<ProducerRecord<byte[], byte[]>, ?> source,
            Function<ConsumerRecord<byte[], byte[]>, Observation> observe,
            java.util.function.Consumer<WindowCount> show) {
        this.plan = plan;
        this.input = new TopicTraffic(plan.inputTopic);
        this.counts = new TopicTraffic(plan.countsTopic);
        DrainingControl<Done> shown = startShowing(show);
        DrainingControl<Done> counted = startCounting(observe);
        consumers.add(counted);
        consumers.add(shown);
        ProducerSettings<byte[], byte[]> settings =
                ProducerSettings.create(plan.tailrace, Serdes.bytes(), Serdes.bytes());
        var running = source.viaMat(KillSwitches.<ProducerRecord<byte[], byte[]>>single(), Keep.right())
                .map(record -> {
                    input.written(size(record.key()) + size(record.value()));
                    return record;
                })
                .toMat(Producer.plainSink(settings), Keep.both())
                .run(plan.tailrace.system());
        this.inputSwitch = running.first();
        followThrough(running.second(), counted, shown);
    }

    /**
     * Starts the pipeline.
     *
     * @param source what goes into the input topic
     * @param observe what a record of the input topic says; called in one stream, one record after the other
     * @param show is told every count that comes out of the second topic, in one stream; parts of a window add up
     */
    public static CountingPipeline start(
            Plan plan,
            Source<ProducerRecord<byte[], byte[]>, ?> source,
            Function<ConsumerRecord<byte[], byte[]>, Observation> observe,
            java.util.function.Consumer<WindowCount> show) {
        return new CountingPipeline(plan, source, observe, show);
    }

    /** Ends the source; what it has given is still seen through. */
    public void stopInput() {
        inputSwitch.shutdown();
    }

    /** Completes when everything has been shown, or fails with the first failure. */
    public CompletionStage<Done> done() {
        return done;
    }

    /** What went through the input topic. */
    public TopicTraffic input() {
        return input;
    }

    /** What went through the topic of the counts. */
    public TopicTraffic counts() {
        return counts;
    }

    private DrainingControl<Done> startCounting(Function<ConsumerRecord<byte[], byte[]>, Observation> observe) {
        ConsumerSettings<byte[], byte[]> from = ConsumerSettings.create(plan.tailrace, Serdes.bytes(), Serdes.bytes());
        ProducerSettings<String, WindowCount> to =
                ProducerSettings.create(plan.tailrace, Serdes.strings(), sizing(counts));
        return Consumer.plainSource(from, fromTheStart(plan.inputTopic))
                .map(record -> {
                    input.read(size(record));
                    return observe.apply(record);
                })
                .groupedWithin(COUNTED_TOGETHER, COUNTED_WITHIN)
                .<ProducerRecord<String, WindowCount>>statefulMapConcat(() -> {
                    WindowedCounter counter = new WindowedCounter(plan.windowMillis);
                    return observations -> {
                        observations.forEach(counter::add);
                        return counter.drain().stream().map(this::countRecord).toList();
                    };
                })
                .toMat(Producer.plainSink(to), Consumer::createDrainingControl)
                .run(plan.tailrace.system());
    }

    private ProducerRecord<String, WindowCount> countRecord(WindowCount count) {
        return ProducerRecord.of(plan.countsTopic, count.group(), count).withTimestamp(count.lastMillis());
    }

    private DrainingControl<Done> startShowing(java.util.function.Consumer<WindowCount> show) {
        ConsumerSettings<String, WindowCount> from = ConsumerSettings.create(plan.tailrace, Serdes.strings(), COUNTS);
        return Consumer.plainSource(from, fromTheStart(plan.countsTopic))
                .toMat(
                        Sink.foreach(record -> {
                            WindowCount count = record.value();
                            if (count != null) {
                                show.accept(count);
                            }
                            counts.read(size(record));
                        }),
                        Consumer::createDrainingControl)
                .run(plan.tailrace.system());
    }

    /** Each step waits for the one before to be done with everything. */
    private void followThrough(
            CompletionStage<Done> written, DrainingControl<Done> counted, DrainingControl<Done> shown) {
        var executor = plan.tailrace.system().executionContext();
        failTogether(written);
        failTogether(counted.streamCompletion());
        failTogether(shown.streamCompletion());
        written.thenAccept(ok -> input.allWritten());
        input.allRead().thenCompose(ok -> counted.drainAndShutdown(executor)).thenAccept(ok -> counts.allWritten());
        counts.allRead().thenCompose(ok -> shown.drainAndShutdown(executor)).whenComplete((ok, failure) -> {
            if (failure == null) {
                done.complete(Done.getInstance());
            } else {
                done.completeExceptionally(failure);
            }
        });
    }

    private void failTogether(CompletionStage<Done> part) {
        part.whenComplete((ok, failure) -> {
            if (failure != null && done.completeExceptionally(failure)) {
                inputSwitch.shutdown();
                consumers.forEach(Consumer.Control::shutdown);
            }
        });
    }

    private Subscription fromTheStart(String topic) {
        Map<TopicPartition, Long> starts = new HashMap<>();
        for (int partition = 0; partition < plan.partitions; partition++) {
            starts.put(new TopicPartition(topic, partition), 0L);
        }
        return Subscriptions.assignmentWithOffset(starts);
    }

    /** Counts what goes through the serializer, which alone knows the bytes of an object. */
    private static Serde<WindowCount> sizing(TopicTraffic traffic) {
        return Serde.of(
                (topic, count) -> {
                    byte[] bytes = COUNTS.serialize(topic, count);
                    traffic.written((long) bytes.length + Serdes.strings().serialize(topic, count.group()).length);
                    return bytes;
                },
                COUNTS);
    }

    private static long size(ConsumerRecord<?, ?> record) {
        return Math.max(0, record.serializedKeySize()) + (long) Math.max(0, record.serializedValueSize());
    }

    private static long size(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}
