package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.streams.ConsumerMessage.CommittableMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.LongStream;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pausing and seeking while a consumer runs. */
class SteeringTest extends GroupTestKit {
    private static final TopicPartition T1 = new TopicPartition("t", 1);
    private static final Duration A_WHILE = Duration.ofMillis(100);

    private final List<ConsumerRecord<String, String>> seen = Collections.synchronizedList(new ArrayList<>());

    private Consumer.Control plain(Subscription subscription) {
        return Consumer.plainSource(member("a"), subscription)
                .to(Sink.foreach(seen::add))
                .run(tailrace.system());
    }

    private List<Long> seenOf(int partition) {
        synchronized (seen) {
            return seen.stream()
                    .filter(record -> record.partition() == partition)
                    .map(ConsumerRecord::offset)
                    .toList();
        }
    }

    private static List<Long> range(long from, long until) {
        return LongStream.range(from, until).boxed().toList();
    }

    @Test
    void aPausedPartitionStandsStillAndTheOthersGoOn() {
        topic(2);
        fill(2, 10);
        var control = plain(Subscriptions.assignment(T0, T1));
        eventually().until(() -> seen.size() == 20);
        await(control.pause(Set.of(T0)));
        fill(2, 500);
        eventually().until(() -> seenOf(1).size() == 510);
        assertThat(seenOf(0)).hasSize(10);
        await(control.resume(Set.of(T0)));
        eventually().until(() -> seenOf(0).size() == 510);
        assertThat(seenOf(0)).isEqualTo(range(0, 510));
        await(control.shutdown());
    }

    /** In the middle of chunks, again and again: nothing is lost, nothing comes twice. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void pausingAndResumingAtRandomNeitherRepeatsNorSkips(long seed) {
        Random random = new Random(seed);
        topic(2);
        fill(2, 2000);
        var control = Consumer.plainSource(member("a"), Subscriptions.topics("t"))
                .map(record -> {
                    seen.add(record);
                    return record;
                })
                .to(Sink.ignore())
                .run(tailrace.system());
        eventually().until(() -> !seen.isEmpty());
        for (int step = 0; step < 50; step++) {
            Set<TopicPartition> some = random.nextBoolean() ? Set.of(T0) : Set.of(T0, T1);
            await(random.nextBoolean() ? control.pause(some) : control.resume(some));
        }
        await(control.resume(Set.of(T0, T1)));
        eventually().until(() -> seen.size() == 4000);
        assertThat(seenOf(0)).isEqualTo(range(0, 2000));
        assertThat(seenOf(1)).isEqualTo(range(0, 2000));
        await(control.shutdown());
    }

    @Test
    void whatIsNotReadHereCannotBeSteeredAndNothingIsDone() {
        topic(2);
        fill(2, 10);
        var control = plain(Subscriptions.assignment(T0));
        failsWith(ErrorCode.INVALID_ARGUMENT, control.pause(Set.of(T0, T1)));
        failsWith(ErrorCode.INVALID_ARGUMENT, control.seek(T1, 0));
        failsWith(ErrorCode.INVALID_ARGUMENT, control.seek(T0, -1));
        eventually().until(() -> seenOf(0).size() == 10);
        await(control.shutdown());
        failsWith(ErrorCode.CLOSED, control.resume(Set.of(T0)));
    }

    @Test
    void aSeekReadsOnFromThereAndTheOthersGoOn() {
        topic(2);
        fill(2, 100);
        var control = plain(Subscriptions.assignment(T0, T1));
        eventually().until(() -> seen.size() == 200);
        await(control.seek(T0, 90));
        eventually().until(() -> seenOf(0).size() == 110);
        assertThat(seenOf(0).subList(100, 110)).isEqualTo(range(90, 100));
        assertThat(seenOf(1)).hasSize(100);
        await(control.seek(Map.of(T0, 99L, T1, 98L)));
        eventually().until(() -> seen.size() == 213);
        assertThat(tailrace.partition("t", 0).openReaders()).isOne();
        await(control.shutdown());
    }

    @Test
    void aSeekOfAPausedPartitionLeavesItPaused() {
        topic(1);
        fill(1, 100);
        var control = plain(Subscriptions.assignment(T0));
        eventually().until(() -> seen.size() == 100);
        await(control.pause(Set.of(T0)));
        await(control.seek(T0, 50));
        eventually().during(A_WHILE).until(() -> seen.size() == 100);
        await(control.resume(Set.of(T0)));
        eventually().until(() -> seen.size() == 150);
        await(control.shutdown());
    }

    @Test
    void aSeekToWhatIsNotThereFailsTheStream() {
        filled(10);
        var running = Consumer.plainSource(consumer(), Subscriptions.assignment(T0))
                .toMat(Sink.ignore(), Consumer::createDrainingControl)
                .run(tailrace.system());
        eventually().until(() -> tailrace.partition("t", 0).parked() == 1);
        await(running.seek(T0, 11));
        failsWith(ErrorCode.OFFSET_OUT_OF_RANGE, running.streamCompletion());
    }

    @Test
    void aSeekBackCommitsNothingUntilItPassesWhatWasCommitted() {
        topic(1);
        fill(1, 100);
        Running member = run("a");
        eventually().until(() -> member.done.size() == 100);
        await(member.control.seek(T0, 40));
        eventually().until(() -> member.done.size() == 160);
        fill(1, 5);
        eventually().until(() -> member.done.size() == 165);
        member.stop();
        assertThat(committed(0)).isEqualTo(105);
        assertThat(groups.members()).isZero();
    }

    @Test
    void afterASeekBackThePartitionGoesOverWhenTheSecondTimeIsDealtWithTooAndTheNextBeginsWhereTheGroupIs() {
        topic(2);
        fill(2, 60);
        CompletableFuture<Done> gate = new CompletableFuture<>();
        CompletableFuture<Done> open = CompletableFuture.completedFuture(Done.getInstance());
        List<Long> times = Collections.synchronizedList(new ArrayList<>());
        Running first = new Running(member("a"), committer().withMaxBatch(1), record -> {
            if (record.partition() == 1) {
                times.add(record.offset());
            }
            return times.size() > 60 && record.partition() == 1 ? gate : open;
        });
        eventually().until(() -> committed(1) == 60);
        await(first.control.seek(T1, 30));
        eventually().until(() -> times.size() == 90);
        Running second = run("b");
        eventually().until(() -> groups.revoking(GROUP) == 1);
        eventually().during(A_WHILE).until(() -> groups.ownedBy("b").isEmpty());
        gate.complete(Done.getInstance());
        eventually().until(() -> groups.ownedBy("b").equals(Set.of(1)));
        assertThat(committed(1)).isEqualTo(60);
        fill(2, 1);
        eventually().until(() -> second.done.size() == 1);
        assertThat(second.done.get(0).offset()).isEqualTo(60);
        first.stop();
        second.stop();
    }

    @Test
    void aSeekForwardIsCommittedWithTheFirstRecordBehindTheGapAndNotBefore() {
        topic(1);
        fill(1, 100);
        CompletableFuture<Done> gate = new CompletableFuture<>();
        Running first = run("a", record -> gate);
        eventually().until(() -> first.begun.get() == IN_FLIGHT);
        await(first.control.seek(T0, 100));
        gate.complete(Done.getInstance());
        eventually().until(() -> first.done.size() >= 100);
        first.stop();
        assertThat(committed(0)).isEqualTo(100);

        groups.begin(GROUP, tailrace.partition("t", 0).id(), 0);
        fill(1, 100);
        Running second = run("b");
        eventually().until(() -> second.done.size() == 100);
        await(second.control.seek(T0, 150));
        eventually().until(() -> second.done.size() == 150);
        second.stop();
        assertThat(committed(0)).isEqualTo(200);
    }

    @Test
    void aSeekOfAMemberThatHasEmittedNothingSinceIsForgottenByTheNext() {
        topic(1);
        fill(1, 10);
        Running first = run("a");
        eventually().until(() -> first.done.size() == 10);
        await(first.control.pause(Set.of(T0)));
        fill(1, 10);
        await(first.control.seek(T0, 15));
        first.stop();
        assertThat(committed(0)).isEqualTo(10);
        Running second = run("b");
        eventually().until(() -> second.done.size() == 10);
        assertThat(second.done.get(0).offset()).isEqualTo(10);
        second.stop();
    }

    @Test
    void aPartitionWithASourceOfItsOwnIsSteeredToo() {
        topic(1);
        fill(1, 50);
        Consumer.DrainingControl<Done> control = Consumer.committablePartitionedSource(
                        member("a"), Subscriptions.topics("t"))
                .flatMapMerge(2, pair -> pair.second().map(message -> {
                    seen.add(message.record());
                    return message;
                }))
                .map(CommittableMessage::committableOffset)
                .toMat(Committer.sink(committer()), Consumer::createDrainingControl)
                .run(tailrace.system());
        eventually().until(() -> seen.size() == 50);
        await(control.seek(T0, 45));
        eventually().until(() -> seen.size() == 55);
        await(control.pause(Set.of(T0)));
        await(control.seek(T0, 0));
        eventually().during(A_WHILE).until(() -> seen.size() == 55);
        await(control.resume(Set.of(T0)));
        eventually().until(() -> seen.size() == 105);
        await(control.drainAndShutdown(ForkJoinPool.commonPool()));
        assertThat(committed(0)).isEqualTo(50);
    }
}
