package io.tailrace.engine.replication.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.log.EpochEnd;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.StandIn;
import io.tailrace.engine.replication.FlushMode;
import io.tailrace.engine.replication.Promise;
import io.tailrace.engine.replication.quorum.Message.AppendReply;
import io.tailrace.engine.replication.quorum.Message.AppendRequest;
import io.tailrace.engine.replication.quorum.Message.CopyRequest;
import io.tailrace.engine.replication.quorum.Message.Outcome;
import io.tailrace.engine.replication.quorum.Message.PromiseReply;
import io.tailrace.engine.replication.quorum.Message.PromiseRequest;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rules one by one; how they hold together is the simulation's business. */
class QuorumReplicaTest extends ReplicaTestKit {
    private static final Input.Nominated WHATEVER_THE_OTHERS_SAY = new Input.Nominated(true, true);

    private static QuorumReplica replica(Promise promise, int... epochsOfOffsets) {
        return replica(ABC, promise, epochsOfOffsets);
    }

    private static QuorumReplica replica(QuorumSettings settings) {
        return replica(settings, ABC, Promise.NONE, false);
    }

    private static AppendRequest append(
            int epoch, long offset, int previousEpoch, long highWatermark, RecordBatch... batches) {
        return new AppendRequest(epoch, Y, 0, offset, previousEpoch, List.of(batches), highWatermark, 0, 0, 0);
    }

    private static PromiseReply granted(int epoch, LogPosition position) {
        return new PromiseReply(epoch, X, true, epoch, position, 0, 0, ABC);
    }

    private static AppendReply matched(int epoch, long round, long offset) {
        return new AppendReply(epoch, epoch, Outcome.MATCHED, round, NOWHERE, offset, offset, 0, 1);
    }

    private void lead() {
        step(WHATEVER_THE_OTHERS_SAY);
        diskDoesIt();
        receive(B, granted(1, EMPTY));
    }

    @Test
    void promisesOnlyWhenThePromiseIsOnTheDisk() {
        receive(B, new PromiseRequest(1, X));
        assertThat(sent(PromiseReply.class)).isEmpty();
        diskDoesIt();
        assertThat(sent(PromiseReply.class)).singleElement().matches(PromiseReply::granted);
    }

    @Test
    void promisesAnEpochToOneIncarnationOnlyAndToThatAgain() {
        receive(B, new PromiseRequest(1, X));
        diskDoesIt();
        receive(C, new PromiseRequest(1, Y));
        assertThat(sent(PromiseReply.class)).singleElement().matches(reply -> !reply.granted());
        receive(B, new PromiseRequest(1, X));
        assertThat(sent(PromiseReply.class)).singleElement().matches(PromiseReply::granted);
    }

    @Test
    void anEmptyLogNeedsNoBarrier() {
        lead();
        assertThat(outputs(Output.Leading.class)).containsExactly(new Output.Leading(1, 0));
        assertThat(outputs(Output.AppendToLog.class)).isEmpty();
    }

    @Test
    void aNomineeDoesNotLeadWithoutItsOwnPromise() {
        step(WHATEVER_THE_OTHERS_SAY);
        outputs.addAll(replica.step(new Input.Received(B, granted(1, EMPTY))));
        outputs.addAll(replica.step(new Input.Received(C, granted(1, EMPTY))));
        assertThat(outputs(Output.Leading.class)).isEmpty();
    }

    @Test
    void copiesTheLogOfTheHigherEpochThoughItsOwnIsLonger() {
        replica = replica(new Promise(2, Y), 1, 1, 1, 1);
        step(WHATEVER_THE_OTHERS_SAY);
        diskDoesIt();
        receive(B, granted(3, new LogPosition(2, 3)));
        assertThat(outputs(Output.Send.class)).containsExactly(new Output.Send(B, new CopyRequest(3, X, 4, 1)));
    }

    @Test
    void servesWhenItsBarrierIsCommittedAndNotBefore() {
        replica = replica(new Promise(1, Y), 1, 1);
        step(WHATEVER_THE_OTHERS_SAY);
        diskDoesIt();
        receive(B, granted(2, new LogPosition(1, 2)));
        assertThat(outputs(Output.AppendToLog.class)).hasSize(1);
        diskDoesIt();
        assertThat(replica.readableOffset()).isEmpty();
        receive(B, matched(2, 0, 2));
        assertThat(outputs(Output.HighWatermarkMoved.class)).isEmpty();
        receive(B, matched(2, 0, 3));
        assertThat(outputs(Output.Decision.class))
                .containsExactly(new Output.HighWatermarkMoved(3), new Output.Leading(2, 3));
    }

    @Test
    void acknowledgesWhatIsOnTheDisk() {
        receive(B, append(1, 0, -1, 0));
        diskDoesIt();
        receive(B, append(1, 0, -1, 1, batch(0, 1)));
        assertThat(sent(AppendReply.class))
                .singleElement()
                .matches(reply -> reply.matchedOffset() == 1 && reply.fsyncedOffset() == 0);
        assertThat(replica.highWatermark()).isZero();
        diskDoesIt();
        assertThat(sent(AppendReply.class)).singleElement().matches(reply -> reply.fsyncedOffset() == 1);
        assertThat(replica.highWatermark()).isEqualTo(1);
    }

    @Test
    void stepsUpOnTheDiskBeforeItTakesAnAppend() {
        receive(B, append(1, 0, -1, 0, batch(0, 1)));
        assertThat(outputs(Output.Io.class)).singleElement().isInstanceOf(Output.StorePromise.class);
        diskDoesIt();
        assertThat(outputs(Output.AppendToLog.class)).hasSize(1);
    }

    @Test
    void truncatesWhatTheNewLeaderNeverHad() {
        replica = replica(new Promise(3, Y), 1, 1, 1);
        receive(B, append(3, 1, 1, 0, batch(1, 3)));
        assertThat(outputs(Output.Truncate.class)).singleElement().matches(cut -> cut.offset() == 1);
        assertThat(replica.endOffset()).isEqualTo(2);
    }

    @Test
    void anAppendThatComesLateTakesNothingAway() {
        replica = replica(new Promise(1, Y), 1, 1, 1);
        receive(B, append(1, 1, 1, 0, batch(1, 1)));
        assertThat(outputs(Output.Io.class)).isEmpty();
        assertThat(replica.endOffset()).isEqualTo(3);
    }

    /** It begins with what both logs have, and goes on where only the leader's does: the entry in between was never committed. */
    @Test
    void truncatesWhatLiesBelowABatchThatStandsForSeveral() {
        replica = replica(new Promise(3, Y), 1, 1, 2);
        receive(B, append(3, 1, 1, 5, StandIn.of(1, 4, 1, 5)));
        assertThat(outputs(Output.Truncate.class)).singleElement().matches(cut -> cut.offset() == 2);
        assertThat(outputs(Output.AppendToLog.class)).singleElement().satisfies(append -> assertThat(append.batches())
                .singleElement()
                .matches(placed -> placed.baseOffset() == 2 && placed.nextOffset() == 5 && placed.leaderEpoch() == 1));
        assertThat(replica.highWatermark()).isLessThanOrEqualTo(2);
        diskDoesIt();
        diskDoesIt();
        assertThat(replica.highWatermark()).isEqualTo(5);
    }

    @Test
    void answersWithTheEndOfItsEpochWhereTheEntryBeforeDiffers() {
        replica = replica(new Promise(5, Y), 1, 1, 2);
        receive(B, append(5, 7, 4, 0));
        assertThat(sent(AppendReply.class))
                .singleElement()
                .matches(reply -> reply.outcome() == Outcome.DIVERGED
                        && reply.divergence().equals(new EpochEnd(2, 3)));
    }

    @Test
    void refusesAnOldLeaderAndSaysWhatItHasPromised() {
        replica = replica(new Promise(5, X));
        receive(B, append(4, 0, -1, 0));
        assertThat(sent(AppendReply.class))
                .singleElement()
                .matches(reply -> reply.outcome() == Outcome.REFUSED && reply.promisedEpoch() == 5);
    }

    @Test
    void stopsBeforeItCutsWhatIsCommitted() {
        replica = replica(new Promise(2, Y), 1, 1);
        receive(B, append(2, 2, 1, 2));
        assertThat(replica.highWatermark()).isEqualTo(2);
        receive(B, append(2, 1, 1, 2, batch(1, 2)));
        assertThat(outputs(Output.Alarm.class)).hasSize(1);
        assertThat(outputs(Output.Truncate.class)).isEmpty();
        receive(B, append(2, 2, 1, 2));
        assertThat(outputs).isEmpty();
    }

    @Test
    void damagedBatchesAreNotTaken() {
        replica = replica(new Promise(1, Y));
        ByteBuffer bytes = batch(0, 1).bytes();
        bytes.put(RecordBatch.HEADER_BYTES + 2, (byte) 77);
        receive(B, append(1, 0, -1, 0, RecordBatch.at(bytes)));
        assertThat(outputs(Output.Ignored.class)).hasSize(1);
        assertThat(replica.endOffset()).isZero();
    }

    @Test
    void whatWasInFlightIsUnknownWhenAnotherLeads() {
        lead();
        step(new Input.Append(7, 1, List.of(new PlacedBatch(batch(0, 1), 0, 1, -1))));
        receive(B, new PromiseRequest(2, Y));
        assertThat(outputs(Output.Decision.class))
                .startsWith(new Output.AppendUnknown(7))
                .hasAtLeastOneElementOfType(Output.NominationOver.class);
        step(new Input.Append(8, 1, List.of(new PlacedBatch(batch(1, 1), 1, 1, -1))));
        assertThat(outputs(Output.AppendRefused.class)).hasSize(1);
    }

    @Test
    void anAppendIsDoneWhenAQuorumHasItOnItsDisks() {
        lead();
        step(new Input.Append(7, 1, List.of(new PlacedBatch(batch(0, 1), 0, 1, -1))));
        diskDoesIt();
        assertThat(outputs(Output.Decision.class)).isEmpty();
        receive(C, matched(1, 0, 1));
        assertThat(outputs(Output.Decision.class))
                .containsExactly(new Output.HighWatermarkMoved(1), new Output.Appended(7, 1));
    }

    @Test
    void aCheckedReadWaitsForARoundThatBeganAfterIt() {
        lead();
        step(new Input.CheckedRead(9));
        assertThat(sent(AppendRequest.class)).allMatch(request -> request.round() == 1);
        receive(B, matched(1, 0, 0));
        assertThat(outputs(Output.ReadConfirmed.class)).isEmpty();
        receive(B, matched(1, 1, 0));
        assertThat(outputs(Output.ReadConfirmed.class)).containsExactly(new Output.ReadConfirmed(9, 0));
    }

    @Test
    void aLeaderThatHearsFromNoQuorumStops() {
        lead();
        fire(TimerKind.QUORUM_CHECK);
        assertThat(outputs(Output.NominationOver.class)).hasSize(1);
        assertThat(replica.isLeading()).isFalse();
    }

    @Test
    void anAnswerThatComesTwiceIsAskedAboutOnce() {
        lead();
        AppendReply diverged = new AppendReply(1, 1, Outcome.DIVERGED, 0, NOWHERE, 0, 0, 0, 1);
        receive(B, matched(1, 0, 0));
        receive(B, diverged);
        assertThat(sent(AppendRequest.class)).hasSize(1);
        receive(B, diverged);
        assertThat(sent(AppendRequest.class)).isEmpty();
    }

    private Input.Append append(long token, long offset) {
        return new Input.Append(token, 1, List.of(new PlacedBatch(batch(offset, 1), offset, 1, -1)));
    }

    private long idOfAppend() {
        return outputs(Output.AppendToLog.class).get(0).id();
    }

    @Test
    void aFullDiskRefusesWhatFoundNoRoomAndAllBehindItAndTheLeaderGoesOn() {
        lead();
        step(append(7, 0));
        long first = idOfAppend();
        long flush = outputs(Output.Flush.class).get(0).id();
        step(append(8, 1));
        long second = idOfAppend();
        step(append(9, 2));
        long third = idOfAppend();
        step(new Input.IoDone(first));
        step(new Input.NoRoom(second));
        assertThat(outputs)
                .containsExactly(
                        new Output.AppendRefused(9, ErrorCode.DISK_FULL),
                        new Output.AppendRefused(8, ErrorCode.DISK_FULL));
        assertThat(replica.endOffset()).isEqualTo(1);
        step(append(10, 1));
        step(new Input.NoRoom(third));
        assertThat(replica.endOffset()).as("what came later stays").isEqualTo(2);
        step(new Input.IoDone(flush));
        receive(B, matched(1, 0, 1));
        assertThat(outputs(Output.Appended.class)).containsExactly(new Output.Appended(7, 1));
        assertThat(replica.isLeading()).isTrue();
    }

    @Test
    void whatWasForcedCountsOnlyWhenItIsKnownToBeWritten() {
        lead();
        step(append(7, 0));
        long write = idOfAppend();
        long flush = outputs(Output.Flush.class).get(0).id();
        receive(B, matched(1, 0, 1));
        step(new Input.IoDone(flush));
        assertThat(replica.highWatermark()).isZero();
        step(new Input.IoDone(write));
        assertThat(replica.highWatermark()).isEqualTo(1);
    }

    @Test
    void aFollowerWithAFullDiskDoesNotAcknowledgeAndTakesItWhenThereIsRoom() {
        receive(B, append(1, 0, -1, 0));
        diskDoesIt();
        receive(B, append(1, 0, -1, 0, batch(0, 1)));
        long flush = outputs(Output.Flush.class).get(0).id();
        step(new Input.NoRoom(idOfAppend()));
        assertThat(outputs).isEmpty();
        receive(B, append(1, 1, 1, 0, batch(1, 1)));
        assertThat(outputs)
                .as("the leader sends again after a heartbeat, not at once")
                .isEmpty();
        receive(B, append(1, 1, 1, 0));
        assertThat(sent(AppendReply.class)).singleElement().matches(reply -> reply.outcome() == Outcome.DIVERGED);
        step(new Input.IoDone(flush));
        assertThat(sent(AppendReply.class)).allMatch(reply -> reply.fsyncedOffset() == 0);
        receive(B, append(1, 0, -1, 0, batch(0, 1), batch(1, 1)));
        diskDoesIt();
        assertThat(sent(AppendReply.class)).last().matches(reply -> reply.fsyncedOffset() == 2);
    }

    @Test
    void aBarrierThatFindsNoRoomEndsTheNomination() {
        replica = replica(new Promise(1, Y), 1, 1);
        step(WHATEVER_THE_OTHERS_SAY);
        diskDoesIt();
        receive(B, granted(2, new LogPosition(1, 2)));
        step(new Input.NoRoom(idOfAppend()));
        assertThat(outputs(Output.NominationOver.class)).singleElement().matches(over -> over.why()
                .contains("no room"));
        assertThat(replica.endOffset()).isEqualTo(2);
        step(WHATEVER_THE_OTHERS_SAY);
        assertThat(outputs(Output.StorePromise.class))
                .as("it may be nominated again")
                .hasSize(1);
    }

    @Test
    void aPromiseThatFindsNoRoomIsNotGivenAndMayBeAskedForAgain() {
        receive(B, new PromiseRequest(4, X));
        step(new Input.NoRoom(outputs(Output.StorePromise.class).get(0).id()));
        assertThat(sent(PromiseReply.class)).isEmpty();
        assertThat(replica.promisedEpoch()).isEqualTo(-1);
        receive(C, new PromiseRequest(4, Y));
        diskDoesIt();
        assertThat(sent(PromiseReply.class)).singleElement().matches(PromiseReply::granted);
        step(new Input.Nominated(true, true));
        step(new Input.NoRoom(outputs(Output.StorePromise.class).get(0).id()));
        assertThat(outputs)
                .containsExactly(new Output.NominationOver(
                        5, ErrorCode.DISK_FULL, "there is no room on the disk for its promise"));
    }

    @Test
    void whoBeginsAnewFencesWhatWasBegunBefore() {
        lead();
        step(append(7, 0));
        step(new Input.NominatedAnew());
        assertThat(outputs(Output.Decision.class))
                .startsWith(new Output.AppendUnknown(7))
                .hasAtLeastOneElementOfType(Output.NominationOver.class);
        diskDoesIt();
        step(append(8, 1));
        assertThat(outputs(Output.AppendRefused.class)).hasSize(1);
        assertThat(replica.promisedEpoch()).isEqualTo(2);
    }

    @Test
    void whatTheOperatingSystemHasCountsWithoutAnFsyncIfThatIsTheSetting() {
        replica = replica(new QuorumSettings(1000, 8, 1000, 1000, 1000, 1000, 100, 1000, FlushMode.OS));
        lead();
        step(append(7, 0));
        assertThat(outputs(Output.Flush.class)).isEmpty();
        receive(B, matched(1, 0, 1));
        assertThat(replica.highWatermark()).isZero();
        step(append(8, 1));
        assertThat(outputs(Output.Flush.class)).isEmpty();
        step(new Input.IoDone(idOfAppend() - 1));
        assertThat(outputs(Output.Appended.class)).containsExactly(new Output.Appended(7, 1));
    }

    @Test
    void pendingAppendsHaveABoundInBytesThatALargeOneAloneMayExceed() {
        int bytes = batch(0, 1).sizeInBytes();
        replica = replica(new QuorumSettings(1000, 8, 1000, 2L * bytes - 1, 1000, 1000, 100, 1000, FlushMode.BATCH));
        lead();
        step(append(7, 0));
        step(append(8, 1));
        assertThat(outputs).containsExactly(new Output.AppendRefused(8, ErrorCode.PARTITION_BUSY));
        replica = replica(new QuorumSettings(1000, 8, 1000, bytes - 1, 1000, 1000, 100, 1000, FlushMode.BATCH));
        lead();
        step(append(7, 0));
        assertThat(outputs(Output.AppendToLog.class)).hasSize(1);
    }

    @Test
    void aFailedDiskStopsTheReplica() {
        receive(B, new PromiseRequest(1, X));
        Output.Io store = outputs(Output.Io.class).get(0);
        step(new Input.IoFailed(store.id(), "Input/output error"));
        assertThat(outputs(Output.Alarm.class)).hasSize(1);
        step(WHATEVER_THE_OTHERS_SAY);
        assertThat(outputs).isEmpty();
    }
}
