package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Partitions that come and go while a consumer runs. */
class GroupConsumerTest extends GroupTestKit {
    private static final Duration A_WHILE = Duration.ofMillis(150);

    @Test
    void whatIsDealtWithIsCommittedAndTheNextMemberGoesOnThere() {
        topic(2);
        fill(2, 500);
        Running first = run("a");
        eventually().until(() -> first.done.size() == 1000);
        first.stop();
        assertThat(committed(0)).isEqualTo(500);
        assertThat(committed(1)).isEqualTo(500);
        assertThat(groups.members()).isZero();

        fill(2, 10);
        Running second = run("b");
        eventually().until(() -> second.done.size() == 20);
        assertThat(second.done).allMatch(record -> record.offset() >= 500);
        second.stop();
    }

    @Test
    void aPartitionComesWhileAnotherIsRead() {
        topic(1);
        fill(1, 100);
        Running member = run("a");
        eventually()
                .until(() ->
                        member.done.size() == 100 && tailrace.partition("t", 0).parked() == 1);
        int fetches = tailrace.partition("t", 0).fetches();
        tailrace.grow("t", 2);
        produce(
                producer(),
                List.of(ProducerRecord.<String, String>of("t", "new").withPartition(1)));
        eventually().until(() -> member.emittedOf(1) == 1);
        assertThat(tailrace.partition("t", 0).fetches()).isEqualTo(fetches);
        assertThat(tailrace.partition("t", 0).parked()).isOne();
        member.stop();
    }

    @Test
    void aTopicThatComesLaterIsReadWhenItMatchesThePattern() {
        tailrace.withTopic("other", 1);
        var records = Consumer.plainSource(member("a"), Subscriptions.topicPattern("t.?"))
                .take(1)
                .runWith(Sink.seq(), tailrace.system());
        eventually().until(() -> groups.members() == 1);
        tailrace.withTopic("t1", 1);
        produce(producer(), List.of(ProducerRecord.of("other", "no"), ProducerRecord.of("t1", "yes")));
        assertThat(valuesOf(await(records))).containsExactly("yes");
    }

    @Test
    void aPartitionGoesOverWhenWhatWasEmittedIsDealtWithAndCommittedAndNotBefore() {
        topic(2);
        fill(2, 100);
        CompletableFuture<Done> gate = new CompletableFuture<>();
        Running first = run("a", record -> gate);
        eventually().until(() -> first.begun.get() == IN_FLIGHT);
        Running second = run("b");
        eventually().until(() -> groups.revoking(GROUP) == 1);
        eventually().during(A_WHILE).until(() -> groups.ownedBy("b").isEmpty());

        gate.complete(Done.getInstance());
        eventually().until(() -> groups.ownedBy("b").size() == 1);
        int moved = groups.ownedBy("b").iterator().next();
        eventually().until(() -> first.done.size() + second.done.size() == 200);
        assertThat(second.done).allMatch(record -> record.partition() == moved);
        assertThat(first.emittedOf(moved) + second.emittedOf(moved)).isEqualTo(100);
        first.stop();
        second.stop();
        assertThat(committed(0)).isEqualTo(100);
        assertThat(committed(1)).isEqualTo(100);
    }

    @Test
    void nothingIsEmittedOfAPartitionThatIsToGoAndTheOthersGoOn() {
        topic(2);
        fill(2, 100);
        Running first = run("a");
        eventually().until(() -> first.done.size() == 200);
        groups.holdCommits();
        Running second = run("b");
        eventually().until(() -> groups.revoking(GROUP) == 1);
        eventually()
                .until(() -> tailrace.partition("t", 0).openReaders()
                                + tailrace.partition("t", 1).openReaders()
                        == 1);
        int staying = tailrace.partition("t", 0).openReaders() == 1 ? 0 : 1;
        fill(2, 100);
        eventually().until(() -> first.emittedOf(staying) == 200);
        assertThat(first.emittedOf(1 - staying)).isEqualTo(100);
        assertThat(groups.ownedBy("b")).isEmpty();

        groups.releaseCommits();
        eventually().until(() -> second.done.size() == 100);
        assertThat(second.done.get(0).offset()).isEqualTo(100);
        first.stop();
        second.stop();
    }

    @Test
    void whatWasFetchedAndNotEmittedIsReadByTheNextOwner() {
        topic(2);
        fill(2, 1000);
        CompletableFuture<Done> gate = new CompletableFuture<>();
        Running first = run("a", record -> gate);
        eventually().until(() -> first.begun.get() == IN_FLIGHT);
        Running second = run("b");
        eventually().until(() -> groups.revoking(GROUP) == 1);
        gate.complete(Done.getInstance());
        eventually().until(() -> first.done.size() + second.done.size() == 2000);
        List<ConsumerRecord<String, String>> all = new ArrayList<>(first.done);
        all.addAll(second.done);
        assertThat(all).extracting(ConsumerRecord::value).doesNotHaveDuplicates();
        first.stop();
        second.stop();
    }

    @Test
    void aPartitionOfWhichNothingIsInFlightGoesOverAtOnce() {
        topic(2);
        Running first = run("a");
        eventually().until(() -> groups.ownedBy("a").size() == 2);
        Running second = run("b");
        eventually().until(() -> groups.ownedBy("b").size() == 1);
        first.stop();
        eventually().until(() -> groups.ownedBy("b").size() == 2);
        second.stop();
    }

    @Test
    void aPartitionThatIsTakenAwayIsReadNoMoreAndTheStreamGoesOn() {
        topic(2);
        fill(2, 100);
        CompletableFuture<Done> gate = new CompletableFuture<>();
        Running first = run("a", record -> gate);
        eventually().until(() -> first.begun.get() == IN_FLIGHT);
        Running second = run("b");
        eventually().until(() -> groups.revoking(GROUP) == 1);
        int kept = keptBy(first);
        groups.takeAway(GROUP, tailrace.partition("t", 1 - kept).id());
        eventually().until(() -> second.done.size() == 100);
        assertThat(second.done.get(0).offset()).isZero();

        gate.complete(Done.getInstance());
        eventually().until(() -> first.emittedOf(kept) == 100);
        fill(2, 10);
        eventually().until(() -> first.emittedOf(kept) == 110);
        first.stop();
        second.stop();
        assertThat(committed(kept)).isEqualTo(110);
        assertThat(committed(1 - kept)).isEqualTo(110);
    }

    /** The partition that the member keeps, known by its reader still being open. */
    private int keptBy(Running member) {
        eventually()
                .until(() -> tailrace.partition("t", 0).openReaders()
                                + tailrace.partition("t", 1).openReaders()
                        == 1);
        assertThat(member.control.isShutdown().toCompletableFuture()).isNotDone();
        return tailrace.partition("t", 0).openReaders() == 1 ? 0 : 1;
    }

    @Test
    void aCommitThatIsRefusedForOnePartitionHoldsForTheOthersAndTheStreamGoesOn() {
        topic(2);
        Running member = run("a");
        eventually().until(() -> groups.ownedBy("a").size() == 2);
        groups.takeAwayUnheard(GROUP, tailrace.partition("t", 1).id());
        fill(2, 100);
        eventually().until(() -> member.done.size() == 200);
        member.stop();
        assertThat(committed(0)).isEqualTo(100);
        assertThat(committed(1)).isEqualTo(-1);
    }

    @Test
    void aCommitIsSentAgainWhileNobodyAnswersForTheGroup() {
        topic(1);
        fill(1, 100);
        groups.unavailableCommits(5);
        Running member = run("a");
        eventually().until(() -> member.done.size() == 100);
        member.stop();
        assertThat(committed(0)).isEqualTo(100);
    }

    @Test
    void aMemberThatIsPutOutFails() {
        topic(1);
        fill(1, 10);
        Running member = run("a");
        eventually().until(() -> member.done.size() == 10);
        groups.fence("a");
        failsWith(ErrorCode.MEMBER_FENCED, member.control.streamCompletion());
        await(member.control.isShutdown());
        assertThat(tailrace.partition("t", 0).openReaders()).isZero();
    }

    @ParameterizedTest
    @EnumSource(AutoOffsetReset.class)
    void aCommittedOffsetThatIsOutOfRangeFailsWhateverTheReset(AutoOffsetReset reset) {
        topic(1);
        fill(1, 100);
        tailrace.partition("t", 0).moveStart(50);
        groups.begin(GROUP, tailrace.partition("t", 0).id(), 20);
        var settings = member("a").withAutoOffsetReset(reset);
        var records =
                Consumer.committableSource(settings, Subscriptions.topics("t")).runWith(Sink.seq(), tailrace.system());
        assertThat(failsWith(ErrorCode.OFFSET_OUT_OF_RANGE, records))
                .hasMessageContaining("Offset 20 of t-0")
                .hasMessageContaining("reset its offset");
        eventually().until(() -> groups.members() == 0);
    }

    @Test
    void theEarliestRecordIsWhereAGroupBeginsThatHasCommittedNothing() {
        topic(1);
        fill(1, 100);
        tailrace.partition("t", 0).moveStart(50);
        Running member = run("a");
        eventually().until(() -> member.done.size() == 50);
        assertThat(member.done.get(0).offset()).isEqualTo(50);
        member.stop();
    }

    /** Else what is stored between two owners, neither of which has got a record yet, would never be read. */
    @Test
    void aGroupThatBeginsAtTheEndCommitsThatAtOnce() {
        topic(1);
        fill(1, 100);
        var settings = member("a").withAutoOffsetReset(AutoOffsetReset.LATEST);
        var running = Consumer.committableSource(settings, Subscriptions.topics("t"))
                .toMat(Sink.ignore(), Keep.left())
                .run(tailrace.system());
        eventually().until(() -> committed(0) == 100);
        await(running.shutdown());
        fill(1, 5);
        Running next =
                new Running(settings, committer(), record -> CompletableFuture.completedStage(Done.getInstance()));
        eventually().until(() -> next.done.size() == 5);
        next.stop();
    }

    @Test
    void aPlainSourceGivesPartitionsBackAtOnceAndCommitsNothing() {
        topic(2);
        fill(2, 100);
        List<ConsumerRecord<String, String>> seen = java.util.Collections.synchronizedList(new ArrayList<>());
        var first = Consumer.plainSource(member("a"), Subscriptions.topics(Set.of("t")))
                .to(Sink.foreach(seen::add))
                .run(tailrace.system());
        eventually().until(() -> seen.size() == 200);
        var second = Consumer.plainSource(member("b"), Subscriptions.topics("t"))
                .to(Sink.ignore())
                .run(tailrace.system());
        eventually().until(() -> groups.ownedBy("b").size() == 1);
        await(first.shutdown());
        await(second.shutdown());
        assertThat(groups.members()).isZero();
        assertThat(groups.commits()).isEmpty();
    }
}
