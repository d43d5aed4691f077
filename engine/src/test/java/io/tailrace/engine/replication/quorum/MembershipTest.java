package io.tailrace.engine.replication.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.Promise;
import io.tailrace.engine.replication.quorum.Message.AppendReply;
import io.tailrace.engine.replication.quorum.Message.AppendRequest;
import io.tailrace.engine.replication.quorum.Message.CopyRequest;
import io.tailrace.engine.replication.quorum.Message.Outcome;
import io.tailrace.engine.replication.quorum.Message.PromiseReply;
import io.tailrace.engine.replication.quorum.Message.PromiseRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who votes, and how that changes (rules 15 and 17); that it is safe all together is the simulation's business. */
class MembershipTest extends ReplicaTestKit {
    private static final ReplicaId D = new ReplicaId("d", "1");
    private static final ReplicaId E = new ReplicaId("e", "1");

    private long heartbeat;
    private long quorumCheck;

    /** With an entry of epoch 1. */
    private static QuorumReplica withAnEntry() {
        return replica(ABC, new Promise(1, Y), 1);
    }

    @Override
    void step(Input input) {
        super.step(input);
        outputs(Output.SetTimer.class).stream()
                .filter(timer -> timer.kind() == TimerKind.HEARTBEAT)
                .forEach(timer -> heartbeat = timer.id());
        outputs(Output.SetTimer.class).stream()
                .filter(timer -> timer.kind() == TimerKind.QUORUM_CHECK)
                .forEach(timer -> quorumCheck = timer.id());
    }

    /** And the flush that this leads to. */
    @Override
    void diskDoesIt() {
        super.diskDoesIt();
        if (outputs.stream().anyMatch(Output.Flush.class::isInstance)) {
            List<Output> before = List.copyOf(outputs);
            diskDoesIt();
            outputs.addAll(0, before);
        }
    }

    private <T extends Message> List<ReplicaId> sentTo(Class<T> kind) {
        return outputs(Output.Send.class).stream()
                .filter(send -> kind.isInstance(send.message()))
                .map(Output.Send::to)
                .toList();
    }

    private List<Voters> appended() {
        List<Voters> appended = new ArrayList<>();
        for (Output.AppendToLog append : outputs(Output.AppendToLog.class)) {
            for (PlacedBatch batch : append.batches()) {
                Voters voters = VotersFormat.in(batch.batch());
                if (voters != null) {
                    appended.add(voters);
                }
            }
        }
        return appended;
    }

    private static PromiseReply granted(int epoch, LogPosition position, Voters voters) {
        return new PromiseReply(epoch, X, true, epoch, position, 0, 0, voters);
    }

    private static AppendReply matched(int epoch, long offset) {
        return new AppendReply(epoch, epoch, Outcome.MATCHED, 0, NOWHERE, offset, offset, 0, 1);
    }

    private void lead() {
        step(new Input.Nominated(true, true));
        diskDoesIt();
        receive(B, granted(1, EMPTY, ABC));
    }

    /** Leads, with a committed entry of its epoch at offset 0. */
    private void leadWithAnEntry() {
        lead();
        RecordBatch entry = ControlRecords.barrier(0, 1, 1);
        step(new Input.Append(7, 1, List.of(new PlacedBatch(entry, 0, 1, -1))));
        diskDoesIt();
        receive(B, matched(1, 1));
        receive(C, matched(1, 1));
        assertThat(replica.highWatermark()).isEqualTo(1);
    }

    @Test
    void theLeaderOfAnEmptyLogCommitsAnEntryBeforeItChangesTheVoters() {
        lead();
        step(new Input.RemoveVoter(1, C));
        assertThat(outputs(Output.AppendToLog.class)).hasSize(1);
        assertThat(appended()).isEmpty();
        diskDoesIt();
        receive(B, matched(1, 1));
        assertThat(appended()).containsExactly(ABC.without(C));
    }

    @Test
    void aNewVoterIsBroughtUpBeforeItCounts() {
        leadWithAnEntry();
        step(new Input.AddVoter(1, D));
        assertThat(sentTo(AppendRequest.class)).containsExactly(D);
        assertThat(appended()).isEmpty();
        receive(D, new AppendReply(1, 1, Outcome.DIVERGED, 0, NOWHERE, 0, 0, 0, 1));
        receive(D, matched(1, 0));
        assertThat(appended()).isEmpty();
        assertThat(outputs(Output.Read.class)).singleElement().matches(read -> read.offset() == 0);
        receive(D, matched(1, 1));
        assertThat(appended()).containsExactly(ABC.with(D));
    }

    @Test
    void aLearnerIsBroughtUpWithoutAChangeAndThenAddedAtOnce() {
        leadWithAnEntry();
        step(new Input.Learn(1, D));
        receive(D, matched(1, 1));
        assertThat(outputs(Output.LearnerCaughtUp.class)).containsExactly(new Output.LearnerCaughtUp(1));
        assertThat(appended()).isEmpty();
        RecordBatch entry = ControlRecords.barrier(1, 1, 1);
        step(new Input.Append(8, 1, List.of(new PlacedBatch(entry, 1, 1, -1))));
        diskDoesIt();
        step(new Input.TimerFired(TimerKind.HEARTBEAT, heartbeat));
        assertThat(sentTo(AppendRequest.class)).contains(D);
        step(new Input.AddVoter(2, D));
        assertThat(appended()).containsExactly(ABC.with(D));
    }

    @Test
    void whoHasBeenBroughtUpInVainIsForgottenForTheNext() {
        leadWithAnEntry();
        step(new Input.Learn(1, D));
        receive(D, matched(1, 1));
        step(new Input.Learn(2, E));
        step(new Input.TimerFired(TimerKind.HEARTBEAT, heartbeat));
        assertThat(sentTo(AppendRequest.class)).contains(E).doesNotContain(D);
    }

    @Test
    void aChangeThatLeavesNoQuorumOfThoseWhoHaveBeenHeardIsRefused() {
        leadWithAnEntry();
        for (int look = 0; look < 2; look++) {
            step(new Input.TimerFired(TimerKind.QUORUM_CHECK, quorumCheck));
            receive(B, matched(1, 1));
        }
        step(new Input.RemoveVoter(1, B));
        assertThat(outputs(Output.VotersRefused.class))
                .singleElement()
                .matches(refused -> refused.code() == ErrorCode.PARTITION_UNAVAILABLE);
        assertThat(appended()).isEmpty();
        step(new Input.RemoveVoter(2, C));
        assertThat(appended()).containsExactly(ABC.without(C));
    }

    @Test
    void aLearnerDoesNotCount() {
        leadWithAnEntry();
        step(new Input.AddVoter(1, D));
        RecordBatch entry = ControlRecords.barrier(1, 1, 1);
        step(new Input.Append(8, 1, List.of(new PlacedBatch(entry, 1, 1, -1))));
        diskDoesIt();
        receive(D, matched(1, 0));
        receive(D, matched(1, 2));
        assertThat(replica.highWatermark()).isEqualTo(1);
    }

    @Test
    void aConfigurationCountsFromWhenItIsAppended() {
        leadWithAnEntry();
        step(new Input.AddVoter(1, D));
        receive(D, matched(1, 1));
        diskDoesIt();
        assertThat(replica.voters()).isEqualTo(ABC.with(D));
        receive(B, matched(1, 2));
        assertThat(replica.highWatermark()).isEqualTo(1);
        receive(D, matched(1, 2));
        assertThat(outputs(Output.Decision.class))
                .containsExactly(new Output.HighWatermarkMoved(2), new Output.VotersChanged(1, ABC.with(D)));
    }

    @Test
    void theNextChangeWaitsForTheLastOneAndAThirdIsRefused() {
        leadWithAnEntry();
        step(new Input.RemoveVoter(1, C));
        assertThat(appended()).hasSize(1);
        diskDoesIt();
        step(new Input.AddVoter(2, D));
        receive(D, matched(1, 1));
        receive(D, matched(1, 2));
        assertThat(appended()).isEmpty();
        step(new Input.AddVoter(3, E));
        assertThat(outputs(Output.VotersRefused.class))
                .singleElement()
                .matches(refused -> refused.token() == 3 && refused.code() == ErrorCode.PARTITION_BUSY);
        receive(B, matched(1, 2));
        assertThat(outputs(Output.VotersChanged.class)).hasSize(1);
        assertThat(appended()).containsExactly(ABC.without(C).with(D));
    }

    @Test
    void aLeaderThatIsRemovedDoesNotCountItselfAndGoesWhenThatIsCommitted() {
        leadWithAnEntry();
        step(new Input.RemoveVoter(1, A));
        diskDoesIt();
        receive(B, matched(1, 2));
        assertThat(replica.highWatermark()).isEqualTo(1);
        assertThat(replica.isLeading()).isTrue();
        receive(C, matched(1, 2));
        assertThat(outputs(Output.VotersChanged.class)).hasSize(1);
        assertThat(outputs(Output.NominationOver.class)).hasSize(1);
        assertThat(replica.isLeading()).isFalse();
    }

    @Test
    void whoIsNotAVoterIsNeitherRemovedNorTheLastOneNorAnyoneAddedTwice() {
        leadWithAnEntry();
        for (Input.ChangeVoters change : List.of(new Input.AddVoter(1, B), new Input.RemoveVoter(2, D))) {
            step(change);
            assertThat(outputs)
                    .singleElement()
                    .isInstanceOfSatisfying(Output.VotersRefused.class, refused -> assertThat(refused.code())
                            .isEqualTo(ErrorCode.INVALID_ARGUMENT));
        }
        replica = replica(new Voters(List.of(A), 0), Promise.NONE);
        step(new Input.Nominated(true, true));
        diskDoesIt();
        step(new Input.RemoveVoter(3, A));
        assertThat(outputs(Output.VotersRefused.class)).hasSize(1);
    }

    @Test
    void whoDoesNotLeadSaysSo() {
        step(new Input.AddVoter(1, D));
        assertThat(outputs(Output.VotersRefused.class))
                .singleElement()
                .matches(refused -> refused.code() == ErrorCode.FENCED);
    }

    @Test
    void aLearnerThatNeverComesUpIsGivenUp() {
        leadWithAnEntry();
        step(new Input.AddVoter(1, D));
        for (int i = 0; i < QuorumSettings.DEFAULTS.maxIdleHeartbeats(); i++) {
            step(new Input.TimerFired(TimerKind.HEARTBEAT, heartbeat));
            assertThat(sentTo(AppendRequest.class)).contains(D);
        }
        step(new Input.TimerFired(TimerKind.HEARTBEAT, heartbeat));
        assertThat(outputs(Output.VotersRefused.class))
                .singleElement()
                .matches(refused -> refused.code() == ErrorCode.LIMIT_EXCEEDED);
        assertThat(sentTo(AppendRequest.class)).containsExactlyInAnyOrder(B, C);
    }

    @Test
    void aLearnerThatIsAlwaysBehindIsGivenUp() {
        leadWithAnEntry();
        step(new Input.AddVoter(1, D));
        receive(D, new AppendReply(1, 1, Outcome.DIVERGED, 0, NOWHERE, 0, 0, 0, 1));
        for (int end = 1; end < 10; end++) {
            RecordBatch entry = ControlRecords.barrier(end, 1, 1);
            step(new Input.Append(100 + end, 1, List.of(new PlacedBatch(entry, end, 1, -1))));
            diskDoesIt();
            step(new Input.TimerFired(TimerKind.HEARTBEAT, heartbeat));
            step(new Input.TimerFired(TimerKind.HEARTBEAT, heartbeat));
            receive(D, matched(1, end));
            assertThat(outputs(Output.VotersRefused.class)).isEmpty();
        }
        step(new Input.TimerFired(TimerKind.HEARTBEAT, heartbeat));
        step(new Input.TimerFired(TimerKind.HEARTBEAT, heartbeat));
        receive(D, matched(1, 10));
        assertThat(outputs(Output.VotersRefused.class))
                .singleElement()
                .matches(refused -> refused.code() == ErrorCode.LIMIT_EXCEEDED);
    }

    @Test
    void whenLeadingEndsAChangeThatIsAppendedIsUnknownAndOneThatWaitsIsRefused() {
        leadWithAnEntry();
        step(new Input.RemoveVoter(1, C));
        step(new Input.AddVoter(2, D));
        receive(B, new PromiseRequest(2, Y));
        assertThat(outputs(Output.VotersUnknown.class)).containsExactly(new Output.VotersUnknown(1));
        assertThat(outputs(Output.VotersRefused.class)).singleElement().matches(refused -> refused.token() == 2);
    }

    @Test
    void aChangeThatFindsNoRoomOnTheDiskIsTakenBack() {
        leadWithAnEntry();
        step(new Input.RemoveVoter(1, C));
        Output.AppendToLog append = outputs(Output.AppendToLog.class).get(0);
        step(new Input.NoRoom(append.id()));
        assertThat(outputs(Output.VotersRefused.class))
                .singleElement()
                .matches(refused -> refused.code() == ErrorCode.DISK_FULL);
        assertThat(replica.voters()).isEqualTo(ABC);
        assertThat(replica.isLeading()).isTrue();
    }

    @Test
    void aFollowersConfigurationGoesWithTheEntryThatIsCutOff() {
        RecordBatch change = VotersFormat.batch(0, 1, 1, ABC.with(D));
        receive(B, new AppendRequest(1, Y, 0, 0, -1, List.of(), 0, 0, 0, Message.NO_START));
        diskDoesIt();
        receive(B, new AppendRequest(1, Y, 0, 0, -1, List.of(change), 0, 0, 0, Message.NO_START));
        assertThat(replica.voters()).isEqualTo(ABC.with(D));
        receive(
                C,
                new AppendRequest(2, X, 0, 0, -1, List.of(ControlRecords.barrier(0, 2, 1)), 0, 0, 0, Message.NO_START));
        diskDoesIt();
        assertThat(replica.voters()).isEqualTo(ABC);
    }

    @Test
    void votersInAFormatThatItDoesNotKnowStopAReplicaBeforeItTakesThem() {
        byte[] newer = VotersFormat.bytes(ABC);
        newer[1] = 9;
        receive(B, new AppendRequest(1, Y, 0, 0, -1, List.of(), 0, 0, 0, Message.NO_START));
        diskDoesIt();
        RecordBatch change = ControlRecords.voters(0, 1, 1, newer);
        receive(B, new AppendRequest(1, Y, 0, 0, -1, List.of(change), 0, 0, 0, Message.NO_START));
        assertThat(outputs(Output.Alarm.class)).hasSize(1);
        assertThat(outputs(Output.AppendToLog.class)).isEmpty();
    }

    @Test
    void aNomineeCountsTheVotersOfTheLogThatWinsAndAsksThemToo() {
        replica = withAnEntry();
        step(new Input.Nominated(true, true));
        diskDoesIt();
        Voters five = ABC.with(D).with(E);
        receive(B, granted(2, new LogPosition(1, 4), five));
        assertThat(sentTo(PromiseRequest.class)).containsExactly(D, E);
        assertThat(replica.roleName()).isEqualTo("Candidate");
        receive(D, granted(2, new LogPosition(1, 3), ABC));
        assertThat(sentTo(CopyRequest.class)).containsExactly(B);
    }

    @Test
    void thePromiseOfWhoIsNoVoterDoesNotCount() {
        replica = withAnEntry();
        step(new Input.Nominated(true, true));
        diskDoesIt();
        receive(D, granted(2, EMPTY, Voters.NONE));
        assertThat(replica.roleName()).isEqualTo("Candidate");
    }

    @Test
    void aNomineeThatTheGreatestLogDoesNotNameGivesUp() {
        replica = withAnEntry();
        step(new Input.Nominated(true, true));
        diskDoesIt();
        Voters without = ABC.without(A);
        receive(B, granted(2, new LogPosition(1, 4), without));
        receive(C, granted(2, new LogPosition(1, 3), without));
        assertThat(outputs(Output.NominationOver.class)).hasSize(1);
        assertThat(replica.roleName()).isEqualTo("Follower");
    }

    @Test
    void aBlankReplicaFollowsAndPromisesAndDoesNotStand() {
        replica = replica(Voters.NONE, Promise.NONE);
        step(new Input.Nominated(true, true));
        assertThat(outputs).hasOnlyElementsOfType(Output.NominationOver.class);
        receive(B, new PromiseRequest(1, Y));
        diskDoesIt();
        assertThat(sentTo(PromiseReply.class)).containsExactly(B);
        receive(
                B,
                new AppendRequest(
                        1, Y, 0, 0, -1, List.of(VotersFormat.batch(0, 1, 1, ABC)), 0, 0, 0, Message.NO_START));
        assertThat(replica.voters()).isEqualTo(ABC);
        assertThat(replica.votersAt(0)).isEqualTo(Voters.NONE);
    }
}
