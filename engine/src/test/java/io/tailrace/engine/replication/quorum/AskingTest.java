package io.tailrace.engine.replication.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.replication.FlushMode;
import io.tailrace.engine.replication.Promise;
import io.tailrace.engine.replication.quorum.Message.AppendReply;
import io.tailrace.engine.replication.quorum.Message.AppendRequest;
import io.tailrace.engine.replication.quorum.Message.PreVoteReply;
import io.tailrace.engine.replication.quorum.Message.PreVoteRequest;
import io.tailrace.engine.replication.quorum.Message.PromiseRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A nominee finds out first whether it is of any use, and disturbs nobody by that. */
class AskingTest extends ReplicaTestKit {
    /** Who is more than ten behind is far behind. */
    private static final QuorumSettings SETTINGS =
            new QuorumSettings(1000, 8, 1000, 1000, 1000, 1000, 100, 10, FlushMode.BATCH);

    @BeforeEach
    void begin() {
        replica = voter(Promise.NONE);
    }

    private static QuorumReplica voter(Promise promise, int... epochsOfOffsets) {
        return replica(SETTINGS, ABC, promise, false, epochsOfOffsets);
    }

    private PreVoteReply says(@Nullable ReplicaId leader, int leaderEpoch, LogPosition position) {
        return new PreVoteReply(replica.promisedEpoch(), X, leaderEpoch, leader, leaderEpoch, position, ABC);
    }

    /** An append of B's, which leads epoch 1. */
    private static AppendRequest heartbeat() {
        return new AppendRequest(1, Y, 0, 0, -1, List.of(), 0, 0, 0, 0);
    }

    private void followB() {
        replica = voter(new Promise(1, Y));
        receive(B, heartbeat());
    }

    @Test
    void asksEverybodyAndPromisesNothing() {
        step(new Input.Nominated());
        assertThat(sent(PreVoteRequest.class)).hasSize(2);
        assertThat(outputs(Output.Io.class)).isEmpty();
        assertThat(replica.promisedEpoch()).isEqualTo(-1);
    }

    @Test
    void standsWhenAQuorumHearsOfNoLeader() {
        step(new Input.Nominated());
        receive(B, says(null, -1, EMPTY));
        assertThat(sent(PromiseRequest.class)).hasSize(2).allMatch(request -> request.epoch() == 1);
        assertThat(outputs(Output.NominationOver.class)).isEmpty();
    }

    @Test
    void standsAboveTheEpochsThatItHearsOf() {
        step(new Input.Nominated());
        receive(B, says(null, 7, EMPTY));
        assertThat(sent(PromiseRequest.class)).allMatch(request -> request.epoch() == 8);
    }

    @Test
    void defersToALeaderThatAQuorumHears() {
        step(new Input.Nominated());
        receive(B, says(B, 4, EMPTY));
        assertThat(outputs(Output.Decision.class)).isEmpty();
        receive(C, says(B, 4, EMPTY));
        assertThat(outputs(Output.Decision.class))
                .startsWith(new Output.NominationDeferred(B, 4))
                .hasAtLeastOneElementOfType(Output.NominationOver.class);
        assertThat(sent(PromiseRequest.class)).isEmpty();
    }

    @Test
    void twoLeadersOfTwoEpochsAreNoQuorum() {
        step(new Input.Nominated());
        receive(B, says(B, 4, EMPTY));
        receive(C, says(C, 5, EMPTY));
        assertThat(sent(PromiseRequest.class)).hasSize(2).allMatch(request -> request.epoch() == 6);
    }

    @Test
    void aLeaderThatOnlyHearsItselfIsNotWaitedForTooLong() {
        step(new Input.Nominated());
        List<Output> asked = List.copyOf(outputs);
        receive(B, says(B, 4, EMPTY));
        assertThat(sent(PromiseRequest.class)).isEmpty();
        outputs.addAll(asked);
        fire(TimerKind.ATTEMPT);
        assertThat(sent(PromiseRequest.class)).hasSize(2);
    }

    @Test
    void itsOwnLeaderCounts() {
        followB();
        step(new Input.Nominated());
        receive(B, says(B, 1, EMPTY));
        assertThat(outputs(Output.NominationDeferred.class)).containsExactly(new Output.NominationDeferred(B, 1));
        assertThat(replica.roleName()).isEqualTo("Follower");
    }

    @Test
    void takesOverFromALeaderThatLivesWhenItIsToldTo() {
        followB();
        step(new Input.Nominated(true, false));
        receive(B, says(B, 1, EMPTY));
        assertThat(sent(PromiseRequest.class)).hasSize(2);
    }

    @Test
    void asksNobodyWhenTheAnswersWouldNotMatter() {
        step(new Input.Nominated(true, true));
        assertThat(sent(PreVoteRequest.class)).isEmpty();
        assertThat(sent(PromiseRequest.class)).hasSize(2);
    }

    @Test
    void declinesAndNamesTheBestWhenItIsFarBehind() {
        replica = voter(new Promise(1, Y), 1, 1);
        step(new Input.Nominated());
        receive(C, says(null, 1, new LogPosition(1, 13)));
        assertThat(outputs(Output.NominationDeclined.class)).containsExactly(new Output.NominationDeclined(C, 11));
        assertThat(outputs(Output.NominationOver.class)).hasSize(1);
        assertThat(sent(PromiseRequest.class)).isEmpty();
    }

    @Test
    void standsThoughItIsFarBehindWhenItIsToldTo() {
        replica = voter(new Promise(1, Y), 1, 1);
        step(new Input.Nominated(false, true));
        receive(C, says(null, 1, new LogPosition(1, 13)));
        assertThat(sent(PromiseRequest.class)).hasSize(2);
    }

    @Test
    void aLongerLogOfAnOlderEpochIsNotTheBest() {
        replica = voter(new Promise(2, Y), 1, 2);
        step(new Input.Nominated());
        receive(C, says(null, 2, new LogPosition(1, 100)));
        assertThat(sent(PromiseRequest.class)).hasSize(2);
    }

    @Test
    void asksAgainWithoutAQuorumAndNeverRaisesTheEpoch() {
        step(new Input.Nominated());
        for (int i = 0; i < 5; i++) {
            fire(TimerKind.ATTEMPT);
            assertThat(sent(PreVoteRequest.class)).hasSize(2);
            assertThat(outputs(Output.Io.class)).isEmpty();
        }
    }

    @Test
    void aNominationWithOtherWordsBeginsAnew() {
        followB();
        step(new Input.Nominated());
        step(new Input.Nominated());
        assertThat(outputs).isEmpty();
        step(new Input.Nominated(true, true));
        assertThat(sent(PromiseRequest.class)).hasSize(2);
    }

    @Test
    void followsOnWhileItAsks() {
        followB();
        step(new Input.Nominated());
        receive(B, heartbeat());
        assertThat(sent(AppendReply.class)).hasSize(1);
        assertThat(replica.roleName()).isEqualTo("Asking");
        receive(C, new PromiseRequest(2, Y));
        assertThat(outputs(Output.NominationOver.class)).hasSize(1);
        assertThat(replica.roleName()).isEqualTo("Follower");
    }

    @Test
    void saysWhoLeadsWhileThatHasBeenHeardOfLately() {
        PreVoteRequest question = new PreVoteRequest(0, Y);
        receive(C, question);
        assertThat(sent(PreVoteReply.class)).singleElement().matches(reply -> reply.leader() == null);
        followB();
        List<Output> asked = List.copyOf(outputs);
        receive(C, question);
        assertThat(sent(PreVoteReply.class))
                .singleElement()
                .matches(reply -> B.equals(reply.leader()) && reply.leaderEpoch() == 1);
        outputs.addAll(asked);
        fire(TimerKind.LEADER_CHECK);
        fire(TimerKind.LEADER_CHECK);
        receive(C, question);
        assertThat(sent(PreVoteReply.class)).singleElement().matches(reply -> reply.leader() == null);
        receive(B, heartbeat());
        receive(C, question);
        assertThat(sent(PreVoteReply.class)).singleElement().matches(reply -> B.equals(reply.leader()));
    }

    @Test
    void aSoleVoterStandsAtOnce() {
        replica = replica(new Voters(List.of(A), 0), Promise.NONE);
        step(new Input.Nominated());
        assertThat(replica.roleName()).isEqualTo("Candidate");
    }
}
