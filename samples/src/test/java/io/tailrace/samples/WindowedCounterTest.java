package io.tailrace.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class WindowedCounterTest {
    private final WindowedCounter counter = new WindowedCounter(1000);

    @Test
    void countsByGroupAndWindowOfTheEventsOwnTime() {
        counter.add(new Observation("a", 1999, 2));
        counter.add(new Observation("a", 1000, 5));
        counter.add(new Observation("b", 1000, 1));
        counter.add(new Observation("a", 2000, 7));
        assertThat(counter.drain())
                .containsExactly(
                        new WindowCount("a", 1000, 1000, 2, 7, 5, 1999, 2),
                        new WindowCount("b", 1000, 1000, 1, 1, 1, 1000, 1),
                        new WindowCount("a", 2000, 1000, 1, 7, 7, 2000, 7));
    }

    @Test
    void whatIsDrainedIsGivenOutOnceAndAddsUpWithWhatComesLate() {
        counter.add(new Observation("a", 1500, 1));
        WindowCount early = counter.drain().get(0);
        assertThat(counter.drain()).isEmpty();
        counter.add(new Observation("a", 1400, 4));
        WindowCount late = counter.drain().get(0);
        assertThat(early.plus(late)).isEqualTo(new WindowCount("a", 1000, 1000, 2, 5, 4, 1500, 1));
        assertThat(late.plus(early)).isEqualTo(early.plus(late));
    }

    @Test
    void timesBefore1970HaveWindowsToo() {
        counter.add(new Observation("a", -1, 1));
        assertThat(counter.drain().get(0).windowStartMillis()).isEqualTo(-1000);
    }

    @Test
    void windowOfNothingIsRefused() {
        assertThatThrownBy(() -> new WindowedCounter(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
