package io.tailrace.streams.runtime;

import io.tailrace.streams.AutoOffsetReset;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.ReplayRange;
import io.tailrace.streams.Subscriptions;
import io.tailrace.streams.TopicPartition;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Fills the {@link GlobalStores} of an instance: reads their topics from the beginning, says when it has come to where they ended when it started, and goes on reading. Tasks
 * begin after that, so that what was there before them is found. It belongs to no group. Partitions that a topic is given later are read by the next reader only.
 */
public final class GlobalTableReader {
    private final ConsumerSettings<ByteBuffer, ByteBuffer> settings;
    private final GlobalStores stores;
    private final Set<TopicPartition> partitions;
    /** Where to go on. Used by the stream alone. */
    private final Map<TopicPartition, Long> next = new HashMap<>();

    private final CompletableFuture<Done> caughtUp = new CompletableFuture<>();
    private final UniqueKillSwitch end;
    private final CompletionStage<Done> ended;

    private GlobalTableReader(
            ConsumerSettings<ByteBuffer, ByteBuffer> settings, GlobalStores stores, Set<TopicPartition> partitions) {
        this.settings = settings.withAutoOffsetReset(AutoOffsetReset.EARLIEST);
        this.stores = stores;
        this.partitions = Set.copyOf(partitions);
        var running = fromTheBeginning()
                .concatLazy(Source.lazySource(this::onwards))
                .viaMat(KillSwitches.single(), Keep.right())
                .toMat(Sink.ignore(), Keep.both())
                .run(settings.tailrace().system());
        end = running.first();
        ended = running.second();
        ended.whenComplete((done, failure) -> {
            if (failure == null) {
                caughtUp.cancel(false);
            } else {
                caughtUp.completeExceptionally(failure);
            }
        });
    }

    /**
     * Begins to read.
     *
     * @param partitions all of those that the topics of the stores have
     */
    public static GlobalTableReader start(
            ConsumerSettings<ByteBuffer, ByteBuffer> settings, GlobalStores stores, Set<TopicPartition> partitions) {
        return new GlobalTableReader(settings, stores, partitions);
    }

    private Source<Done, ?> fromTheBeginning() {
        if (partitions.isEmpty()) {
            return Source.empty();
        }
        ReplayRange everything = ReplayRange.ofPartitions(partitions.toArray(new TopicPartition[0]));
        return Consumer.replaySource(settings, everything).map(this::take);
    }

    private Source<Done, NotUsed> onwards() {
        caughtUp.complete(Done.getInstance());
        if (partitions.isEmpty()) {
            return Source.maybe()
                    .map(never -> Done.getInstance())
                    .mapMaterializedValue(unused -> NotUsed.getInstance());
        }
        // Of a partition that was empty it is not known where it begins.
        Set<TopicPartition> empty = new HashSet<>(partitions);
        empty.removeAll(next.keySet());
        Source<ConsumerRecord<ByteBuffer, ByteBuffer>, NotUsed> all = Source.empty();
        if (!next.isEmpty()) {
            all = all.merge(Consumer.plainSource(settings, Subscriptions.assignmentWithOffset(Map.copyOf(next))));
        }
        if (!empty.isEmpty()) {
            all = all.merge(Consumer.plainSource(settings, Subscriptions.assignment(empty)));
        }
        return all.map(this::take);
    }

    private Done take(ConsumerRecord<ByteBuffer, ByteBuffer> record) {
        stores.process(record);
        next.put(record.topicPartition(), record.offset() + 1);
        return Done.getInstance();
    }

    /** Completes when all is in the stores that was in the topics when the reader started; fails if it ends before. */
    public CompletionStage<Done> caughtUp() {
        return caughtUp.minimalCompletionStage();
    }

    /** Completes when it has been closed; fails when it cannot go on: then the stores are to be filled anew by another one. */
    public CompletionStage<Done> ended() {
        return ended;
    }

    /** Reads no more. The stage completes when it has ended, whatever ended it: after that the stores may be closed. */
    public CompletionStage<Done> close() {
        end.shutdown();
        return ended.exceptionally(failure -> Done.getInstance());
    }
}
