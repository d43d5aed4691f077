package io.tailrace.test.torture;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.error.Failures;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerMessage;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.ProducerSettings;
import io.tailrace.streams.Serdes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.javadsl.Source;

/**
 * A stream per partition through the public API, on an actor system of the application's own, which outlives those of the node. When
 * one fails, what it had not heard of is unknown, and another begins.
 */
final class ApiProducers implements TortureClient.Load {
    private static final long PAUSE_MILLIS = 200;

    private final TortureClient.Job job;
    private final ActorSystem application = ActorSystem.create("application", ConfigFactory.load());
    private final ProducerSettings<String, String> settings;
    private final List<CompletableFuture<Void>> ended = new ArrayList<>();
    private volatile boolean stopping;

    ApiProducers(Tailrace node, TortureClient.Job job) {
        this.job = job;
        this.settings = ProducerSettings.create(node, Serdes.strings(), Serdes.strings());
        for (int partition = 0; partition < job.partitions(); partition++) {
            CompletableFuture<Void> end = new CompletableFuture<>();
            ended.add(end);
            run(partition, 0, end);
        }
    }

    private void run(int partition, int life, CompletableFuture<Void> end) {
        String producer = job.name() + "-" + partition + "-" + life;
        Set<String> unanswered = ConcurrentHashMap.newKeySet();
        AtomicLong numbers = new AtomicLong();
        Source.repeat(1)
                .throttle(job.rate(), Duration.ofSeconds(1))
                .takeWhile(one -> !stopping)
                .map(one -> {
                    String value = producer + ":" + numbers.getAndIncrement();
                    unanswered.add(value);
                    job.out().accept(Happening.send(partition, value));
                    return ProducerMessage.single(
                            ProducerRecord.<String, String>of(job.topic(), value)
                                    .withPartition(partition),
                            value);
                })
                .via(Producer.flexiFlow(settings))
                .runForeach(
                        result -> {
                            var stored = (ProducerMessage.Result<String, String, String>) result;
                            unanswered.remove(stored.passThrough());
                            job.out().accept(Happening.ok(partition, stored.passThrough(), stored.offset()));
                        },
                        application)
                .whenComplete((done, failure) -> {
                    if (failure == null && stopping) {
                        end.complete(null);
                        return;
                    }
                    String why = failure == null
                            ? "ended"
                            : Failures.named(failure).code().name();
                    unanswered.forEach(value -> job.out().accept(Happening.info(partition, value, why)));
                    job.out().accept(Happening.note(producer + " ended: " + failure));
                    if (stopping) {
                        end.complete(null);
                        return;
                    }
                    CompletableFuture.delayedExecutor(PAUSE_MILLIS, TimeUnit.MILLISECONDS)
                            .execute(() -> run(partition, life + 1, end));
                });
    }

    @Override
    public void close() {
        stopping = true;
        try {
            CompletableFuture.allOf(ended.toArray(CompletableFuture<?>[]::new)).get(90, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | TimeoutException e) {
            job.out().accept(Happening.note(job.name() + " did not hear of everything it sent: " + e));
        }
    }
}
