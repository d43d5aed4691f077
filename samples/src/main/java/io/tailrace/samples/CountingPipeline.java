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
import io.tailrace.streams.runtime.StreamApplication;
import io.tailrace.streams.runtime.StreamSettings;
import io.tailrace.streams.topology.StreamRecord;
import io.tailrace.streams.topology.Topology;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;

/**
 * A source into a topic, a stream application that counts what is in it, the counts into a second topic, and whoever wants to see them:
 *
 * <pre>
 * source ─ plainSink ─▶ [input] ─ application: WindowedCount ─▶ [counts] ─ plainSource ─▶ show
 * </pre>
 *
 * <p>When the source ends, or {@link #stopInput} ends it, everything written is still counted and shown; then {@link #done}
 * completes. The first failure ends all of it.
 */
public final class CountingPipeline {
    private static final Serde<WindowCount> COUNTS = Serdes.json(WindowCount.class);

    private final Plan plan;
    private final TopicTraffic input;
    private final TopicTraffic counts;
    private final UniqueKillSwitch inputSwitch;
    /** Parts of windows that have been counted and have not gone on. */
    private final AtomicLong parts = new AtomicLong();

    private final CompletableFuture<Done> counted = new CompletableFuture<>();
    private final DrainingControl<Done> shown;
    private final StreamApplication application;
    private final CompletableFuture<Done> done = new CompletableFuture<>();

    /**
     * Where and how.
     *
     * @param tailrace the node
     * @param application what the application is called, which has not run before
     * @param inputTopic a topic that is there and empty
     * @param countsTopic another
     * @param partitions how many partitions each of the two has
     * @param windowMillis how long the windows are
     */
    public record Plan(
            Tailrace tailrace,
            String application,
            String inputTopic,
            String countsTopic,
            int partitions,
            long windowMillis) {}

    private CountingPipeline(
            Plan plan,
            Source<ProducerRecord<byte[], byte[]>, ?> source,
            Function<StreamRecord<byte[], byte[]>, Observation> observe,
            java.util.function.Consumer<WindowCount> show) {
        this.plan = plan;
        this.input = new TopicTraffic(plan.inputTopic);
        this.counts = new TopicTraffic(plan.countsTopic);
        this.shown = startShowing(show);
        this.application = startCounting(observe);
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
        followThrough(running.second());
    }

    /**
     * Starts the pipeline.
     *
     * @param source what goes into the input topic
     * @param observe what a record of the input topic says; called on the threads of tasks, several at a time
     * @param show is told every count that comes out of the second topic, in one stream; parts of a window add up
     */
    public static CountingPipeline start(
            Plan plan,
            Source<ProducerRecord<byte[], byte[]>, ?> source,
            Function<StreamRecord<byte[], byte[]>, Observation> observe,
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

    private StreamApplication startCounting(Function<StreamRecord<byte[], byte[]>, Observation> observe) {
        Topology topology = WindowedCount.topology(
                plan.inputTopic, plan.countsTopic, sizing(counts), plan.windowMillis, new WindowedCount.Watcher() {
                    @Override
                    public Observation observe(StreamRecord<byte[], byte[]> record) {
                        return observe.apply(record);
                    }

                    @Override
                    public void counted(StreamRecord<byte[], byte[]> record) {
                        input.read(size(record.key()) + size(record.value()));
                    }

                    @Override
                    public void parts(int more) {
                        parts.addAndGet(more);
                    }

                    @Override
                    public void drained() {
                        if (input.allRead().toCompletableFuture().isDone() && parts.get() == 0) {
                            counted.complete(Done.getInstance());
                        }
                    }
                });
        StreamApplication started = StreamApplication.start(
                plan.tailrace, plan.application, topology, StreamSettings.create(plan.tailrace));
        started.whenRunning().whenComplete((done, failure) -> {
            if (failure != null) {
                counted.completeExceptionally(failure);
            }
        });
        return started;
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
    private void followThrough(CompletionStage<Done> written) {
        var executor = plan.tailrace.system().executionContext();
        failTogether(written);
        failTogether(counted);
        failTogether(shown.streamCompletion());
        written.thenAccept(ok -> input.allWritten());
        CompletionStage<Done> allCounted = counted;
        allCounted.thenAccept(ok -> counts.allWritten());
        counts.allRead()
                .thenCompose(ok -> application.close())
                .thenCompose(ok -> shown.drainAndShutdown(executor))
                .whenComplete((ok, failure) -> {
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
                shown.shutdown();
                application.close();
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
