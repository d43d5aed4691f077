package io.tailrace.http;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.ProducerSettings;
import io.tailrace.streams.SendProducer;
import io.tailrace.streams.Serdes;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/**
 * The producers of requests that bring their records in one body: one per topic, shared by all requests, so that a partition has
 * not to remember a producer per request. A topic that has changed gets a new one; those used longest ago are closed.
 */
final class TopicProducers {
    private static final int MOST = 256;
    private static final int UNANSWERED_SENDS = 100_000;

    private final Tailrace tailrace;
    private final HttpSettings settings;
    private final Map<Topic, SendProducer<byte[], byte[]>> byTopic = new LinkedHashMap<>(16, 0.75f, true);
    private boolean closed;

    TopicProducers(Tailrace tailrace, HttpSettings settings) {
        this.tailrace = tailrace;
        this.settings = settings;
    }

    synchronized SendProducer<byte[], byte[]> of(Topic topic) {
        SendProducer<byte[], byte[]> found = byTopic.get(topic);
        if (found != null) {
            return found;
        }
        closeAll(other -> other.name().equals(topic.name()));
        SendProducer<byte[], byte[]> made =
                new SendProducer<>(settings(tailrace, settings).withoutQuota().withParallelism(UNANSWERED_SENDS));
        if (closed) {
            // Whoever still asks is told so by the producer.
            made.close();
            return made;
        }
        byTopic.put(topic, made);
        if (byTopic.size() > MOST) {
            Topic eldest = byTopic.keySet().iterator().next();
            closeAll(eldest::equals);
        }
        return made;
    }

    private List<CompletionStage<Done>> closeAll(java.util.function.Predicate<Topic> which) {
        List<CompletionStage<Done>> closings = new ArrayList<>();
        for (Iterator<Map.Entry<Topic, SendProducer<byte[], byte[]>>> entries =
                        byTopic.entrySet().iterator();
                entries.hasNext(); ) {
            Map.Entry<Topic, SendProducer<byte[], byte[]>> entry = entries.next();
            if (which.test(entry.getKey())) {
                entries.remove();
                closings.add(entry.getValue().close());
            }
        }
        return closings;
    }

    synchronized CompletionStage<Done> close() {
        closed = true;
        CompletableFuture<?>[] closings = closeAll(topic -> true).stream()
                .map(CompletionStage::toCompletableFuture)
                .toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(closings).thenApply(nothing -> Done.getInstance());
    }

    /** What every producer of this server has. */
    static ProducerSettings<byte[], byte[]> settings(Tailrace tailrace, HttpSettings settings) {
        return ProducerSettings.create(tailrace, Serdes.bytes(), Serdes.bytes())
                .withDeliveryTimeout(settings.deliveryTimeout());
    }
}
