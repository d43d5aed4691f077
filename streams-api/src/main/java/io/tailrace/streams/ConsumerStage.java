package io.tailrace.streams;

import io.tailrace.streams.ConsumerLogic.Emitted;
import java.util.function.Function;
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
    private final Emitted<K, V, T> emitted;
    private final Function<ReadingHost<K, V>, Assignment> assignment;

    private ConsumerStage(
            ConsumerSettings<K, V> settings,
            Emitted<K, V, T> emitted,
            Function<ReadingHost<K, V>, Assignment> assignment) {
        this.settings = settings;
        this.emitted = emitted;
        this.assignment = assignment;
    }

    /** Emits records, of which nothing is committed. */
    static <K, V> ConsumerStage<K, V, ConsumerRecord<K, V>> plain(
            ConsumerSettings<K, V> settings, Subscription subscription) {
        Emitted<K, V, ConsumerRecord<K, V>> itself = (record, owned) -> record;
        if (subscription instanceof ManualSubscription manual) {
            return new ConsumerStage<>(settings, itself, host -> FixedAssignment.of(host, settings, manual));
        }
        return shared(settings, itself, GroupPlan.of((AutoSubscription) subscription, false));
    }

    /** Emits records from one place to another, and completes. */
    static <K, V> ConsumerStage<K, V, ConsumerRecord<K, V>> replay(ConsumerSettings<K, V> settings, ReplayRange range) {
        return new ConsumerStage<>(
                settings,
                (record, owned) -> record,
                host -> new FixedAssignment<>(host, new Replay<>(host, settings, range)::start));
    }

    /** Emits what is to be committed: nothing of a partition is given back before. */
    static <K, V, T> ConsumerStage<K, V, T> committable(
            ConsumerSettings<K, V> settings, GroupPlan plan, Emitted<K, V, T> emitted) {
        return shared(settings, emitted, plan);
    }

    private static <K, V, T> ConsumerStage<K, V, T> shared(
            ConsumerSettings<K, V> settings, Emitted<K, V, T> emitted, GroupPlan plan) {
        settings.requireGroupId();
        return new ConsumerStage<>(
                settings,
                emitted,
                host -> StallingAssignment.watched(
                        host,
                        settings,
                        plan,
                        stay -> new GroupAssignment(
                                stay, settings, plan, (owned, start) -> readHere(host, settings, owned, start))));
    }

    private static <K, V> PartitionShare readHere(
            ReadingHost<K, V> host, ConsumerSettings<K, V> settings, OwnedPartition owned, PartitionStart start) {
        return ReadingShare.begin(host, PartitionReading.dealt(host, settings, owned, start, 0), false);
    }

    @Override
    public SourceShape<T> shape() {
        return shape;
    }

    @Override
    public Pair<GraphStageLogic, Consumer.Control> createLogicAndMaterializedValuePair(Attributes attributes) {
        ConsumerLogic<K, V, T> logic = new ConsumerLogic<>(shape, settings, emitted, assignment, null);
        return Pair.create(logic, logic.control());
    }
}
