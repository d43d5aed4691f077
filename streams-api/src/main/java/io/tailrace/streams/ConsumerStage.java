package io.tailrace.streams;

import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.stage.AbstractGraphStageWithMaterializedValue;
import org.apache.pekko.stream.stage.GraphStageLogic;

/** The stage behind {@link Consumer#plainSource}. */
final class ConsumerStage<K, V>
        extends AbstractGraphStageWithMaterializedValue<SourceShape<ConsumerRecord<K, V>>, Consumer.Control> {
    private final Outlet<ConsumerRecord<K, V>> out = Outlet.create("Consumer.out");
    private final SourceShape<ConsumerRecord<K, V>> shape = SourceShape.of(out);
    private final ConsumerSettings<K, V> settings;
    private final Subscription subscription;

    ConsumerStage(ConsumerSettings<K, V> settings, Subscription subscription) {
        this.settings = settings;
        this.subscription = subscription;
    }

    @Override
    public SourceShape<ConsumerRecord<K, V>> shape() {
        return shape;
    }

    @Override
    public Pair<GraphStageLogic, Consumer.Control> createLogicAndMaterializedValuePair(Attributes attributes) {
        ConsumerLogic<K, V> logic = new ConsumerLogic<>(shape, settings, subscription);
        return Pair.create(logic, logic.control());
    }
}
