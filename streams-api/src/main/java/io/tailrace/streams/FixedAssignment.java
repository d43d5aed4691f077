package io.tailrace.streams;

/** The partitions that the application has named. */
final class FixedAssignment<K, V> implements Assignment {
    private final ReadingHost<K, V> host;
    private final ConsumerSettings<K, V> settings;
    private final ManualSubscription subscription;

    FixedAssignment(ReadingHost<K, V> host, ConsumerSettings<K, V> settings, ManualSubscription subscription) {
        this.host = host;
        this.settings = settings;
        this.subscription = subscription;
    }

    @Override
    public void start() {
        subscription
                .starts()
                .forEach((partition, start) -> host.begin(
                        PartitionReading.assigned(host, settings, partition, start, subscription.endOf(partition))));
    }

    @Override
    public void end(Ending ending) {
        host.left();
    }

    @Override
    public void stop() {}
}
