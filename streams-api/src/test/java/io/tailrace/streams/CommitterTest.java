package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.cluster.group.CommittedOffset;
import io.tailrace.cluster.group.GroupMembership.Commit;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.ConsumerMessage.CommittableMessage;
import io.tailrace.streams.ConsumerMessage.CommittableOffset;
import io.tailrace.streams.ConsumerMessage.CommittableOffsetBatch;
import io.tailrace.streams.ConsumerMessage.GroupTopicPartition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import org.apache.pekko.Done;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** When offsets are committed, and which. */
class CommitterTest extends GroupTestKit {
    private static final GroupTopicPartition P0 = new GroupTopicPartition(GROUP, "t", 0);

    /** The offsets of that many records, whose consumer stays. */
    private Pair<Consumer.Control, List<CommittableOffset>> offsets(int count) {
        List<CommittableOffset> seen = java.util.Collections.synchronizedList(new ArrayList<>());
        var control = Consumer.committableSource(member("a"), Subscriptions.topics("t"))
                .to(Sink.foreach(message -> seen.add(message.committableOffset())))
                .run(tailrace.system());
        eventually().until(() -> seen.size() == count);
        return Pair.create(control, seen);
    }

    private List<Long> committedOffsets() {
        return groups.commits().stream()
                .flatMap(List::stream)
                .map(Commit::offset)
                .toList();
    }

    @Test
    void aBatchIsCommittedWhenItIsFullAndAtTheEnd() {
        topic(1);
        fill(1, 105);
        var offsets = offsets(105);
        var batches = await(Source.from(offsets.second())
                .via(Committer.batchFlow(committer().withMaxBatch(10)))
                .runWith(Sink.seq(), tailrace.system()));
        assertThat(committedOffsets()).containsExactly(10L, 20L, 30L, 40L, 50L, 60L, 70L, 80L, 90L, 100L, 105L);
        assertThat(batches)
                .extracting(CommittableOffsetBatch::batchSize)
                .hasSize(11)
                .startsWith(10L)
                .endsWith(5L);
        assertThat(batches.get(10).getOffsets()).containsOnly(java.util.Map.entry(P0, 104L));
        await(offsets.first().shutdown());
    }

    @Test
    void aBatchIsCommittedAfterTheInterval() {
        topic(1);
        fill(1, 100);
        Running member = new Running(
                member("a"),
                committer().withMaxInterval(Duration.ofMillis(20)),
                record -> CompletableFuture.completedStage(Done.getInstance()));
        eventually().until(() -> committed(0) == 100);
        member.stop();
    }

    /** The interval never comes and the batch is never full, so only the revoke can have done it. */
    @Test
    void aBatchIsCommittedAtOnceWhenAPartitionIsToGo() {
        topic(2);
        fill(2, 100);
        Running first = run("a");
        eventually().until(() -> first.done.size() == 200);
        assertThat(groups.commits()).isEmpty();
        Running second = run("b");
        eventually().until(() -> groups.ownedBy("b").size() == 1);
        assertThat(committed(1)).isEqualTo(100);
        first.stop();
        second.stop();
    }

    @Test
    void noMoreBatchesThanAllowedAreUnanswered() {
        topic(1);
        fill(1, 500);
        var offsets = offsets(500);
        groups.holdCommits();
        List<CommittableOffset> taken = java.util.Collections.synchronizedList(new ArrayList<>());
        var done = Source.from(offsets.second())
                .map(offset -> {
                    taken.add(offset);
                    return offset;
                })
                .runWith(Committer.sink(committer().withMaxBatch(10).withParallelism(3)), tailrace.system());
        eventually().until(() -> taken.size() >= 30);
        eventually().during(Duration.ofMillis(100)).until(() -> taken.size() <= 31);
        groups.releaseCommits();
        await(done);
        assertThat(committed(0)).isEqualTo(500);
        await(offsets.first().shutdown());
    }

    @Test
    void ofEachPartitionTheHighestOffsetCounts() {
        topic(2);
        fill(2, 10);
        var offsets = offsets(20);
        CommittableOffsetBatch batch = ConsumerMessage.createCommittableOffsetBatch(offsets.second());
        assertThat(batch.batchSize()).isEqualTo(20);
        assertThat(batch.getOffsets())
                .containsOnly(
                        java.util.Map.entry(P0, 9L), java.util.Map.entry(new GroupTopicPartition(GROUP, "t", 1), 9L));
        CommittableOffset lower = offsets.second().get(0);
        assertThat(batch.updated(lower).getOffsets()).isEqualTo(batch.getOffsets());
        assertThat(batch.updated(lower).batchSize()).isEqualTo(21);
        assertThat(ConsumerMessage.createCommittableOffsetBatch(lower)
                        .updated(batch)
                        .getOffsets())
                .isEqualTo(batch.getOffsets());
        assertThat(ConsumerMessage.emptyCommittableOffsetBatch().isEmpty()).isTrue();
        await(Source.single(batch).runWith(Committer.sink(committer()), tailrace.system()));
        assertThat(groups.commits()).hasSize(1);
        assertThat(committed(0)).isEqualTo(10);
        assertThat(committed(1)).isEqualTo(10);
        await(offsets.first().shutdown());
    }

    @Test
    void aFlowEmitsOnceForEachBatchAndItsContextIsTheBatch() {
        topic(1);
        fill(1, 30);
        var offsets = offsets(30);
        var done = await(Source.from(offsets.second())
                .via(Committer.flow(committer().withMaxBatch(10)))
                .runWith(Sink.seq(), tailrace.system()));
        assertThat(done).hasSize(3);
        await(offsets.first().shutdown());

        fill(1, 10);
        var batches = await(Consumer.sourceWithOffsetContext(member("b"), Subscriptions.topics("t"))
                .map(ConsumerRecord::value)
                .via(Committer.<String, CommittableOffset>flowWithOffsetContext(
                        committer().withMaxBatch(10)))
                .asSource()
                .take(1)
                .runWith(Sink.seq(), tailrace.system()));
        assertThat(batches.get(0).second().getOffsets()).containsEntry(P0, 39L);
        eventually().until(() -> groups.members() == 0);
    }

    @Test
    void aSinkTakesTheOffsetFromTheContext() {
        topic(1);
        fill(1, 30);
        Consumer.DrainingControl<Done> control = Consumer.sourceWithOffsetContext(
                        member("a"), Subscriptions.topics("t"), record -> "meta " + record.offset())
                .toMat(Committer.sinkWithOffsetContext(committer().withMaxBatch(30)), Consumer::createDrainingControl)
                .run(tailrace.system());
        eventually().until(() -> committed(0) == 30);
        assertThat(groups.metadata(GROUP, tailrace.partition("t", 0).id())).isEqualTo("meta 29");
        await(control.drainAndShutdown(ForkJoinPool.commonPool()));
    }

    @Test
    void metadataIsStoredWithTheOffsetAndTooMuchOfItFailsTheStream() {
        topic(1);
        fill(1, 10);
        var running = Consumer.commitWithMetadataSource(
                        member("a"), Subscriptions.topics("t"), record -> "m" + record.offset())
                .map(CommittableMessage::committableOffset)
                .toMat(Committer.sink(committer().withMaxBatch(10)), Keep.both())
                .run(tailrace.system());
        eventually().until(() -> committed(0) == 10);
        assertThat(groups.metadata(GROUP, tailrace.partition("t", 0).id())).isEqualTo("m9");
        await(running.first().shutdown());

        fill(1, 1);
        var failing = Consumer.commitWithMetadataSource(
                        member("a"), Subscriptions.topics("t"), record -> "m".repeat(CommittedOffset.MAX_METADATA + 1))
                .runWith(Sink.ignore(), tailrace.system());
        failsWith(ErrorCode.INVALID_ARGUMENT, failing);
    }

    @Test
    void atMostOnceCommitsEachRecordBeforeItIsEmitted() {
        topic(1);
        fill(1, 10);
        var committedBefore = await(Consumer.atMostOnceSource(member("a"), Subscriptions.topics("t"))
                .map(record -> committed(0) > record.offset())
                .take(10)
                .runWith(Sink.seq(), tailrace.system()));
        assertThat(committedBefore).hasSize(10).containsOnly(true);
        eventually().until(() -> groups.members() == 0);
    }

    @Test
    void whatIsStoredElsewhereIsCommittedAfterwards() {
        topic(1);
        tailrace.withTopic("copy", 1);
        fill(1, 100);
        Consumer.DrainingControl<Done> control = Consumer.committableSource(member("a"), Subscriptions.topics("t"))
                .map(message -> ProducerMessage.<String, String, CommittableOffset>single(
                        ProducerRecord.of("copy", message.record().value()), message.committableOffset()))
                .toMat(
                        Producer.committableSink(producer(), committer().withMaxBatch(100)),
                        Consumer::createDrainingControl)
                .run(tailrace.system());
        eventually().until(() -> committed(0) == 100);
        assertThat(values(tailrace.partition("copy", 0))).hasSize(100);
        await(control.drainAndShutdown(ForkJoinPool.commonPool()));
    }

    @Test
    void aCommitterBehindAnAsyncBoundaryCommitsAll() {
        topic(1);
        fill(1, 3000);
        Consumer.DrainingControl<Done> control = Consumer.committableSource(member("a"), Subscriptions.topics("t"))
                .map(CommittableMessage::committableOffset)
                .via(Flow.<CommittableOffset>create().async())
                .toMat(Committer.sink(committer()), Consumer::createDrainingControl)
                .run(tailrace.system());
        eventually().until(() -> committed(0) == 3000);
        await(control.drainAndShutdown(ForkJoinPool.commonPool()));
    }

    @Test
    void aGroupSubscriptionNeedsAGroupAndOnlyWithItIsMetadataStored() {
        refused(ErrorCode.INVALID_SETTING, () -> Consumer.committableSource(consumer(), Subscriptions.topics("t")));
        refused(ErrorCode.INVALID_SETTING, () -> Consumer.plainSource(consumer(), Subscriptions.topics("t")));
        refused(
                ErrorCode.INVALID_ARGUMENT,
                () -> Consumer.commitWithMetadataSource(member("a"), Subscriptions.assignment(T0), record -> ""));
        refused(ErrorCode.INVALID_SETTING, () -> consumer().withGroupId(""));
        refused(ErrorCode.INVALID_SETTING, () -> consumer().withGroupInstanceId("a\n"));
        refused(ErrorCode.INVALID_SETTING, () -> consumer().withMaxDrain(Duration.ZERO));
        refused(ErrorCode.INVALID_SETTING, () -> committer().withMaxBatch(0));
        assertThatThrownBy(() -> Subscriptions.topics()).isInstanceOf(IllegalArgumentException.class);
    }

    private static void refused(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                .isEqualTo(code));
    }

    @Test
    void whoForgetsIsNotBackpressuredAndCommitsTheHighestInTheEnd() {
        topic(1);
        fill(1, 500);
        var offsets = offsets(500);
        groups.holdCommits();
        CommitterSettings forgetting =
                committer().withMaxBatch(10).withParallelism(3).withDelivery(CommitDelivery.sendAndForget());
        List<CommittableOffset> taken = java.util.Collections.synchronizedList(new ArrayList<>());
        var done = Source.from(offsets.second())
                .map(offset -> {
                    taken.add(offset);
                    return offset;
                })
                .runWith(Committer.sink(forgetting), tailrace.system());
        eventually().until(() -> taken.size() == 500);
        groups.releaseCommits();
        await(done);
        assertThat(committed(0)).isEqualTo(500);
        assertThat(committedOffsets()).containsExactly(10L, 20L, 30L, 500L);
        await(offsets.first().shutdown());
    }

    @Test
    void anOffsetIsHeldBackUntilTheNextComesByAndTheLastUntilTheStreamCompletes() {
        topic(2);
        fill(2, 3);
        var offsets = offsets(6);
        CommitterSettings deferring = committer().withMaxBatch(1).withCommitWhen(CommitWhen.nextOffsetObserved());
        var queue = Source.<CommittableOffset>queue(20)
                .toMat(Committer.sink(deferring), org.apache.pekko.stream.javadsl.Keep.both())
                .run(tailrace.system());
        List<CommittableOffset> ofFirst = offsets.second().stream()
                .filter(offset -> offset.partitionOffset().key().equals(P0))
                .toList();
        queue.first().offer(ofFirst.get(0));
        queue.first().offer(ofFirst.get(0));
        eventually().during(Duration.ofMillis(100)).until(() -> committed(0) == -1);
        queue.first().offer(ofFirst.get(1));
        eventually().until(() -> committed(0) == 1);
        queue.first().offer(ofFirst.get(1));
        queue.first().complete();
        await(queue.second());
        assertThat(committed(0)).isEqualTo(2);
        await(offsets.first().shutdown());
    }
}
