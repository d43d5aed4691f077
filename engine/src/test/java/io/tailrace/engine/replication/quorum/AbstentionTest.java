package io.tailrace.engine.replication.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.Promise;
import io.tailrace.engine.replication.quorum.Message.AppendReply;
import io.tailrace.engine.replication.quorum.Message.AppendRequest;
import io.tailrace.engine.replication.quorum.Message.CopyReply;
import io.tailrace.engine.replication.quorum.Message.CopyRequest;
import io.tailrace.engine.replication.quorum.Message.Outcome;
import io.tailrace.engine.replication.quorum.Message.PromiseReply;
import io.tailrace.engine.replication.quorum.Message.PromiseRequest;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A replica that may have lost what it acknowledged, and a leader that hears of it (rules 10 and 14). */
class AbstentionTest extends ReplicaTestKit {
    /** A follower of epoch 1 that abstains and has kept three entries. */
    @BeforeEach
    void abstain() {
        replica = replica(QuorumSettings.DEFAULTS, ABC, new Promise(1, Y), true, 1, 1, 1);
    }

    private static AppendRequest append(long offset, long highWatermark, long confirmedStart, RecordBatch... batches) {
        return new AppendRequest(
                1, Y, 0, offset, offset == 0 ? -1 : 1, List.of(batches), highWatermark, 0, 0, confirmedStart);
    }

    private static RecordBatch batch(long offset) {
        return ControlRecords.barrier(offset, 1, 1);
    }

    private static AppendReply matched(long start, long offset) {
        return new AppendReply(2, 2, Outcome.MATCHED, 0, NOWHERE, offset, offset, 0, start);
    }

    @Test
    void promisesNothingAndSaysWhy() {
        receive(B, new PromiseRequest(5, X));
        assertThat(outputs).singleElement().isInstanceOfSatisfying(Output.Ignored.class, ignored -> assertThat(
                        ignored.why())
                .contains("abstains"));
        assertThat(replica.promisedEpoch()).isEqualTo(1);
    }

    @Test
    void declinesItsNomination() {
        step(new Input.Nominated(true, true));
        assertThat(outputs).singleElement().isInstanceOf(Output.NominationOver.class);
    }

    @Test
    void isNoSourceOfACopyThoughItHadPromised() {
        receive(B, new CopyRequest(1, Y, 3, 1));
        assertThat(sent(CopyReply.class)).singleElement().matches(reply -> reply.outcome() == Outcome.REFUSED);
    }

    @Test
    void followsAndSaysWhichStartItIs() {
        receive(B, append(3, 3, 0, batch(3)));
        diskDoesIt();
        assertThat(sent(AppendReply.class))
                .singleElement()
                .matches(reply -> reply.start() == START && reply.fsyncedOffset() == 4);
        assertThat(replica.abstains()).isTrue();
    }

    @Test
    void votesAgainWhenItsStartIsConfirmedAndEverythingCommittedIsOnItsDisk() {
        receive(B, append(3, 5, START, batch(3)));
        diskDoesIt();
        assertThat(outputs(Output.EndAbstention.class)).isEmpty();
        receive(B, append(4, 6, START, batch(4)));
        assertThat(outputs(Output.EndAbstention.class)).isEmpty();
        diskDoesIt();
        assertThat(outputs(Output.EndAbstention.class)).hasSize(1);
        assertThat(replica.abstains()).isTrue();
        diskDoesIt();
        assertThat(outputs(Output.AbstentionOver.class))
                .containsExactly(new Output.AbstentionOver(new LogPosition(1, 5)));
        receive(C, new PromiseRequest(5, X));
        diskDoesIt();
        assertThat(sent(PromiseReply.class)).singleElement().matches(PromiseReply::granted);
    }

    @Test
    void anotherStartThatIsConfirmedIsNotThisOne() {
        receive(B, append(3, 3, START - 1));
        receive(B, append(3, 3, Message.NO_START));
        assertThat(outputs(Output.EndAbstention.class)).isEmpty();
        receive(B, append(3, 3, START));
        assertThat(outputs(Output.EndAbstention.class)).hasSize(1);
    }

    @Test
    void votesAgainWhenAnOperatorGivesUpWhatIsLost() {
        step(new Input.UncleanRecovery(9));
        diskDoesIt();
        assertThat(outputs).containsExactly(new Output.UncleanlyRecovered(9, new LogPosition(1, 3), 0));
        assertThat(replica.abstains()).isFalse();
        step(new Input.UncleanRecovery(10));
        assertThat(outputs(Output.UncleanRecoveryRefused.class)).hasSize(1);
    }

    @Test
    void aLeaderThatMeetsDamageStopsLeadingFirst() {
        lead();
        step(new Input.Append(3, 2, List.of(new PlacedBatch(ControlRecords.barrier(1, 2, 1), 1, 2, -1))));
        step(new Input.Damaged(0, "a bit has flipped"));
        assertThat(outputs)
                .hasExactlyElementsOfTypes(
                        Output.AppendUnknown.class,
                        Output.AppendUnknown.class,
                        Output.NominationOver.class,
                        Output.RepairNeeded.class);
        receive(B, new PromiseRequest(9, Y));
        assertThat(outputs).isEmpty();
    }

    /** Leads epoch 2 of an empty log, with one entry of its own that is on its own disk only. */
    private void lead() {
        replica = replica(ABC, new Promise(1, Y));
        step(new Input.Nominated(true, true));
        diskDoesIt();
        receive(B, new PromiseReply(2, X, true, 2, EMPTY, 0, 0, ABC));
        step(new Input.Append(1, 2, List.of(new PlacedBatch(ControlRecords.barrier(0, 2, 1), 0, 2, -1))));
        diskDoesIt();
    }

    @Test
    void aLeaderForgetsWhatAnEarlierStartAcknowledged() {
        replica = replica(ABC, new Promise(1, Y));
        step(new Input.Nominated(true, true));
        diskDoesIt();
        receive(B, new PromiseReply(2, X, true, 2, EMPTY, 0, 0, ABC));
        step(new Input.Append(1, 2, List.of(new PlacedBatch(ControlRecords.barrier(0, 2, 1), 0, 2, -1))));
        List<Output> ownDisk = List.copyOf(outputs);
        receive(B, matched(3, 1));
        receive(B, matched(4, 0));
        outputs.clear();
        outputs.addAll(ownDisk);
        diskDoesIt();
        assertThat(replica.highWatermark()).isZero();
        receive(B, matched(3, 1));
        assertThat(replica.highWatermark()).isZero();
        receive(B, matched(4, 1));
        assertThat(replica.highWatermark()).isEqualTo(1);
    }

    @Test
    void whatIsCommittedStaysSoThoughAFollowerHasToGetItAgain() {
        lead();
        receive(B, matched(3, 1));
        assertThat(replica.highWatermark()).isEqualTo(1);
        receive(B, new AppendReply(2, 2, Outcome.DIVERGED, 0, NOWHERE, 0, 0, 0, 4));
        assertThat(replica.highWatermark()).isEqualTo(1);
        assertThat(sent(AppendRequest.class))
                .singleElement()
                .matches(request -> request.previousOffset() == 0 && request.confirmedStart() == 4);
    }

    @Test
    void aStartIsConfirmedWhenTheEpochIsOpenAndNotBefore() {
        replica = replica(ABC, new Promise(1, Y), 1, 1);
        step(new Input.Nominated(true, true));
        diskDoesIt();
        receive(B, new PromiseReply(2, X, true, 2, new LogPosition(1, 2), 0, 0, ABC));
        diskDoesIt();
        receive(B, new AppendReply(2, 2, Outcome.DIVERGED, 0, NOWHERE, 0, 0, 0, 4));
        assertThat(sent(AppendRequest.class)).singleElement().matches(request -> request.confirmedStart() == 0);
        receive(B, matched(4, 3));
        assertThat(outputs(Output.Leading.class)).hasSize(1);
        assertThat(sent(AppendRequest.class)).anyMatch(request -> request.confirmedStart() == 4);
    }
}
