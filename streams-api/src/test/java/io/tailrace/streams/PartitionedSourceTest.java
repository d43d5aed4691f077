package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.streams.ConsumerMessage.CommittableMessage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.Test;

/** A source for each partition, and who hears of partitions that come and go. */
class PartitionedSourceTest extends GroupTestKit {
    /** A member that has a stream for each partition. */
    private final class Partitioned {
        final List<ConsumerRecord<String, String>> done = Collections.synchronizedList(new ArrayList<>());
        final List<TopicPartition> begun = Collections.synchronizedList(new ArrayList<>());
        final List<TopicPartition> completed = Collections.synchronizedList(new ArrayList<>());
        final Consumer.DrainingControl<Done> control;

        Partitioned(String name, Function<ConsumerRecord<String, String>, CompletionStage<Done>> work) {
            control = Consumer.committablePartitionedSource(member(name), Subscriptions.topics("t"))
                    .flatMapMerge(100, pair -> {
                        begun.add(pair.first());
                        return pair.second()
                                .mapAsync(4, message -> dealWith(message, work))
                                .map(CommittableMessage::committableOffset)
                                .alsoTo(Sink.onComplete(done -> completed.add(pair.first())));
                    })
                    .toMat(Committer.sink(committer()), Consumer::createDrainingControl)
                    .run(tailrace.system());
        }

        private CompletionStage<CommittableMessage<String, String>> dealWith(
                CommittableMessage<String, String> message,
                Function<ConsumerRecord<String, String>, CompletionStage<Done>> work) {
            return work.apply(message.record()).thenApply(finished -> {
                done.add(message.record());
                return message;
            });
        }

        void stop() {
            await(control.drainAndShutdown(ForkJoinPool.commonPool()));
        }
    }

    private Partitioned partitioned(String name) {
        return new Partitioned(name, record -> CompletableFuture.completedStage(Done.getInstance()));
    }

    @Test
    void eachPartitionHasItsSourceAndThatCompletesWhenItGoes() {
        topic(2);
        fill(2, 100);
        Partitioned first = partitioned("a");
        eventually().until(() -> first.done.size() == 200);
        assertThat(first.begun).containsExactlyInAnyOrder(T0, new TopicPartition("t", 1));
        Partitioned second = partitioned("b");
        eventually().until(() -> groups.ownedBy("b").size() == 1);
        eventually().until(() -> first.completed.equals(List.of(new TopicPartition("t", 1))));
        fill(2, 100);
        eventually().until(() -> first.done.size() == 300 && second.done.size() == 100);
        assertThat(second.done.get(0).offset()).isEqualTo(100);
        first.stop();
        assertThat(committed(0)).isEqualTo(200);
        second.stop();
        assertThat(committed(1)).isEqualTo(200);
        assertThat(groups.members()).isZero();
    }

    @Test
    void aPartitionThatIsSlowHoldsNobodyUp() {
        topic(2);
        fill(2, 100);
        CompletableFuture<Done> gate = new CompletableFuture<>();
        Partitioned member = new Partitioned(
                "a", record -> record.partition() == 0 ? gate : CompletableFuture.completedStage(Done.getInstance()));
        eventually().until(() -> member.done.size() == 100);
        assertThat(member.done).allMatch(record -> record.partition() == 1);
        gate.complete(Done.getInstance());
        eventually().until(() -> member.done.size() == 200);
        member.stop();
    }

    @Test
    void aSourceOfWhichNoMoreIsWantedIsEmittedAnewAndGoesOn() {
        topic(1);
        fill(1, 10);
        var offsets = await(Consumer.plainPartitionedSource(member("a"), Subscriptions.topics("t"))
                .flatMapConcat(pair -> pair.second().take(3))
                .map(ConsumerRecord::offset)
                .take(10)
                .runWith(Sink.seq(), tailrace.system()));
        assertThat(offsets)
                .containsExactlyElementsOf(LongStream.range(0, 10).boxed().toList());
        eventually().until(() -> groups.members() == 0);
    }

    @Test
    void theApplicationMaySayWhereToBegin() {
        topic(3);
        fill(3, 100);
        groups.begin(GROUP, tailrace.partition("t", 1).id(), 60);
        List<Set<TopicPartition>> revoked = Collections.synchronizedList(new ArrayList<>());
        List<ConsumerRecord<String, String>> seen = Collections.synchronizedList(new ArrayList<>());
        var control = Consumer.plainPartitionedManualOffsetSource(
                        member("a"),
                        Subscriptions.topics("t"),
                        assigned -> CompletableFuture.supplyAsync(() -> Map.of(T0, 90L)),
                        revoked::add)
                .flatMapMerge(10, Pair::second)
                .to(Sink.foreach(seen::add))
                .run(tailrace.system());
        eventually().until(() -> seen.size() == 10 + 40 + 100);
        assertThat(seen)
                .allMatch(
                        record -> record.offset() >= (record.partition() == 0 ? 90 : record.partition() == 1 ? 60 : 0));
        Running other = run("b");
        eventually().until(() -> groups.ownedBy("b").size() == 1);
        assertThat(revoked).hasSize(1);
        other.stop();
        await(control.shutdown());
    }

    @Test
    void anApplicationThatCannotSayWhereToBeginFailsTheStream() {
        topic(1);
        IllegalStateException failure = new IllegalStateException("no offsets");
        var done = Consumer.committablePartitionedManualOffsetSource(
                        member("a"), Subscriptions.topics("t"), assigned -> CompletableFuture.failedStage(failure))
                .runWith(Sink.ignore(), tailrace.system());
        assertThat(failureOf(done)).isSameAs(failure);
        eventually().until(() -> groups.members() == 0);
    }

    @Test
    void aSourceThatRunsElsewhereEndsWithItsMemberAndIsRunOnce() {
        topic(1);
        fill(1, 10);
        CompletableFuture<Source<ConsumerRecord<String, String>, NotUsed>> source = new CompletableFuture<>();
        var control = Consumer.plainPartitionedSource(member("a"), Subscriptions.topics("t"))
                .to(Sink.foreach(pair -> source.complete(pair.second())))
                .run(tailrace.system());
        List<Long> seen = Collections.synchronizedList(new ArrayList<>());
        CompletionStage<Done> done = await(source).runForeach(record -> seen.add(record.offset()), tailrace.system());
        eventually().until(() -> seen.size() == 10);
        failsWith(ErrorCode.INVALID_ARGUMENT, await(source).runWith(Sink.ignore(), tailrace.system()));
        await(control.shutdown());
        await(done);
        assertThat(tailrace.partition("t", 0).openReaders()).isZero();
    }

    @Test
    void aPartitionThatCannotBeReadFailsTheStream() {
        topic(1);
        fill(1, 100);
        tailrace.partition("t", 0).moveStart(50);
        groups.begin(GROUP, tailrace.partition("t", 0).id(), 20);
        Partitioned member = partitioned("a");
        failsWith(ErrorCode.OFFSET_OUT_OF_RANGE, member.control.streamCompletion());
        await(member.control.isShutdown());
        assertThat(groups.members()).isZero();
    }

    @Test
    void aHandlerHearsWhatComesAndGoes() {
        topic(2);
        List<String> heard = Collections.synchronizedList(new ArrayList<>());
        PartitionAssignmentHandler handler = new PartitionAssignmentHandler() {
            @Override
            public void onAssign(Set<TopicPartition> assigned, RestrictedConsumer consumer) {
                heard.add("assigned " + assigned.size() + " of "
                        + consumer.assignment().size());
            }

            @Override
            public void onRevoke(Set<TopicPartition> revoked, RestrictedConsumer consumer) {
                heard.add("revoked " + revoked + " of " + consumer.assignment());
            }

            @Override
            public void onStop(Set<TopicPartition> current, RestrictedConsumer consumer) {
                heard.add("stopped " + current);
            }
        };
        var first = Consumer.plainSource(member("a"), Subscriptions.topics("t").withPartitionAssignmentHandler(handler))
                .to(Sink.ignore())
                .run(tailrace.system());
        eventually().until(() -> heard.size() == 1);
        Running second = run("b");
        eventually().until(() -> groups.ownedBy("b").size() == 1);
        await(first.shutdown());
        assertThat(heard).containsExactly("assigned 2 of 2", "revoked [t-1] of [t-0]", "stopped [t-0]");
        second.stop();
    }

    @Test
    void aHandlerMaySayWhereAPartitionBegins() {
        topic(2);
        fill(2, 10);
        PartitionAssignmentHandler handler = new PartitionAssignmentHandler() {
            @Override
            public void onAssign(Set<TopicPartition> assigned, RestrictedConsumer consumer) {
                consumer.seek(T0, 7);
            }

            @Override
            public void onRevoke(Set<TopicPartition> revoked, RestrictedConsumer consumer) {}
        };
        var records = Consumer.plainSource(
                        member("a"), Subscriptions.topics("t").withPartitionAssignmentHandler(handler))
                .take(13)
                .runWith(Sink.seq(), tailrace.system());
        assertThat(await(records).stream().filter(record -> record.partition() == 0))
                .extracting(ConsumerRecord::offset)
                .containsExactly(7L, 8L, 9L);
    }

    @Test
    void anActorHearsWhatComesAndGoes() {
        topic(2);
        List<Object> heard = Collections.synchronizedList(new ArrayList<>());
        Behavior<Object> listener = Behaviors.receiveMessage(message -> {
            heard.add(message);
            return Behaviors.same();
        });
        var ref = Adapter.toClassic(tailrace.system().systemActorOf(listener, "listener", Props.empty()));
        AutoSubscription subscription = Subscriptions.topics("t").withRebalanceListener(ref);
        var first = Consumer.plainSource(member("a"), subscription)
                .toMat(Sink.ignore(), Keep.left())
                .run(tailrace.system());
        eventually().until(() -> heard.size() == 1);
        assertThat(heard.get(0))
                .isInstanceOfSatisfying(
                        ConsumerRebalanceEvent.TopicPartitionsAssigned.class,
                        event -> assertThat(event.topicPartitions()).hasSize(2));
        Running second = run("b");
        eventually().until(() -> heard.size() == 2);
        assertThat(heard.get(1))
                .isInstanceOfSatisfying(
                        ConsumerRebalanceEvent.TopicPartitionsRevoked.class,
                        event -> assertThat(event.topicPartitions()).containsExactly(new TopicPartition("t", 1)));
        second.stop();
        await(first.shutdown());
    }
}
