package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.cluster.quota.Quota;
import io.tailrace.cluster.quota.QuotaEntity;
import io.tailrace.cluster.quota.QuotaTable;
import io.tailrace.cluster.quota.Throttles;
import io.tailrace.streams.ConsumerMessage.CommittableMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.Test;

/** Consumers that give their partitions up while they stall. Time passes as the test lets it. */
class StallTest extends GroupTestKit {
    private static final Duration STALL = Duration.ofMinutes(4);
    private static final Duration LOOK = Duration.ofMinutes(1);
    private static final Duration DRAIN = Duration.ofMinutes(30);

    private final VirtualScheduler time =
            (VirtualScheduler) tailrace.system().classicSystem().scheduler();

    StallTest() {
        super(new FakeTailrace(VirtualScheduler.CONFIG));
    }

    private ConsumerSettings<String, String> watched(String name) {
        return member(name).withStallTimeout(STALL).withMaxDrain(DRAIN);
    }

    private Running run(
            ConsumerSettings<String, String> settings,
            Function<ConsumerRecord<String, String>, CompletionStage<Done>> work) {
        return new Running(settings, committer(), work);
    }

    /** Lets so many looks come, one after the other, each of which is over before the next. */
    private void look(int times) {
        for (int n = 0; n < times; n++) {
            eventually().until(() -> time.due(LOOK) > 0);
            time.pass(LOOK);
        }
        eventually().until(() -> time.due(LOOK) > 0);
    }

    /** The first look sees what there was before. */
    private void stall() {
        look(5);
    }

    @Test
    void whoNeitherAsksNorCommitsGivesItsPartitionsToTheOthersAndJoinsAgainWhenItGoesOn() {
        topic(2);
        fill(2, 300);
        CompletableFuture<Done> gate = new CompletableFuture<>();
        Running stuck = run(watched("stuck"), record -> gate);
        eventually().until(() -> stuck.begun.get() == IN_FLIGHT);
        Running other = run(member("other"), record -> CompletableFuture.completedStage(Done.getInstance()));
        eventually().until(() -> groups.members() == 2);
        stall();
        time.pass(DRAIN);
        eventually().until(() -> groups.members() == 1 && other.done.size() == 600);

        gate.complete(Done.getInstance());
        eventually().until(() -> groups.members() == 2);
        eventually().until(() -> groups.ownedBy("stuck").size() == 1);
        fill(2, 50);
        eventually().until(() -> other.done.size() + stuck.done.size() == IN_FLIGHT + 700);
        stuck.stop();
        other.stop();
        assertThat(committed(0)).isEqualTo(350);
        assertThat(committed(1)).isEqualTo(350);
    }

    @Test
    void whatIsDealtWithWhileItGivesUpIsCommittedAndReadByNobodyElse() {
        topic(1);
        fill(1, 150);
        CompletableFuture<Done> gate = new CompletableFuture<>();
        Running slow = run(watched("slow"), record -> gate);
        eventually().until(() -> slow.begun.get() == IN_FLIGHT);
        stall();
        assertThat(groups.ownedBy("slow")).hasSize(1);
        tailrace.grow("t", 2);
        assertThat(groups.ownedBy("slow")).hasSize(2);
        gate.complete(Done.getInstance());
        // It asks for more when it is done, so it is back as soon as it has left.
        eventually().until(() -> slow.done.size() == 150);
        assertThat(slow.done).doesNotHaveDuplicates();
        assertThat(groups.joined()).isEqualTo(2);
        slow.stop();
        assertThat(committed(0)).isEqualTo(150);
    }

    @Test
    void whoWaitsForItsQuotaDoesNotStall() {
        AtomicLong nanos = new AtomicLong();
        tailrace.throttles = new Throttles(nanos::get);
        tailrace.throttles.learn(QuotaTable.of(List.of(
                new Quota(QuotaEntity.clientId("slow"), OptionalLong.empty(), OptionalLong.of(Quota.MIN_RATE)))));
        topic(1);
        fill(1, 150);
        Running slow = run(watched("slow"), record -> CompletableFuture.completedStage(Done.getInstance()));
        eventually().until(() -> !slow.done.isEmpty());
        look(20);
        assertThat(slow.done.size()).isLessThan(150);
        assertThat(groups.joined()).isEqualTo(1);
        tailrace.throttles.learn(QuotaTable.EMPTY);
        look(1);
        eventually().until(() -> slow.done.size() == 150);
        assertThat(groups.joined()).isEqualTo(1);
        slow.stop();
    }

    @Test
    void whatItCommitsAfterItHasLeftChangesNothingAndIsReadAgain() {
        topic(1);
        fill(1, 120);
        CompletableFuture<Done> gate = new CompletableFuture<>();
        Running stuck = run(watched("stuck"), record -> gate);
        eventually().until(() -> stuck.begun.get() == IN_FLIGHT);
        stall();
        time.pass(DRAIN);
        eventually().until(() -> groups.members() == 0);
        gate.complete(Done.getInstance());
        eventually().until(() -> stuck.done.size() >= IN_FLIGHT + 120);
        stuck.stop();
        assertThat(committed(0)).isEqualTo(120);
        assertThat(groups.commits().stream().flatMap(List::stream).map(commit -> commit.generation()))
                .doesNotContain(1);
    }

    @Test
    void whoWaitsAtTheEndIsNotStalledNorIsWhoIsPausedNorWhoHasNothing() {
        topic(1);
        fill(1, 10);
        Running member = run(watched("a"), record -> CompletableFuture.completedStage(Done.getInstance()));
        eventually().until(() -> member.done.size() == 10);
        look(10);
        assertThat(groups.ownedBy("a")).hasSize(1);

        await(member.control.pause(Set.of(T0)));
        fill(1, 10);
        look(10);
        assertThat(groups.ownedBy("a")).hasSize(1);
        assertThat(member.emitted).hasSize(10);

        await(member.control.resume(Set.of(T0)));
        eventually().until(() -> member.done.size() == 20);
        Running idle = run(watched("idle"), record -> new CompletableFuture<>());
        eventually().until(() -> groups.members() == 2);
        look(10);
        assertThat(groups.members()).isEqualTo(2);
        idle.control.shutdown();
        member.stop();
    }

    @Test
    void whoAsksForOneRecordNowAndThenIsNotStalled() {
        topic(1);
        fill(1, 100);
        SinkQueueWithCancel<ConsumerRecord<String, String>> queue = Consumer.plainSource(
                        watched("a"), Subscriptions.topics("t"))
                .runWith(Sink.<ConsumerRecord<String, String>>queue(1), tailrace.system());
        for (int n = 0; n < 10; n++) {
            assertThat(await(queue.pull())).isPresent();
            look(3);
            assertThat(groups.members()).isEqualTo(1);
        }
        stall();
        eventually().until(() -> groups.members() == 0);
        // A source that commits nothing begins where the group does, and the queue holds one of before.
        List<Long> more = new ArrayList<>();
        eventually().until(() -> {
            more.add(await(queue.pull()).orElseThrow().offset());
            return groups.members() == 1 && more.contains(0L);
        });
        queue.cancel();
        eventually().until(() -> groups.members() == 0);
    }

    @Test
    void whoCommitsNowAndThenIsNotStalled() {
        topic(1);
        fill(1, 100);
        SinkQueueWithCancel<CommittableMessage<String, String>> queue = Consumer.committableSource(
                        watched("a"), Subscriptions.topics("t"))
                .runWith(Sink.<CommittableMessage<String, String>>queue(1), tailrace.system());
        List<CommittableMessage<String, String>> taken = new ArrayList<>();
        for (int n = 0; n < 6; n++) {
            taken.add(await(queue.pull()).orElseThrow());
        }
        for (CommittableMessage<String, String> message : taken) {
            look(3);
            await(Source.single(message.committableOffset()).runWith(Committer.sink(committer()), tailrace.system()));
        }
        assertThat(groups.ownedBy("a")).hasSize(1);
        assertThat(groups.joined()).isEqualTo(1);
        assertThat(committed(0)).isEqualTo(6);
        queue.cancel();
    }

    @Test
    void theHandlerHearsWhatIsGivenUpAndWhatIsLostOfIt() {
        topic(2);
        fill(2, 100);
        List<String> heard = Collections.synchronizedList(new ArrayList<>());
        Subscription subscription = Subscriptions.topics("t")
                .withPartitionAssignmentHandler(new PartitionAssignmentHandler() {
                    @Override
                    public void onAssign(Set<TopicPartition> assigned, RestrictedConsumer consumer) {
                        heard.add("assigned " + assigned.size());
                    }

                    @Override
                    public void onRevoke(Set<TopicPartition> revoked, RestrictedConsumer consumer) {
                        heard.add("revoked " + revoked.size());
                    }

                    @Override
                    public void onLost(Set<TopicPartition> lost, RestrictedConsumer consumer) {
                        heard.add("lost " + lost.size());
                    }

                    @Override
                    public void onStop(Set<TopicPartition> current, RestrictedConsumer consumer) {
                        heard.add("stop " + current.size());
                    }
                });
        CompletableFuture<Done> gate = new CompletableFuture<>();
        AtomicInteger begun = new AtomicInteger();
        Consumer.DrainingControl<Done> control = Consumer.committableSource(
                        watched("a"), (AutoSubscription) subscription)
                .mapAsync(5, message -> {
                    begun.incrementAndGet();
                    return gate.thenApply(done -> message.committableOffset());
                })
                .toMat(Committer.sink(committer()), Consumer::createDrainingControl)
                .run(tailrace.system());
        eventually().until(() -> begun.get() == 5);
        stall();
        eventually().until(() -> heard.contains("revoked 2"));
        time.pass(DRAIN);
        eventually().until(() -> groups.members() == 0);
        assertThat(heard).containsExactly("assigned 2", "revoked 2", "lost 1");
        gate.complete(Done.getInstance());
        eventually().until(() -> Collections.frequency(heard, "assigned 2") == 2);
        await(control.drainAndShutdown(Runnable::run));
    }

    @Test
    void whoIsAwayEndsAtOnceWhenItIsToldTo() {
        topic(1);
        fill(1, 300);
        Consumer.Control control = Consumer.committableSource(watched("a"), Subscriptions.topics("t"))
                .toMat(Sink.never(), Keep.left())
                .run(tailrace.system());
        eventually().until(() -> groups.ownedBy("a").size() == 1);
        stall();
        eventually().until(() -> groups.members() == 0);
        await(control.shutdown());
    }

    @Test
    void partitionsAssignedByHandAreNotWatched() {
        topic(1);
        fill(1, 300);
        CompletableFuture<Done> gate = new CompletableFuture<>();
        var done = Consumer.committableSource(watched("a"), Subscriptions.assignment(T0))
                .mapAsync(1, message -> gate.thenApply(now -> message.committableOffset()))
                .take(300)
                .runWith(Committer.sink(committer()), tailrace.system());
        time.pass(STALL.multipliedBy(3));
        gate.complete(Done.getInstance());
        await(done);
        assertThat(committed(0)).isEqualTo(300);
    }
}
