package io.tailrace.engine.replication.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When a leader takes what it has sent for lost. */
class FollowerProgressTest {
    private final FollowerProgress follower = new FollowerProgress(new ReplicaId("b", "1"), 0);

    /** Something is sent, up to that offset, as far as the follower is known to have what is before. */
    private void send(long end) {
        assertThat(follower.probing).isFalse();
        follower.next = end;
        follower.inFlight.add(end);
    }

    /** How many heartbeats come until it is taken for lost. */
    private int heartbeatsUntilLost() {
        int heartbeats = 0;
        while (!follower.probing) {
            follower.heartbeat();
            heartbeats++;
        }
        return heartbeats;
    }

    @Test
    void aHeartbeatJustAfterSomethingWasSentDoesNotTakeItForLost() {
        follower.matched(0, 0);
        follower.heartbeat();
        send(5);
        follower.heartbeat();
        assertThat(follower.probing).isFalse();
        assertThat(heartbeatsUntilLost()).isEqualTo(1);
        assertThat(follower.next).isZero();
    }

    @Test
    void eachTimeItIsWaitedForTwiceAsLongAndNeverForEver() {
        follower.matched(0, 0);
        int before = 1;
        for (int i = 0; i < 10; i++) {
            send(5);
            int heartbeats = heartbeatsUntilLost();
            assertThat(heartbeats).isEqualTo(Math.min(2 * before, 64));
            before = heartbeats;
            follower.matched(0, 0);
        }
    }

    @Test
    void aLinkThatIsSlowIsSentNothingTwiceOnceThatIsKnown() {
        follower.matched(0, 0);
        send(5);
        for (int i = 0; i < 15; i++) {
            follower.heartbeat();
            if (follower.probing) {
                follower.matched(0, 0);
                send(5);
            }
        }
        for (long end = 10; end < 50; end += 5) {
            follower.matched(end - 5, end - 5);
            follower.heartbeat();
            send(end);
            for (int i = 0; i < 15; i++) {
                follower.heartbeat();
                assertThat(follower.probing).isFalse();
            }
        }
    }

    @Test
    void aLinkThatIsQuickAgainIsTakenForSo() {
        eachTimeItIsWaitedForTwiceAsLongAndNeverForEver();
        for (long end = 10; end < 20; end += 5) {
            send(end);
            follower.matched(end, end);
            follower.heartbeat();
        }
        send(30);
        assertThat(heartbeatsUntilLost()).isEqualTo(2);
    }

    @Test
    void whoHasBeenStartedAgainIsNotWaitedForAsLongAsBefore() {
        eachTimeItIsWaitedForTwiceAsLongAndNeverForEver();
        follower.startedAgain();
        follower.matched(0, 0);
        send(5);
        assertThat(heartbeatsUntilLost()).isEqualTo(2);
    }
}
