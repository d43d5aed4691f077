package io.tailrace.streams;

import io.tailrace.streams.ConsumerLogic.Emitted;
import java.util.function.Consumer;
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
        return new ConsumerLogic<>(
                shape, settings, emitted, host -> new Handed<>(host, settings, source), source::passedOver);
    }

    /** The one partition, as long as the stage that emitted this source lets it be read. */
    private static final class Handed<K, V> implements Assignment, SubSource.Stream {
        private final ReadingHost<K, V> host;
        private final ConsumerSettings<K, V> settings;
        private final SubSource source;
        private @Nullable ReadingShare<K, V> share;
        private @Nullable Throwable failure;

        Handed(ReadingHost<K, V> host, ConsumerSettings<K, V> settings, SubSource source) {
            this.host = host;
            this.settings = settings;
            this.source = source;
        }

        @Override
        public void start() {
            SubSource.Begun begun = source.start(this);
            if (begun == null) {
                host.finish();
                return;
            }
            share = ReadingShare.begin(
                    host,
                    PartitionReading.dealt(host, settings, begun.owned(), begun.from(), begun.emittedTo()),
                    begun.paused());
        }

        @Override
        public void tell(Consumer<PartitionShare> wish) {
            host.enqueue(() -> {
                if (share != null && !host.isOver()) {
                    wish.accept(share);
                }
            });
        }

        @Override
        public void finish() {
            host.enqueue(host::finish);
        }

        /** Its partition is told by the stage that emitted the source. */
        @Override
        public boolean has(TopicPartition partition) {
            return false;
        }

        @Override
        public void pause(TopicPartition partition, boolean paused) {}

        @Override
        public void seek(TopicPartition partition, long offset) {}

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
            if (share != null) {
                source.ended(share.emittedTo(), failure);
            }
        }
    }
}
