package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.streams.ConsumerMessage.CommittableMessage;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ForkJoinPool;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Partitions that the application has assigned, and whose offsets it stores with a group. */
class ManualCommitTest extends GroupTestKit {
    private static final TopicPartition FIRST = new TopicPartition("t", 0);
    private static final TopicPartition SECOND = new TopicPartition("t", 1);
    private static final int RECORDS = 50;

    private final List<ConsumerRecord<String, String>> seen = new CopyOnWriteArrayList<>();
    private final SharedConsumer<String, String> shared = SharedConsumer.create(consumer());

    @BeforeEach
    void fill() {
        topic(2);
        fill(2, RECORDS);
    }

    private Consumer.DrainingControl<Done> run(ManualSubscription subscription) {
        return Consumer.committableExternalSource(shared, subscription, GROUP)
                .map(message -> {
                    seen.add(message.record());
                    return message;
                })
                .map(CommittableMessage::committableOffset)
                .toMat(Committer.sink(committer().withMaxBatch(7)), Consumer::createDrainingControl)
                .run(tailrace.system());
    }

    private static void drain(Consumer.DrainingControl<Done> control) {
        await(control.drainAndShutdown(ForkJoinPool.commonPool()));
    }

    @Test
    void itGoesOnWhereTheGroupHasCommitted() {
        Consumer.DrainingControl<Done> both = run(Subscriptions.assignment(FIRST, SECOND));
        eventually().until(() -> seen.size() == 2 * RECORDS);
        drain(both);
        assertThat(committed(0)).isEqualTo(RECORDS);
        assertThat(committed(1)).isEqualTo(RECORDS);
        fill(2, 3);
        Consumer.DrainingControl<Done> again = run(Subscriptions.assignment(FIRST, SECOND));
        eventually().until(() -> seen.size() == 2 * RECORDS + 6);
        drain(again);
        assertThat(seen.stream().map(ConsumerRecord::value)).doesNotHaveDuplicates();
        assertThat(committed(0)).isEqualTo(RECORDS + 3);
    }

    @Test
    void whatIsReadAgainDoesNotSetTheGroupBack() {
        groups.begin(GROUP, tailrace.partition("t", 0).id(), 40);
        Consumer.DrainingControl<Done> again = run(Subscriptions.assignmentWithOffset(Map.of(FIRST, 10L)));
        eventually().until(() -> seen.size() == RECORDS - 10);
        drain(again);
        assertThat(committed(0)).isEqualTo(RECORDS);
        seen.clear();
        Consumer.DrainingControl<Done> part = Consumer.committableExternalSource(
                        shared, Subscriptions.assignmentWithOffset(Map.of(FIRST, 0L)), GROUP)
                .take(5)
                .map(CommittableMessage::committableOffset)
                .toMat(Committer.sink(committer()), Consumer::createDrainingControl)
                .run(tailrace.system());
        await(part.isShutdown());
        assertThat(committed(0)).isEqualTo(RECORDS);
    }

    @Test
    void whatNobodyAnsweredIsCommittedAgain() {
        groups.unavailableCommits(3);
        Consumer.DrainingControl<Done> control = run(Subscriptions.assignment(FIRST));
        eventually().until(() -> committed(0) > 0);
        drain(control);
        assertThat(committed(0)).isEqualTo(RECORDS);
    }

    @Test
    void aGroupThatHasMembersIsLeftToThem() {
        Running member = run("member");
        eventually().until(() -> member.done.size() == 2 * RECORDS);
        Throwable failure = catchThrowable(() -> await(
                Consumer.committableExternalSource(shared, Subscriptions.assignmentWithOffset(Map.of(FIRST, 0L)), GROUP)
                        .map(CommittableMessage::committableOffset)
                        .runWith(Committer.sink(committer().withMaxBatch(1)), tailrace.system())));
        assertThat(Failures.named(failure).code()).isEqualTo(ErrorCode.GROUP_ACTIVE);
        member.stop();
    }

    @Test
    void aTopicThatIsNotThereFailsTheStream() {
        Throwable failure = catchThrowable(() -> await(Consumer.committableExternalSource(
                        shared, Subscriptions.assignment(new TopicPartition("none", 0)), GROUP)
                .runWith(Sink.ignore(), tailrace.system())));
        assertThat(Failures.named(failure).code()).isEqualTo(ErrorCode.UNKNOWN_TOPIC);
    }

    @Test
    void allStreamsOfASharedConsumerEndWithIt() {
        Consumer.Control one = Consumer.plainExternalSource(shared, Subscriptions.assignment(FIRST))
                .to(Sink.foreach(seen::add))
                .run(tailrace.system());
        Consumer.Control other = Consumer.plainExternalSource(shared, Subscriptions.assignment(SECOND))
                .to(Sink.foreach(seen::add))
                .run(tailrace.system());
        eventually().until(() -> seen.size() == 2 * RECORDS);
        await(shared.shutdown());
        await(one.isShutdown());
        await(other.isShutdown());
        await(Consumer.plainExternalSource(shared, Subscriptions.assignment(FIRST))
                .runWith(Sink.ignore(), tailrace.system()));
    }

    @Test
    void anEndIsForSourcesThatCommitNothing() {
        ManualSubscription until = Subscriptions.assignment(FIRST).until(Map.of(FIRST, 5L));
        Throwable failure = catchThrowable(() -> Consumer.committableExternalSource(shared, until, GROUP));
        assertThat(Failures.named(failure).code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    }
}
