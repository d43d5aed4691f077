package io.tailrace.streams;

import io.tailrace.streams.ConsumerLogic.Emitted;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.stage.AbstractGraphStageWithMaterializedValue;
import org.apache.pekko.stream.stage.GraphStageLogic;

/** The stage behind the sources of {@link Consumer} that emit a source for each partition. */
final class PartitionedStage<K, V, T>
        extends AbstractGraphStageWithMaterializedValue<
                SourceShape<Pair<TopicPartition, Source<T, NotUsed>>>, Consumer.Control> {
    private final Outlet<Pair<TopicPartition, Source<T, NotUsed>>> out = Outlet.create("Consumer.out");
    private final SourceShape<Pair<TopicPartition, Source<T, NotUsed>>> shape = SourceShape.of(out);
    private final ConsumerSettings<K, V> settings;
    private final GroupPlan plan;
    private final Emitted<K, V, T> emitted;

    PartitionedStage(ConsumerSettings<K, V> settings, GroupPlan plan, Emitted<K, V, T> emitted) {
        settings.requireGroupId();
        this.settings = settings;
        this.plan = plan;
        this.emitted = emitted;
    }

    @Override
    public SourceShape<Pair<TopicPartition, Source<T, NotUsed>>> shape() {
        return shape;
    }

    @Override
    public Pair<GraphStageLogic, Consumer.Control> createLogicAndMaterializedValuePair(Attributes attributes) {
        PartitionedLogic<K, V, T> logic = new PartitionedLogic<>(shape, settings, plan, emitted);
        return Pair.create(logic, logic.control());
    }
}
