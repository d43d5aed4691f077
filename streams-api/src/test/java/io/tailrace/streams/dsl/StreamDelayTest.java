package io.tailrace.streams.dsl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.record.Headers;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.testkit.TestInputTopic;
import io.tailrace.streams.testkit.TestOutputTopic;
import io.tailrace.streams.testkit.TestRecord;
import io.tailrace.streams.testkit.TopologyTestDriver;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamDelayTest {
    private static final Instant START = Instant.ofEpochMilli(10_000);

    private static TopologyTestDriver driver(Delayed<String, String> how) {
        StreamBuilder builder = new StreamBuilder();
        builder.stream("in", Consumed.with(Serdes.strings(), Serdes.strings()))
                .delay(Duration.ofSeconds(1), how)
                .to("out");
        return new TopologyTestDriver(builder.build(), START);
    }

    private static TestInputTopic<String, String> in(TopologyTestDriver driver) {
        return driver.createInputTopic("in", Serdes.strings(), Serdes.strings());
    }

    private static TestOutputTopic<String, String> out(TopologyTestDriver driver) {
        return driver.createOutputTopic("out", Serdes.strings(), Serdes.strings());
    }

    private static List<String> values(TopologyTestDriver driver) {
        return out(driver).readKeyValuesToList().stream().map(KeyValue::value).toList();
    }

    @Test
    void aRecordGoesOnWhenTheClockSaysSo() {
        try (TopologyTestDriver driver = driver(Delayed.as("later"))) {
            var record = new TestRecord<>(
                    "k", "v", 10_500, Headers.EMPTY.with("trace", "1").with("none", (byte[]) null));
            in(driver).pipeInput(record);
            driver.advanceWallClockTime(Duration.ofMillis(1_499));
            assertThat(values(driver)).isEmpty();
            driver.advanceWallClockTime(Duration.ofMillis(101));
            assertThat(out(driver).readRecordsToList()).containsExactly(record);
            driver.advanceWallClockTime(Duration.ofSeconds(10));
            assertThat(values(driver)).as("once").isEmpty();
        }
    }

    @Test
    void theyGoOnInTheOrderOfTheirTimestamps() {
        try (TopologyTestDriver driver = driver(Delayed.as("later"))) {
            in(driver).pipeInput("k", "c", 10_300);
            in(driver).pipeInput(null, "a", 10_100);
            in(driver).pipeInput("k", "d", 10_300);
            in(driver).pipeInput("k", null, 10_200);
            in(driver).pipeInput("k", "e", 19_000);
            driver.advanceWallClockTime(Duration.ofSeconds(2));
            assertThat(values(driver)).containsExactly("a", null, "c", "d");
            driver.advanceWallClockTime(Duration.ofSeconds(8));
            assertThat(values(driver)).containsExactly("e");
        }
    }

    @Test
    void whatIsOldEnoughGoesOnAtOnceBehindWhatIsDue() {
        try (TopologyTestDriver driver = driver(Delayed.as("later"))) {
            in(driver).pipeInput("k", "old", 8_000);
            assertThat(values(driver)).containsExactly("old");
            in(driver).pipeInput("k", "later", 9_500);
            in(driver).pipeInput("k", "exactly", 9_000);
            assertThat(values(driver)).containsExactly("exactly");
        }
    }

    @Test
    void ifTooManyWaitTheEarliestGoesOnEarly() {
        try (TopologyTestDriver driver =
                driver(Delayed.<String, String>as("later").withMaxRecords(2))) {
            in(driver).pipeInput("k", "b", 10_200);
            in(driver).pipeInput("k", "a", 10_100);
            assertThat(values(driver)).isEmpty();
            in(driver).pipeInput("k", "c", 10_300);
            assertThat(values(driver)).containsExactly("a");
            in(driver).pipeInput("k", "d", 10_050);
            assertThat(values(driver)).containsExactly("d");
            driver.advanceWallClockTime(Duration.ofSeconds(3));
            assertThat(values(driver)).containsExactly("b", "c");
        }
    }

    /** What is due after a long while goes on bit by bit, and what comes meanwhile behind it. */
    @Test
    void manyThatAreDueDoNotGoOnInOnePiece() {
        try (TopologyTestDriver driver = driver(Delayed.as("later"))) {
            for (int i = 0; i < 2_500; i++) {
                in(driver).pipeInput("k", Integer.toString(i), 10_000 + i / 3);
            }
            driver.advanceWallClockTime(Duration.ofSeconds(5));
            assertThat(values(driver)).hasSize(1_000);
            in(driver).pipeInput("k", "new", 13_000);
            assertThat(values(driver)).hasSize(1_000).last().isEqualTo("1999");
            driver.advanceWallClockTime(Duration.ofMillis(100));
            assertThat(values(driver)).hasSize(501).last().isEqualTo("new");
        }
    }

    @Test
    void aDelayIsLongerThanNothing() {
        StreamBuilder builder = new StreamBuilder();
        var in = builder.stream("in", Consumed.with(Serdes.strings(), Serdes.strings()));
        assertThatThrownBy(() -> in.delay(Duration.ZERO)).hasMessageContaining("a millisecond at least");
        assertThatThrownBy(() -> Delayed.as("x").withMaxRecords(0)).hasMessageContaining("At least 1");
    }
}
