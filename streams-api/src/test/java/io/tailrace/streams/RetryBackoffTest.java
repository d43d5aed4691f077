package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RetryBackoffTest {
    @Test
    void pausesDoubleUpToTheLongestAndAreShortenedByAtMostHalf() {
        for (long seed = 0; seed < 50; seed++) {
            RetryBackoff backoff =
                    new RetryBackoff(Duration.ofMillis(20), Duration.ofMillis(100), new SplittableRandom(seed));
            for (long full : new long[] {20, 40, 80, 100, 100, 100}) {
                assertThat(backoff.nextNanos()).as("seed %d", seed).isBetween(full * 1_000_000 / 2, full * 1_000_000);
            }
            backoff.reset();
            assertThat(backoff.nextNanos()).isLessThanOrEqualTo(20_000_000);
        }
    }

    @Test
    void theSameSeedGivesTheSamePauses() {
        Duration min = Duration.ofMillis(1);
        Duration max = Duration.ofSeconds(1);
        RetryBackoff one = new RetryBackoff(min, max, new SplittableRandom(5));
        RetryBackoff other = new RetryBackoff(min, max, new SplittableRandom(5));
        for (int i = 0; i < 20; i++) {
            assertThat(one.nextNanos()).isEqualTo(other.nextNanos());
        }
    }
}
