package io.tailrace.streams;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** Partitions that the application has named. */
final class FixedAssignment<K, V> implements Assignment {
    private final ReadingHost<K, V> host;
    private final Consumer<FixedAssignment<K, V>> begin;
    private final Map<TopicPartition, PartitionShare> shares = new HashMap<>();

    /** Calls {@code begin} once, which is to {@link #add} the partitions, now or later. */
    FixedAssignment(ReadingHost<K, V> host, Consumer<FixedAssignment<K, V>> begin) {
        this.host = host;
        this.begin = begin;
    }

    static <K, V> FixedAssignment<K, V> of(
            ReadingHost<K, V> host, ConsumerSettings<K, V> settings, ManualSubscription subscription) {
        return new FixedAssignment<>(host, all -> subscription
                .starts()
                .forEach((partition, start) -> all.add(
                        PartitionReading.assigned(host, settings, partition, start, subscription.endOf(partition)))));
    }

    @Override
    public void start() {
        begin.accept(this);
    }

    void add(PartitionReading<K, V> reading) {
        shares.put(reading.partition(), ReadingShare.begin(host, reading, false));
    }

    @Override
    public boolean has(TopicPartition partition) {
        return shares.containsKey(partition);
    }

    @Override
    public void pause(TopicPartition partition, boolean paused) {
        share(partition).pause(paused);
    }

    @Override
    public void seek(TopicPartition partition, long offset) {
        share(partition).seek(offset, null, emittedTo -> {});
    }

    private PartitionShare share(TopicPartition partition) {
        return Objects.requireNonNull(shares.get(partition), partition::toString);
    }

    @Override
    public void end(Ending ending) {
        host.left();
    }

    @Override
    public void stop() {}
}
