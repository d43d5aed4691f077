package io.tailrace.cluster.quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenBucketTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long RATE = 5_000_000;

    /** Somebody who charges, waits until that is paid, and charges again. */
    private record User(long atNanos) implements Comparable<User> {
        @Override
        public int compareTo(User other) {
            return Long.compare(atNanos, other.atNanos);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 17, 500})
    void overAMinuteTheRateHoldsWithChargesOfAnySizeAndTimersThatAreLate(int users) {
        for (long seed = 0; seed < 10; seed++) {
            Random random = new Random(seed);
            TokenBucket bucket = new TokenBucket(RATE, 0);
            PriorityQueue<User> waiting = new PriorityQueue<>();
            for (int user = 0; user < users; user++) {
                waiting.add(new User(random.nextLong(SECOND / 100)));
            }
            long passed = 0;
            long largest = 1L + random.nextInt(256 << 10);
            for (User next = waiting.remove(); next.atNanos() < 60 * SECOND; next = waiting.remove()) {
                long bytes = 1 + random.nextLong(largest);
                passed += bytes;
                long wait = bucket.nanosUntil(bucket.charge(bytes, next.atNanos()), next.atNanos());
                long late = wait == 0 ? random.nextLong(100_000) : random.nextLong(30_000_000);
                waiting.add(new User(next.atNanos() + wait + late));
            }
            assertThat(passed / 60.0).as("seed %d", seed).isBetween(0.96 * RATE, RATE + (double) users * largest / 60);
        }
    }

    @Test
    void whatIsLargerThanAnyBurstPassesAndIsWaitedForAfterwards() {
        TokenBucket bucket = new TokenBucket(RATE, 0);
        double place = bucket.charge(10 * RATE, 0);
        assertThat(bucket.nanosUntil(place, 0)).isEqualTo(10 * SECOND);
        assertThat(bucket.nanosUntil(place, 4 * SECOND)).isEqualTo(6 * SECOND);
        assertThat(bucket.nanosUntil(place, 10 * SECOND)).isZero();
    }

    @Test
    void whoIsIdleEarnsABurstAndNoMore() {
        TokenBucket bucket = new TokenBucket(RATE, 0);
        long burst = RATE * TokenBucket.BURST_NANOS / SECOND;
        assertThat(bucket.nanosUntil(bucket.charge(burst, 3600 * SECOND), 3600 * SECOND))
                .isZero();
        assertThat(bucket.nanosUntil(bucket.charge(RATE, 3600 * SECOND), 3600 * SECOND))
                .isEqualTo(SECOND);
    }

    @Test
    void severalPayInTheOrderInWhichTheyCharged() {
        TokenBucket bucket = new TokenBucket(RATE, 0);
        double first = bucket.charge(RATE, 0);
        double second = bucket.charge(RATE, 0);
        assertThat(bucket.nanosUntil(first, 0)).isEqualTo(SECOND);
        assertThat(bucket.nanosUntil(second, 0)).isEqualTo(2 * SECOND);
        assertThat(bucket.end()).isEqualTo(second);
        assertThat(bucket.isPaid(SECOND)).isFalse();
        assertThat(bucket.isPaid(2 * SECOND)).isTrue();
    }

    @Test
    void aChangeOfTheRateHoldsForWhatIsOwed() {
        TokenBucket bucket = new TokenBucket(RATE, 0);
        double place = bucket.charge(10 * RATE, 0);
        bucket.setRate(5 * RATE, 5 * SECOND);
        assertThat(bucket.nanosUntil(place, 5 * SECOND)).isCloseTo(SECOND, Offset.offset(1L));
        bucket.setRate(RATE / 5, 5 * SECOND);
        assertThat(bucket.nanosUntil(place, 5 * SECOND)).isCloseTo(25 * SECOND, Offset.offset(1L));
    }

    @Test
    void aClockThatDoesNotMoveEarnsNothing() {
        TokenBucket bucket = new TokenBucket(RATE, 7 * SECOND);
        double place = bucket.charge(1, 7 * SECOND);
        assertThat(bucket.nanosUntil(place, 6 * SECOND)).isPositive();
        assertThat(bucket.nanosUntil(place, 7 * SECOND)).isPositive();
    }
}
