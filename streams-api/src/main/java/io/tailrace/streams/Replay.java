package io.tailrace.streams;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import java.util.LinkedHashSet;
import java.util.Set;

/** Finds the partitions of a {@link ReplayRange}. One topic is asked for at a time, and again after a pause where nobody answers. */
final class Replay<K, V> {
    private static final long NEVER = Long.MAX_VALUE;

    private final ReadingHost<K, V> host;
    private final ConsumerSettings<K, V> settings;
    private final ReplayRange range;
    private final RetryBackoff backoff;
    private final Set<TopicPartition> partitions;

    Replay(ReadingHost<K, V> host, ConsumerSettings<K, V> settings, ReplayRange range) {
        this.host = host;
        this.settings = settings;
        this.range = range;
        this.backoff = RetryBackoff.create(settings.minRetryBackoff(), settings.maxRetryBackoff());
        this.partitions = new LinkedHashSet<>(range.partitions());
    }

    void start(FixedAssignment<K, V> assignment) {
        lookUp(0, assignment);
    }

    private void lookUp(int index, FixedAssignment<K, V> assignment) {
        if (index == range.topics().size()) {
            // All at once: the source completes when those that it knows are at their ends.
            partitions.forEach(partition ->
                    assignment.add(PartitionReading.assigned(host, settings, partition, range.start(partition), NEVER)
                            .within(range)));
            return;
        }
        settings.tailrace()
                .topics()
                .describe(range.topics().get(index))
                .whenComplete((topic, failure) -> host.enqueue(() -> {
                    if (host.isOver()) {
                        return;
                    }
                    if (failure == null) {
                        add(topic);
                        lookUp(index + 1, assignment);
                    } else {
                        failed(Failures.cause(failure), () -> lookUp(index, assignment));
                    }
                }));
    }

    private void add(Topic topic) {
        for (int number = 0; number < topic.partitions(); number++) {
            partitions.add(new TopicPartition(topic.name(), number));
        }
    }

    private void failed(Throwable cause, Runnable step) {
        if (cause instanceof TailraceException error && error.code().retriable()) {
            host.later(step, backoff.nextNanos());
        } else {
            host.failed(cause);
        }
    }
}
