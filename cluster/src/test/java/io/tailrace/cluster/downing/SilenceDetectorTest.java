package io.tailrace.cluster.downing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SilenceDetectorTest {
    private long nanos = 7_000_000_000L;
    private final SilenceDetector detector =
            new SilenceDetector(Duration.ofMillis(1700).toNanos(), () -> nanos);

    private boolean after(int millis) {
        nanos += Duration.ofMillis(millis).toNanos();
        return detector.isAvailable();
    }

    private boolean looksEvery200For(int millis) {
        boolean available = detector.isAvailable();
        for (int passed = 0; passed < millis; passed += 200) {
            available = after(200);
        }
        return available;
    }

    @Test
    void nobodyIsAwayBeforeTheFirstHeartbeat() {
        assertThat(detector.isMonitoring()).isFalse();
        assertThat(looksEvery200For(60_000)).isTrue();
    }

    @Test
    void silenceOfTheLimitIsAnEnd() {
        detector.heartbeat();
        assertThat(detector.isMonitoring()).isTrue();
        assertThat(looksEvery200For(1600)).isTrue();
        assertThat(after(200)).isFalse();
    }

    @Test
    void heartbeatBringsANodeBack() {
        detector.heartbeat();
        assertThat(looksEvery200For(10_000)).isFalse();
        detector.heartbeat();
        assertThat(looksEvery200For(1600)).isTrue();
    }

    @Test
    void onesOwnPauseDoesNotCount() {
        detector.heartbeat();
        assertThat(looksEvery200For(1000)).isTrue();
        assertThat(after(60_000)).isTrue();
        assertThat(after(100)).isTrue();
        assertThat(after(100)).isFalse();
    }
}
