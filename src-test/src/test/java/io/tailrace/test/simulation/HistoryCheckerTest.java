package io.tailrace.test.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.test.simulation.History.CheckedEnd;
import io.tailrace.test.simulation.History.Outcome;
import io.tailrace.test.simulation.History.Poll;
import io.tailrace.test.simulation.History.Send;
import io.tailrace.test.simulation.Values.Placed;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HistoryCheckerTest {
    private final History history = new History();

    @BeforeEach
    void aLogOfThreeValues() {
        sent("x", Outcome.OK, 0);
        sent("y", Outcome.OK, 2);
        sent("z", Outcome.UNKNOWN, -1);
        history.polls.add(new Poll("r", 0, 3, List.of(new Placed(0, "x"), new Placed(2, "y"))));
        history.finalRead = List.of(new Placed(0, "x"), new Placed(2, "y"), new Placed(3, "z"));
    }

    private void sent(String value, Outcome outcome, long offset) {
        Send send = new Send("p", List.of(value));
        send.outcome = outcome;
        send.baseOffset = offset;
        history.sends.add(send);
    }

    private void finds(String problem) {
        assertThat(HistoryChecker.problemsOf(history)).anyMatch(found -> found.startsWith(problem));
    }

    @Test
    void aGoodHistoryHasNoProblem() {
        assertThat(HistoryChecker.problemsOf(history)).isEmpty();
    }

    @Test
    void twoValuesAtOneOffset() {
        history.polls.add(new Poll("s", 0, 1, List.of(new Placed(0, "w"))));
        finds("inconsistent offset");
    }

    @Test
    void oneValueAtTwoOffsets() {
        history.polls.add(new Poll("s", 4, 5, List.of(new Placed(4, "x"))));
        finds("duplicate");
    }

    @Test
    void anAcknowledgedValueThatNobodyReadThoughTheyReadOn() {
        sent("w", Outcome.OK, 1);
        finds("lost write");
    }

    @Test
    void anAcknowledgedValueThatIsNotThereInTheEnd() {
        sent("w", Outcome.OK, 4);
        finds("unseen");
    }

    @Test
    void aValueThatWasRefusedAndIsThere() {
        sent("z", Outcome.FAIL, -1);
        finds("aborted read");
    }

    @Test
    void aPollThatSteppedOverAValue() {
        history.polls.add(new Poll("s", 0, 3, List.of(new Placed(2, "y"))));
        finds("poll skip");
    }

    @Test
    void aReaderThatGoesBack() {
        history.polls.add(new Poll("r", 0, 1, List.of(new Placed(0, "x"))));
        finds("non-monotonic poll");
    }

    @Test
    void aProducerWhoseLaterValueStandsEarlier() {
        sent("w", Outcome.OK, 1);
        finds("non-monotonic send");
    }

    @Test
    void aConfirmedEndBelowWhatHadBeenAcknowledged() {
        history.ends.add(new CheckedEnd(3, 2));
        finds("stale end");
    }
}
