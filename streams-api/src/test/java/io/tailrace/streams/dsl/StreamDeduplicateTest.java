package io.tailrace.streams.dsl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.streams.Serdes;
import io.tailrace.streams.testkit.TestRecord;
import io.tailrace.streams.testkit.TopologyTestDriver;
import io.tailrace.streams.topology.DropReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StreamDeduplicateTest {
    private static final long WINDOW = 100_000;

    /** The id is what comes before the colon. */
    private static TopologyTestDriver driver() {
        StreamBuilder builder = new StreamBuilder();
        builder.stream("in", Consumed.with(Serdes.strings(), Serdes.strings()))
                .deduplicate(
                        (key, value) -> value == null ? null : value.substring(0, value.indexOf(':')),
                        Duration.ofMillis(WINDOW),
                        Serdes.strings())
                .to("out");
        return new TopologyTestDriver(builder.build());
    }

    private static List<String> run(TopologyTestDriver driver, Object... valuesAndTimes) {
        var in = driver.createInputTopic("in", Serdes.strings(), Serdes.strings());
        for (int i = 0; i < valuesAndTimes.length; i += 2) {
            in.pipeInput("k", (String) valuesAndTimes[i], ((Integer) valuesAndTimes[i + 1]).longValue());
        }
        return driver.createOutputTopic("out", Serdes.strings(), Serdes.strings()).readRecordsToList().stream()
                .map(TestRecord::value)
                .toList();
    }

    @Test
    void theFirstOfAnIdGoesOn() {
        try (TopologyTestDriver driver = driver()) {
            assertThat(run(driver, "a:1", 0, "b:2", 10, "a:3", 20, "a:4", 99_999, "a:5", 100_000, "b:6", 100_009))
                    .containsExactly("a:1", "b:2", "a:5");
            assertThat(driver.dropped()).isEqualTo(Map.of(DropReason.DUPLICATE, 3L));
        }
    }

    /** A duplicate does not make the window longer. */
    @Test
    void theWindowIsThatOfTheOneThatWentOn() {
        try (TopologyTestDriver driver = driver()) {
            assertThat(run(driver, "a:1", 0, "a:2", 60_000, "a:3", 120_000, "a:4", 180_000))
                    .containsExactly("a:1", "a:3");
        }
    }

    @Test
    void anEarlierEventThatComesLaterIsADuplicateAsWell() {
        try (TopologyTestDriver driver = driver()) {
            assertThat(run(driver, "a:1", 300_000, "a:2", 200_001, "a:3", 200_000))
                    .containsExactly("a:1", "a:3");
        }
    }

    @Test
    void whatCannotBeJudgedAnyMoreIsLate() {
        try (TopologyTestDriver driver = driver()) {
            assertThat(run(driver, "a:1", 500_000, "b:2", 400_000, "c:3", 399_999))
                    .containsExactly("a:1", "b:2");
            assertThat(driver.dropped()).isEqualTo(Map.of(DropReason.LATE, 1L));
        }
    }

    @Test
    void whatHasNoIdGoesOn() {
        try (TopologyTestDriver driver = driver()) {
            assertThat(run(driver, null, 0, null, 0)).containsExactly(null, null);
        }
    }

    /** Against a list of all that has gone on. */
    @Test
    void noTwoOfAnIdAreEverNear() {
        Random random = new Random(3);
        Map<String, List<Long>> gone = new HashMap<>();
        List<TestRecord<String, String>> expected = new ArrayList<>();
        try (TopologyTestDriver driver = driver()) {
            var in = driver.createInputTopic("in", Serdes.strings(), Serdes.strings());
            long now = 1_000_000;
            long latest = -1;
            for (int i = 0; i < 5_000; i++) {
                now += random.nextInt(5_000);
                long timestamp = random.nextInt(3) > 0 ? now : now - random.nextInt(150_000);
                String id = "id" + random.nextInt(30);
                String value = id + ":" + i;
                in.pipeInput("k", value, timestamp);
                List<Long> times = gone.computeIfAbsent(id, key -> new ArrayList<>());
                boolean late = timestamp < latest - WINDOW;
                if (!late && times.stream().noneMatch(other -> Math.abs(other - timestamp) < WINDOW)) {
                    times.add(timestamp);
                    latest = Math.max(latest, timestamp);
                    expected.add(new TestRecord<>("k", value, timestamp));
                }
            }
            assertThat(driver.createOutputTopic("out", Serdes.strings(), Serdes.strings())
                            .readRecordsToList())
                    .isEqualTo(expected);
        }
    }

    /** Those with other keys are sent to where those keys are first. */
    @Test
    void aRekeyedStreamGoesThroughATopic() {
        StreamBuilder builder = new StreamBuilder();
        var rekeyed = builder.stream("in", Consumed.with(Serdes.strings(), Serdes.strings()))
                .selectKey((key, value) -> value);
        assertThatThrownBy(() -> rekeyed.deduplicate((key, value) -> key, Duration.ofHours(1), Serdes.strings()))
                .hasMessageContaining("No serde is known for the keys of");
        assertThatThrownBy(() -> rekeyed.deduplicate((key, value) -> key, Duration.ZERO, Serdes.strings()))
                .hasMessageContaining("a millisecond at least");
    }
}
