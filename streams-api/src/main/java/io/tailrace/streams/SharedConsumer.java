package io.tailrace.streams;

import io.tailrace.streams.Consumer.Control;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Source;

/**
 * What several streams with partitions of their own choice have in common: settings, and an end. It stands where a program written against
 * pekko-connectors-kafka has a {@code KafkaConsumerActor}; connections and a poll loop, which that one is for, are nothing that a consumer here
 * has. See {@link Consumer#plainExternalSource} and {@link Consumer#committableExternalSource}. Safe for use by many threads.
 */
public final class SharedConsumer<K, V> {
    private final ConsumerSettings<K, V> settings;
    private final Set<Control> running = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private SharedConsumer(ConsumerSettings<K, V> settings) {
        this.settings = settings;
    }

    /** One with these settings. */
    public static <K, V> SharedConsumer<K, V> create(ConsumerSettings<K, V> settings) {
        return new SharedConsumer<>(settings);
    }

    ConsumerSettings<K, V> settings() {
        return settings;
    }

    /** That source, which ends with this one; at once if this has ended. */
    <T> Source<T, Control> shared(Source<T, Control> source) {
        return source.mapMaterializedValue(this::started);
    }

    private Control started(Control control) {
        running.add(control);
        control.isShutdown().whenComplete((done, failure) -> running.remove(control));
        if (closed) {
            CompletionStage<Done> ended = control.shutdown();
            ended.exceptionally(failure -> Done.getInstance());
        }
        return control;
    }

    /** Ends all streams that read by it, as {@link Control#shutdown} does; complete when they have ended. */
    public CompletionStage<Done> shutdown() {
        closed = true;
        CompletableFuture<?>[] ends = running.stream()
                .map(control -> control.shutdown().toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(ends).thenApply(all -> Done.getInstance());
    }
}
