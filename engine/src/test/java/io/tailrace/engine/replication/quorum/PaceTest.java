package io.tailrace.engine.replication.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.replication.quorum.Message.AppendReply;
import io.tailrace.engine.replication.quorum.Message.AppendRequest;
import io.tailrace.engine.replication.quorum.Message.Outcome;
import io.tailrace.engine.replication.quorum.Message.PromiseReply;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PaceTest extends ReplicaTestKit {
    private static final int BEFORE_QUIET = 5;
    private static final int SILENT = 10;

    @BeforeEach
    void leadAnEmptyLog() {
        step(new Input.Nominated(true, true));
        diskDoesIt();
        receive(B, new PromiseReply(1, X, true, 1, EMPTY, 0, 0, ABC));
        assertThat(replica.isLeading()).isTrue();
    }

    /** Answers to the last heartbeat, of which the outputs stay those of the heartbeat. */
    private void answer(ReplicaId... from) {
        for (ReplicaId id : from) {
            replica.step(new Input.Received(id, new AppendReply(1, 1, Outcome.MATCHED, 0, NOWHERE, 0, 0, 0, 1)));
        }
    }

    private void quiet(ReplicaId... answering) {
        answer(answering);
        for (int i = 0; i < 2 * SILENT && isSet(TimerKind.HEARTBEAT); i++) {
            fire(TimerKind.HEARTBEAT);
            answer(answering);
        }
        assertThat(isSet(TimerKind.QUIET_HEARTBEAT)).isTrue();
    }

    private boolean isSet(TimerKind kind) {
        return outputs(Output.SetTimer.class).stream().anyMatch(timer -> timer.kind() == kind);
    }

    @Test
    void isQuietWhenEverybodyHasHadEverythingForSomeHeartbeats() {
        answer(B, C);
        for (int i = 1; i < BEFORE_QUIET; i++) {
            fire(TimerKind.HEARTBEAT);
            answer(B, C);
            assertThat(isSet(TimerKind.HEARTBEAT)).isTrue();
        }
        fire(TimerKind.HEARTBEAT);
        answer(B, C);
        assertThat(isSet(TimerKind.HEARTBEAT)).isFalse();
        fire(TimerKind.QUIET_HEARTBEAT);
        assertThat(sent(AppendRequest.class)).hasSize(2);
        assertThat(isSet(TimerKind.QUIET_HEARTBEAT)).isTrue();
    }

    @Test
    void anAppendWakesIt() {
        quiet(B, C);
        step(new Input.Append(1, 1, List.of(new PlacedBatch(batch(0, 1), 0, 1, -1))));
        assertThat(isSet(TimerKind.HEARTBEAT)).isTrue();
        assertThat(isSet(TimerKind.QUORUM_CHECK)).isTrue();
    }

    @Test
    void aQuestionWakesIt() {
        quiet(B, C);
        step(new Input.CheckedRead(1));
        assertThat(isSet(TimerKind.HEARTBEAT)).isTrue();
    }

    @Test
    void aFollowerThatHasBeenStartedAnewWakesIt() {
        quiet(B, C);
        receive(C, new AppendReply(1, 1, Outcome.MATCHED, 0, NOWHERE, 0, 0, 0, 2));
        assertThat(isSet(TimerKind.HEARTBEAT)).isTrue();
    }

    @Test
    void whoDoesNotAnswerForLongIsNotWaitedFor() {
        quiet(B);
        fire(TimerKind.QUIET_HEARTBEAT);
        assertThat(isSet(TimerKind.QUIET_HEARTBEAT)).isTrue();
    }

    @Test
    void withoutAQuorumItIsNotQuietAndStepsDown() {
        quiet(B, C);
        fire(TimerKind.QUIET_HEARTBEAT);
        fire(TimerKind.QUIET_HEARTBEAT);
        assertThat(isSet(TimerKind.HEARTBEAT)).isTrue();
        fire(TimerKind.QUORUM_CHECK);
        assertThat(replica.isLeading()).isFalse();
    }
}
