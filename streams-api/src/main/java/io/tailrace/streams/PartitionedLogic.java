package io.tailrace.streams;

import io.tailrace.streams.ConsumerLogic.Emitted;
import java.util.ArrayDeque;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.javadsl.Source;

/** A source of sources, one for each partition that the group deals to the consumer. */
final class PartitionedLogic<K, V, T> extends SourceLogic<Pair<TopicPartition, Source<T, NotUsed>>>
        implements SubSource.Host {
    private final ConsumerSettings<K, V> settings;
    private final Emitted<K, V, T> emitted;
    /** Not emitted yet; no more than there are partitions. */
    private final ArrayDeque<SubSource> waiting = new ArrayDeque<>();

    private final GroupAssignment assignment;

    PartitionedLogic(
            SourceShape<Pair<TopicPartition, Source<T, NotUsed>>> shape,
            ConsumerSettings<K, V> settings,
            GroupPlan plan,
            Emitted<K, V, T> emitted) {
        super(shape, settings.stopTimeout());
        this.settings = settings;
        this.emitted = emitted;
        this.assignment = new GroupAssignment(this, settings, plan, this::begin);
    }

    @Override
    Assignment assign() {
        return assignment;
    }

    private PartitionShare begin(OwnedPartition owned, PartitionStart start) {
        SubSource source = new SubSource(this, owned, start, 0, false);
        waiting.add(source);
        return source;
    }

    @Override
    public void emitAnew(SubSource source) {
        SubSource next = source.next();
        if (assignment.replace(source.owned(), next)) {
            waiting.add(next);
            proceed();
        }
    }

    @Override
    public void passedOver() {
        control().passedOver();
    }

    @Override
    void proceed() {
        while (!isOver() && isAvailable(out)) {
            SubSource source = waiting.poll();
            if (source == null) {
                return;
            }
            if (!source.hasEnded()) {
                push(
                        out,
                        Pair.create(
                                source.owned().key().topicPartition(),
                                Source.fromGraph(new SubSourceStage<>(settings, emitted, source))));
            }
        }
    }
}
