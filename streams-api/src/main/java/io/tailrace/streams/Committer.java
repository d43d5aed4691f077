package io.tailrace.streams;

import io.tailrace.streams.ConsumerMessage.Committable;
import io.tailrace.streams.ConsumerMessage.CommittableOffsetBatch;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.FlowWithContext;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;

/**
 * Commits the offsets of records that have been dealt with, many at once.
 *
 * <p><b>Cumulative.</b> Of each partition the highest offset is committed, and that says of all records before it that they have been dealt
 * with too. So keep the order of a partition's records up to the committer ({@code mapAsync} or {@link KeyedFlow}, not {@code mapAsyncUnordered}).
 *
 * <p><b>When.</b> A batch is committed when it has {@link CommitterSettings#maxBatch()} records or has been open for
 * {@link CommitterSettings#maxInterval()}; when the stream ends or fails; and, other than in pekko-connectors-kafka, at once when one of its
 * partitions is to go to another consumer and waits for nothing else. So a hand-over is not delayed by the interval, and what was committed is
 * not read again by the new owner.
 *
 * <p>{@link CommitterSettings#withDelivery} has it not wait for answers, {@link CommitterSettings#withCommitWhen} hold each offset back until the next
 * comes by.
 *
 * <p><b>Every record has to come by</b>, at least the last one of those that were emitted: a stream that filters passes the offsets on of
 * what it leaves out. If not, a partition is given back only when {@link ConsumerSettings#maxDrain()} is over.
 *
 * <p><b>What may go wrong.</b> While nobody answers for the group a commit is sent again, and upstream backpressured when
 * {@link CommitterSettings#parallelism()} batches are unanswered. A partition that was taken away meanwhile, its records not being committed
 * within {@link ConsumerSettings#maxDrain()}, is left out with a warning in the log: its records are read again by whoever has it. The stream
 * fails with MEMBER_FENCED or CLOSED if the membership is over before everything is committed.
 */
public final class Committer {
    private Committer() {}

    /** A sink that completes when all is committed. */
    public static <C extends Committable> Sink<C, CompletionStage<Done>> sink(CommitterSettings settings) {
        return Committer.<C>batchFlow(settings).toMat(Sink.ignore(), Keep.right());
    }

    /** A flow that emits once for each batch when it is committed. */
    public static <C extends Committable> Flow<C, Done, NotUsed> flow(CommitterSettings settings) {
        return Committer.<C>batchFlow(settings).map(batch -> Done.getInstance());
    }

    /** A flow that emits each batch when it is committed. */
    public static <C extends Committable> Flow<C, CommittableOffsetBatch, NotUsed> batchFlow(
            CommitterSettings settings) {
        return Flow.fromGraph(new CommitterStage<>(settings));
    }

    /** A sink for streams whose context is the offset, such as those of {@link Consumer#sourceWithOffsetContext}. */
    public static <E, C extends Committable> Sink<Pair<E, C>, CompletionStage<Done>> sinkWithOffsetContext(
            CommitterSettings settings) {
        return Flow.<Pair<E, C>>create().map(Pair::second).toMat(Committer.<C>sink(settings), Keep.right());
    }

    /** A flow for streams whose context is the offset; each batch that is committed comes out as context. */
    public static <E, C extends Committable>
            FlowWithContext<E, C, NotUsed, CommittableOffsetBatch, NotUsed> flowWithOffsetContext(
                    CommitterSettings settings) {
        return FlowWithContext.fromPairs(Flow.<Pair<E, C>>create()
                .map(Pair::second)
                .via(Committer.<C>batchFlow(settings))
                .map(batch -> Pair.create(NotUsed.getInstance(), batch)));
    }
}
