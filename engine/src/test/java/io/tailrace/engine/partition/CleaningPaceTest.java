package io.tailrace.engine.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CleaningPaceTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private long now = 17;

    /** Reads for so long at that speed, as often as it may, looking every 10 ms; returns how many bytes that were in a second. */
    private double bytesPerSecond(CleaningPace pace, int seconds, double speed) {
        long read = 0;
        long end = now + seconds * SECOND;
        while (now < end) {
            for (long allowed = pace.allowed(); allowed > 0; allowed = pace.allowed()) {
                long step = Math.min(allowed, 1_000);
                now += (long) (step / speed * SECOND);
                pace.worked(step);
                read += step;
            }
            now += SECOND / 100;
        }
        return (double) read / seconds;
    }

    @Test
    void theBytesOfASecondAreBounded() {
        assertThat(bytesPerSecond(new CleaningPace(100_000, 1, () -> now), 20, 1e9))
                .isCloseTo(100_000, within(2_000.0));
    }

    @Test
    void soIsTheShareOfTheTimeHoweverSlowTheMachineIs() {
        for (double speed : new double[] {100_000, 1_000_000, 10_000_000}) {
            assertThat(bytesPerSecond(new CleaningPace(1_000_000_000, 0.25, () -> now), 20, speed))
                    .isCloseTo(speed / 4, within(speed / 50));
        }
    }

    @Test
    void whatIsNotUsedIsLost() {
        CleaningPace pace = new CleaningPace(1_000, 1, () -> now);
        now += 3_600 * SECOND;
        assertThat(pace.allowed()).isEqualTo(100);
    }

    @Test
    void aLongWaitForTheDiskIsMadeUpFor() {
        CleaningPace pace = new CleaningPace(1_000_000, 0.25, () -> now);
        now += SECOND;
        assertThat(pace.allowed()).isPositive();
        now += SECOND;
        pace.worked(1);
        now += 2 * SECOND;
        assertThat(pace.allowed()).isZero();
        now += SECOND;
        assertThat(pace.allowed()).isPositive();
    }
}
