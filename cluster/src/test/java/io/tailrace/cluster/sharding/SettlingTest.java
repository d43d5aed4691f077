package io.tailrace.cluster.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SettlingTest {
    private static final UUID A = new UUID(1, 1);
    private static final UUID B = new UUID(2, 2);

    private final AtomicLong nanos = new AtomicLong(-5);
    private final Settling settling = new Settling(Duration.ofNanos(10), nanos::get);

    @Test
    void aNodeSettlesAfterItHasBeenLiveForAWhile() {
        assertThat(settling.of(Set.of(A))).isEmpty();
        nanos.addAndGet(9);
        assertThat(settling.of(Set.of(A, B))).isEmpty();
        nanos.addAndGet(1);
        assertThat(settling.of(Set.of(A, B))).containsExactly(A);
        nanos.addAndGet(9);
        assertThat(settling.of(Set.of(A, B))).containsExactlyInAnyOrder(A, B);
    }

    @Test
    void aBreakBeginsItAgain() {
        settling.of(Set.of(A, B));
        nanos.addAndGet(10);
        assertThat(settling.of(Set.of(B))).containsExactly(B);
        assertThat(settling.of(Set.of(A, B))).containsExactly(B);
        nanos.addAndGet(10);
        assertThat(settling.of(Set.of(A, B))).containsExactlyInAnyOrder(A, B);
    }
}
