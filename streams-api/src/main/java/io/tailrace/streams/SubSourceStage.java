package io.tailrace.streams;

import io.tailrace.streams.ConsumerLogic.Emitted;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.jspecify.annotations.Nullable;

/** The stage behind one partition's own source. */
final class SubSourceStage<K, V, T> extends GraphStage<SourceShape<T>> {
    private final Outlet<T> out = Outlet.create("Partition.out");
    private final SourceShape<T> shape = SourceShape.of(out);
    private final ConsumerSettings<K, V> settings;
    private final Emitted<K, V, T> emitted;
    private final SubSource source;

    SubSourceStage(ConsumerSettings<K, V> settings, Emitted<K, V, T> emitted, SubSource source) {
        this.settings = settings;
        this.emitted = emitted;
        this.source = source;
    }

    @Override
    public SourceShape<T> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new ConsumerLogic<>(shape, settings, emitted, host -> new Handed<>(host, settings, source));
    }

    /** The one partition, as long as the stage that emitted this source lets it be read. */
    private static final class Handed<K, V> implements Assignment {
        private final ReadingHost<K, V> host;
        private final ConsumerSettings<K, V> settings;
        private final SubSource source;
        private @Nullable PartitionReading<K, V> reading;
        private @Nullable Throwable failure;

        Handed(ReadingHost<K, V> host, ConsumerSettings<K, V> settings, SubSource source) {
            this.host = host;
            this.settings = settings;
            this.source = source;
        }

        @Override
        public void start() {
            if (source.start(() -> host.enqueue(host::finish))) {
                PartitionReading<K, V> begun =
                        PartitionReading.dealt(host, settings, source.owned(), source.from(), source.emittedTo());
                reading = begun;
                host.begin(begun);
            } else {
                host.finish();
            }
        }

        @Override
        public void failing(Throwable error) {
            failure = error;
        }

        @Override
        public void end(Ending ending) {
            host.left();
        }

        @Override
        public void stop() {
            if (reading != null) {
                source.ended(reading.emittedTo(), failure);
            }
        }
    }
}
