package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ForkJoinPool;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.Test;

/** How a member of a group ends. */
class GroupEndTest extends GroupTestKit {
    private static final Duration A_WHILE = Duration.ofMillis(150);

    @Test
    void drainingDealsWithAllThatWasEmittedCommitsItAndLeaves() {
        topic(2);
        fill(2, 1000);
        CompletableFuture<Done> gate = new CompletableFuture<>();
        Running member = run("a", record -> gate);
        eventually().until(() -> member.begun.get() == IN_FLIGHT);
        CompletionStage<Done> drained = member.control.drainAndShutdown(ForkJoinPool.commonPool());
        eventually().during(A_WHILE).until(() -> groups.members() == 1);
        assertThat(drained.toCompletableFuture()).isNotDone();
        gate.complete(Done.getInstance());
        await(drained);
        assertThat(groups.members()).isZero();
        assertThat(member.done.size()).isBetween(IN_FLIGHT, IN_FLIGHT + 20);
        assertThat(Math.max(0, committed(0)) + Math.max(0, committed(1))).isEqualTo(member.done.size());
        await(member.control.isShutdown());
    }

    @Test
    void aStoppedMemberLeavesWhenAllIsCommittedAndStaysStoppedUntilItIsShutDown() {
        topic(1);
        fill(1, 100);
        Running member = run("a");
        eventually().until(() -> member.done.size() == 100);
        await(member.control.stop());
        eventually().until(() -> groups.members() == 0);
        assertThat(committed(0)).isEqualTo(100);
        assertThat(member.control.isShutdown().toCompletableFuture()).isNotDone();
        await(member.control.shutdown());
    }

    @Test
    void shutdownWaitsForWhatIsInFlightToo() {
        topic(1);
        fill(1, 50);
        CompletableFuture<Done> gate = new CompletableFuture<>();
        Running member = run("a", record -> gate);
        eventually().until(() -> member.begun.get() == 50);
        CompletionStage<Done> shutDown = member.control.shutdown();
        eventually().during(A_WHILE).until(() -> groups.members() == 1);
        gate.complete(Done.getInstance());
        await(shutDown);
        await(member.control.streamCompletion());
        assertThat(committed(0)).isEqualTo(50);
    }

    @Test
    void whatIsNotDealtWithWithinTheStopTimeoutIsNotCommitted() {
        topic(1);
        fill(1, 50);
        CompletableFuture<Done> gate = new CompletableFuture<>();
        Running member = new Running(member("a").withStopTimeout(Duration.ofMillis(50)), committer(), record -> gate);
        eventually().until(() -> member.begun.get() == 50);
        await(member.control.shutdown());
        eventually().until(() -> groups.members() == 0);
        gate.complete(Done.getInstance());
        failsWith(ErrorCode.CLOSED, member.control.streamCompletion());
        assertThat(committed(0)).isEqualTo(-1);
    }

    @Test
    void aStreamThatFailsCommitsWhatItsCommitterHasAndLeavesAtOnce() {
        topic(1);
        fill(1, 100);
        IllegalStateException failure = new IllegalStateException("downstream");
        var running = Consumer.committableSource(member("a"), Subscriptions.topics("t"))
                .map(message -> {
                    if (message.record().offset() == 50) {
                        throw failure;
                    }
                    return message.committableOffset();
                })
                .toMat(Committer.sink(committer()), Keep.both())
                .run(tailrace.system());
        assertThat(failureOf(running.second())).isSameAs(failure);
        await(running.first().isShutdown());
        assertThat(groups.members()).isZero();
        assertThat(committed(0)).isEqualTo(50);
    }

    @Test
    void aStreamWhoseRecordsCannotBeReadCommitsThoseBefore() {
        topic(1);
        fill(1, 10);
        produce(producer(), java.util.List.of(ProducerRecord.of("t", "not a number")));
        ConsumerSettings<String, String> settings = ConsumerSettings.create(
                        tailrace, Serdes.strings(), (Deserializer<String>) (topic, bytes) -> {
                            String value = Serdes.strings().deserialize(topic, bytes);
                            if (value.startsWith("not")) {
                                throw new IllegalArgumentException(value + ".");
                            }
                            return value;
                        })
                .withGroupId(GROUP);
        var running = Consumer.committableSource(settings, Subscriptions.topics("t"))
                .map(ConsumerMessage.CommittableMessage::committableOffset)
                .toMat(Committer.sink(committer()), Keep.both())
                .run(tailrace.system());
        failsWith(ErrorCode.SERIALIZATION_FAILED, running.second());
        await(running.first().isShutdown());
        assertThat(committed(0)).isEqualTo(10);
    }

    @Test
    void aStreamThatWantsNoMoreLeavesWhenItsCommitterHasEnded() {
        topic(1);
        fill(1, 100);
        var running = Consumer.committableSource(member("a"), Subscriptions.topics("t"))
                .async()
                .take(30)
                .map(ConsumerMessage.CommittableMessage::committableOffset)
                .toMat(Committer.sink(committer()), Keep.both())
                .run(tailrace.system());
        await(running.second());
        await(running.first().isShutdown());
        assertThat(groups.members()).isZero();
        assertThat(committed(0)).isEqualTo(30);
    }

    @Test
    void aStreamThatKeepsNothingForItsCommitterIsDrainedAllTheSame() {
        topic(1);
        fill(1, 100);
        Consumer.DrainingControl<Done> control = Consumer.committableSource(member("a"), Subscriptions.topics("t"))
                .filter(message -> false)
                .map(ConsumerMessage.CommittableMessage::committableOffset)
                .toMat(Committer.sink(committer()), Consumer::createDrainingControl)
                .run(tailrace.system());
        eventually().until(() -> tailrace.partition("t", 0).parked() == 1);
        await(control.drainAndShutdown(ForkJoinPool.commonPool()));
        assertThat(groups.members()).isZero();
    }

    @Test
    void aMemberWhoseActorSystemEndsLeaves() {
        topic(1);
        Running member = run("a");
        eventually().until(() -> groups.ownedBy("a").size() == 1);
        tailrace.system().terminate();
        eventually().until(() -> groups.members() == 0);
        await(member.control.isShutdown());
    }

    @Test
    void aSourceOfNothingCommittedIsCancelledWithoutWaiting() {
        topic(1);
        var done = Consumer.committableSource(member("a"), Subscriptions.topics("t"))
                .takeWhile(message -> true)
                .toMat(Sink.cancelled(), Keep.left())
                .run(tailrace.system());
        await(done.isShutdown());
        assertThat(groups.members()).isZero();
    }
}
