package io.tailrace.engine.replication.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.log.Tombstones;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.Promise;
import io.tailrace.engine.replication.quorum.Message.AppendReply;
import io.tailrace.engine.replication.quorum.Message.AppendRequest;
import io.tailrace.engine.replication.quorum.Message.Outcome;
import io.tailrace.engine.replication.quorum.Message.PromiseReply;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who says how far it has compacted, how far tombstones may go, and which batches are not taken (decision 41). */
class TombstonesMayGoTest extends ReplicaTestKit {
    private static final long END = 5;

    private static AppendReply compacted(long settledBelow) {
        return new AppendReply(2, 2, Outcome.MATCHED, 0, NOWHERE, END + 1, END + 1, 0, 1, settledBelow);
    }

    private static AppendRequest sent(long offset, Tombstones tombstones, long mayGo, RecordBatch... batches) {
        return new AppendRequest(1, Y, 0, offset, 1, List.of(batches), 4, 0, 0, 0, tombstones, mayGo);
    }

    /** Of three entries at least, all of epoch 1. */
    private void follow() {
        replica = replica(ABC, new Promise(1, Y), 1, 1, 1);
        receive(B, sent(3, Tombstones.NONE, 2));
    }

    private void leadWithFiveEntries() {
        replica = replica(ABC, new Promise(1, Y), 1, 1, 1, 1, 1);
        step(new Input.Nominated(true, true));
        diskDoesIt();
        receive(B, new PromiseReply(2, X, true, 2, new LogPosition(1, END), 0, 0, ABC));
        diskDoesIt();
    }

    @Test
    void tombstonesGoBelowWhatAllVotersHaveCompactedNotOnlyAQuorum() {
        leadWithFiveEntries();
        step(new Input.Compacted(4));
        receive(B, compacted(3));
        assertThat(replica.isLeading()).isTrue();
        assertThat(replica.tombstonesMayGoBelow()).isZero();
        receive(C, compacted(2));
        assertThat(replica.tombstonesMayGoBelow()).isEqualTo(2);
        receive(C, compacted(4));
        assertThat(replica.tombstonesMayGoBelow()).isEqualTo(3);
    }

    @Test
    void aVoterThatWasStartedAgainSaysItAnew() {
        leadWithFiveEntries();
        step(new Input.Compacted(4));
        receive(B, compacted(3));
        receive(C, compacted(3));
        receive(C, new AppendReply(2, 2, Outcome.MATCHED, 0, NOWHERE, END, END, 0, 2, 1));
        assertThat(replica.tombstonesMayGoBelow()).isEqualTo(1);
    }

    @Test
    void aLearnerHoldsThemUp() {
        leadWithFiveEntries();
        step(new Input.Compacted(4));
        receive(B, compacted(3));
        receive(C, compacted(3));
        step(new Input.Learn(1, new ReplicaId("d", "1")));
        assertThat(replica.tombstonesMayGoBelow()).isZero();
    }

    @Test
    void aFollowerSaysHowFarItHasCompactedAndHearsHowFarAllHave() {
        follow();
        assertThat(replica.tombstonesMayGoBelow()).isEqualTo(2);
        step(new Input.Compacted(3));
        receive(B, sent(3, Tombstones.NONE, 2));
        assertThat(sent(AppendReply.class)).singleElement().matches(reply -> reply.settledBelow() == 3);
    }

    @Test
    void whatLacksTombstonesThatThisLogNeedsIsNotTakenAndTheLogIsGivenUp() {
        follow();
        receive(B, sent(3, new Tombstones(9, 4), 0, batch(3, 1)));
        assertThat(outputs(Output.GiveUp.class)).hasSize(1);
        assertThat(outputs(Output.AppendToLog.class)).isEmpty();
        assertThat(sent(AppendReply.class)).isEmpty();
        step(new Input.Damaged(0, "given up"));
        assertThat(outputs(Output.RepairNeeded.class)).hasSize(1);
    }

    @Test
    void whatLacksTombstonesThatAreHereOrNeededNoMoreIsTaken() {
        follow();
        receive(B, sent(3, new Tombstones(9, 3), 0, batch(3, 1)));
        assertThat(outputs(Output.AppendToLog.class)).hasSize(1);
        step(new Input.Compacted(8));
        receive(B, sent(4, new Tombstones(9, 8), 0, batch(4, 1)));
        assertThat(outputs(Output.AppendToLog.class)).singleElement().matches(append -> append.tombstones()
                .equals(new Tombstones(9, 8)));
    }

    @Test
    void whatComesOfALogInDoubtIsLeftForLater() {
        follow();
        receive(B, sent(3, new Tombstones(2, 9), 0, batch(3, 1)));
        assertThat(outputs(Output.AppendToLog.class)).isEmpty();
        assertThat(outputs(Output.GiveUp.class)).isEmpty();
        assertThat(outputs(Output.Ignored.class)).hasSize(1);
    }

    @Test
    void anEmptyLogTakesWhateverIsThere() {
        receive(B, new AppendRequest(1, Y, 0, 0, -1, List.of(), 0, 0, 0, 0));
        diskDoesIt();
        receive(B, new AppendRequest(1, Y, 0, 0, -1, List.of(batch(0, 1)), 0, 0, 0, 0, new Tombstones(90, 80), 0));
        assertThat(outputs(Output.AppendToLog.class)).hasSize(1);
        // What has come is known to be as far as where it comes from.
        receive(B, new AppendRequest(1, Y, 0, 1, 1, List.of(batch(1, 1)), 0, 0, 0, 0, new Tombstones(99, 90), 0));
        assertThat(outputs(Output.AppendToLog.class)).hasSize(1);
        receive(B, new AppendRequest(1, Y, 0, 2, 1, List.of(batch(2, 1)), 0, 0, 0, 0, new Tombstones(99, 91), 0));
        assertThat(outputs(Output.GiveUp.class)).hasSize(1);
    }
}
