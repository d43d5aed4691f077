package io.tailrace.streams;

import io.tailrace.streams.ConsumerLogic.Emitted;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.stage.AbstractGraphStageWithMaterializedValue;
import org.apache.pekko.stream.stage.GraphStageLogic;

/** The stage behind the sources of {@link Consumer} that read all their partitions in one stream. */
final class ConsumerStage<K, V, T> extends AbstractGraphStageWithMaterializedValue<SourceShape<T>, Consumer.Control> {
    private final Outlet<T> out = Outlet.create("Consumer.out");
    private final SourceShape<T> shape = SourceShape.of(out);
    private final ConsumerSettings<K, V> settings;
    private final Subscription subscription;
    private final boolean committing;
    private final Emitted<K, V, T> emitted;

    private ConsumerStage(
            ConsumerSettings<K, V> settings, Subscription subscription, boolean committing, Emitted<K, V, T> emitted) {
        this.settings = settings;
        this.subscription = subscription;
        this.committing = committing;
        this.emitted = emitted;
    }

    /** Emits records, of which nothing is committed. */
    static <K, V> ConsumerStage<K, V, ConsumerRecord<K, V>> plain(
            ConsumerSettings<K, V> settings, Subscription subscription) {
        if (subscription instanceof AutoSubscription) {
            settings.requireGroupId();
        }
        return new ConsumerStage<>(settings, subscription, false, (record, owned) -> record);
    }

    /** Emits what is to be committed: nothing of a partition is given back before. */
    static <K, V, T> ConsumerStage<K, V, T> committable(
            ConsumerSettings<K, V> settings, AutoSubscription subscription, Emitted<K, V, T> emitted) {
        settings.requireGroupId();
        return new ConsumerStage<>(settings, subscription, true, emitted);
    }

    @Override
    public SourceShape<T> shape() {
        return shape;
    }

    @Override
    public Pair<GraphStageLogic, Consumer.Control> createLogicAndMaterializedValuePair(Attributes attributes) {
        ConsumerLogic<K, V, T> logic = new ConsumerLogic<>(shape, settings, emitted, this::assignment);
        return Pair.create(logic, logic.control());
    }

    private Assignment assignment(ReadingHost<K, V> host) {
        return subscription instanceof AutoSubscription group
                ? new GroupAssignment<>(host, settings, group, committing)
                : new FixedAssignment<>(host, settings, (ManualSubscription) subscription);
    }
}
