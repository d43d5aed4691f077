package io.tailrace.engine.replication.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.log.EpochEnd;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A replica that may have lost what it acknowledged, and a leader that hears of it (rules 10 and 14). */
class AbstentionTest {
    private static final ReplicaId A = new ReplicaId("a", "1");
    private static final ReplicaId B = new ReplicaId("b", "1");
    private static final ReplicaId C = new ReplicaId("c", "1");
    private static final Voters VOTERS = new Voters(List.of(A, B, C), 0);
    private static final UUID X = new UUID(1, 1);
    private static final UUID Y = new UUID(2, 2);
    private static final long START = 7;
    private static final EpochEnd NOWHERE = new EpochEnd(-1, 0);

    private final List<Output> outputs = new ArrayList<>();
    private QuorumReplica replica = abstaining(3);

    /** A follower of epoch 1 that abstains and has kept so many entries. */
    private static QuorumReplica abstaining(int entries) {
        return replica(new Promise(1, Y), entries, true);
    }

    private static QuorumReplica replica(Promise promise, int entries, boolean abstains) {
        LogOutline log = LogOutline.empty();
        for (int i = 0; i < entries; i++) {
            log.append(1, log.end() + 1);
        }
        return new QuorumReplica(
                A,
                QuorumSettings.DEFAULTS,
                new QuorumReplica.Recovered(log, VoterHistory.of(VOTERS), promise, 0, START, abstains),
                () -> Instant.ofEpochMilli(1),
                () -> X);
    }

    private void step(Input input) {
        outputs.clear();
        outputs.addAll(replica.step(input));
    }

    private void receive(ReplicaId from, Message message) {
        step(new Input.Received(from, message));
    }

    private void diskDoesIt() {
        List<Output> asked = List.copyOf(outputs);
        outputs.clear();
        for (Output output : asked) {
            if (output instanceof Output.Io io && !(io instanceof Output.Read)) {
                outputs.addAll(replica.step(new Input.IoDone(io.id())));
            }
        }
    }

    private <T> List<T> outputs(Class<T> kind) {
        return outputs.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private <T extends Message> List<T> sent(Class<T> kind) {
        return outputs(Output.Send.class).stream()
                .map(Output.Send::message)
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }

    private static AppendRequest append(long offset, long highWatermark, long confirmedStart, RecordBatch... batches) {
        return new AppendRequest(
                1, Y, 0, offset, offset == 0 ? -1 : 1, List.of(batches), highWatermark, confirmedStart);
    }

    private static RecordBatch batch(long offset) {
        return ControlRecords.barrier(offset, 1, 1);
    }

    private static AppendReply matched(long start, long offset) {
        return new AppendReply(2, 2, Outcome.MATCHED, 0, NOWHERE, offset, offset, start);
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
        replica = replica(new Promise(1, Y), 0, false);
        step(new Input.Nominated(true, true));
        diskDoesIt();
        receive(B, new PromiseReply(2, X, true, 2, new LogPosition(-1, 0), 0, 0, VOTERS));
        step(new Input.Append(1, 2, List.of(new PlacedBatch(ControlRecords.barrier(0, 2, 1), 0, 2, -1))));
        diskDoesIt();
    }

    @Test
    void aLeaderForgetsWhatAnEarlierStartAcknowledged() {
        replica = replica(new Promise(1, Y), 0, false);
        step(new Input.Nominated(true, true));
        diskDoesIt();
        receive(B, new PromiseReply(2, X, true, 2, new LogPosition(-1, 0), 0, 0, VOTERS));
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
        receive(B, new AppendReply(2, 2, Outcome.DIVERGED, 0, NOWHERE, 0, 0, 4));
        assertThat(replica.highWatermark()).isEqualTo(1);
        assertThat(sent(AppendRequest.class))
                .singleElement()
                .matches(request -> request.previousOffset() == 0 && request.confirmedStart() == 4);
    }

    @Test
    void aStartIsConfirmedWhenTheEpochIsOpenAndNotBefore() {
        replica = replica(new Promise(1, Y), 2, false);
        step(new Input.Nominated(true, true));
        diskDoesIt();
        receive(B, new PromiseReply(2, X, true, 2, new LogPosition(1, 2), 0, 0, VOTERS));
        diskDoesIt();
        receive(B, new AppendReply(2, 2, Outcome.DIVERGED, 0, NOWHERE, 0, 0, 4));
        assertThat(sent(AppendRequest.class)).singleElement().matches(request -> request.confirmedStart() == 0);
        receive(B, matched(4, 3));
        assertThat(outputs(Output.Leading.class)).hasSize(1);
        assertThat(sent(AppendRequest.class)).anyMatch(request -> request.confirmedStart() == 4);
    }
}
