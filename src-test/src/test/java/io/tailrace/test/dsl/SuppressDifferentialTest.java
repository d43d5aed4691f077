package io.tailrace.test.dsl;

import static io.tailrace.test.dsl.Differential.KAFKA_TEXT;
import static io.tailrace.test.dsl.Differential.TEXT;

import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.BufferConfig;
import io.tailrace.streams.dsl.Grouped;
import io.tailrace.streams.dsl.SessionWindows;
import io.tailrace.streams.dsl.SlidingWindows;
import io.tailrace.streams.dsl.Suppressed;
import io.tailrace.streams.dsl.TimeWindows;
import java.time.Duration;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.WindowedSerdes;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables whose changes are kept back. */
class SuppressDifferentialTest {
    private static final int RUNS = 3;
    private static final int RECORDS = 500;
    private static final Serde<String> KAFKA_STRING = org.apache.kafka.common.serialization.Serdes.String();
    private static final Serde<Long> KAFKA_LONG = org.apache.kafka.common.serialization.Serdes.Long();
    private static final Grouped<String, String> GROUPED = Grouped.with(Serdes.strings(), Serdes.strings());
    private static final org.apache.kafka.streams.kstream.Grouped<String, String> KAFKA_GROUPED =
            org.apache.kafka.streams.kstream.Grouped.with(KAFKA_STRING, KAFKA_STRING);

    @ParameterizedTest
    @CsvSource({"0, 1000", "1, 1000", "2500, 1000", "30000, 1000", "0, 0", "2500, 2", "30000, 3", "600000, 7"})
    void untilATimeLimitOrWhenTooManyAreKeptBack(long limit, long records) {
        Duration wait = Duration.ofMillis(limit);
        Differential.of(
                        builder -> builder.table("in", KAFKA_TEXT)
                                .suppress(org.apache.kafka.streams.kstream.Suppressed.untilTimeLimit(
                                        wait,
                                        org.apache.kafka.streams.kstream.Suppressed.BufferConfig.maxRecords(records)))
                                .toStream()
                                .to("out"),
                        builder -> builder.table("in", TEXT)
                                .suppress(Suppressed.untilTimeLimit(wait, BufferConfig.maxRecords(records)))
                                .toStream()
                                .to("out"))
                .withHeaders()
                .withKeys(8)
                .withKafkaInMemory()
                .agree(RUNS, RECORDS);
    }

    @ParameterizedTest
    @CsvSource({"1500, 0", "1500, 5000", "10000, 2000", "100, 90000"})
    void untilSessionsClose(long gap, long grace) {
        Duration gapTime = Duration.ofMillis(gap);
        Duration graceTime = Duration.ofMillis(grace);
        Differential.of(
                        builder -> builder.stream("in", KAFKA_TEXT)
                                .groupByKey(KAFKA_GROUPED)
                                .windowedBy(org.apache.kafka.streams.kstream.SessionWindows.ofInactivityGapAndGrace(
                                        gapTime, graceTime))
                                .count()
                                .suppress(org.apache.kafka.streams.kstream.Suppressed.untilWindowCloses(
                                        org.apache.kafka.streams.kstream.Suppressed.BufferConfig.unbounded()))
                                .toStream()
                                .to(
                                        "out",
                                        Produced.with(
                                                new WindowedSerdes.SessionWindowedSerde<>(KAFKA_STRING), KAFKA_LONG)),
                        builder -> builder.stream("in", TEXT)
                                .groupByKey(GROUPED)
                                .windowedBy(SessionWindows.ofInactivityGapAndGrace(gapTime, graceTime))
                                .count()
                                .suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded()))
                                .toStream()
                                .to("out"))
                .withoutNullValues()
                .withHeaders()
                .withKafkaInMemory()
                .agree(RUNS, RECORDS);
    }

    @ParameterizedTest
    @CsvSource({"2000, 1000, 0", "10000, 3000, 5000", "4000, 4000, 30000"})
    void untilTimeWindowsClose(long size, long advance, long grace) {
        Duration sizeTime = Duration.ofMillis(size);
        Duration advanceTime = Duration.ofMillis(advance);
        Duration graceTime = Duration.ofMillis(grace);
        Differential.of(
                        builder -> builder.stream("in", KAFKA_TEXT)
                                .groupByKey(KAFKA_GROUPED)
                                .windowedBy(
                                        org.apache.kafka.streams.kstream.TimeWindows.ofSizeAndGrace(sizeTime, graceTime)
                                                .advanceBy(advanceTime))
                                .count()
                                .filter((window, count) -> count != 2)
                                .suppress(org.apache.kafka.streams.kstream.Suppressed.untilWindowCloses(
                                        org.apache.kafka.streams.kstream.Suppressed.BufferConfig.unbounded()))
                                .toStream()
                                .to(
                                        "out",
                                        Produced.with(
                                                new WindowedSerdes.TimeWindowedSerde<>(KAFKA_STRING, size),
                                                KAFKA_LONG)),
                        builder -> builder.stream("in", TEXT)
                                .groupByKey(GROUPED)
                                .windowedBy(TimeWindows.ofSizeAndGrace(sizeTime, graceTime)
                                        .advanceBy(advanceTime))
                                .count()
                                .filter((window, count) -> count != 2)
                                .suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded()))
                                .toStream()
                                .to("out"))
                .withoutNullValues()
                .withHeaders()
                .withKafkaInMemory()
                .agree(RUNS, RECORDS);
    }

    @ParameterizedTest
    @CsvSource({"2000, 0", "10000, 5000"})
    void untilSlidingWindowsClose(long difference, long grace) {
        Duration differenceTime = Duration.ofMillis(difference);
        Duration graceTime = Duration.ofMillis(grace);
        Differential.of(
                        builder -> builder.stream("in", KAFKA_TEXT)
                                .groupByKey(KAFKA_GROUPED)
                                .windowedBy(org.apache.kafka.streams.kstream.SlidingWindows.ofTimeDifferenceAndGrace(
                                        differenceTime, graceTime))
                                .count()
                                .suppress(org.apache.kafka.streams.kstream.Suppressed.untilWindowCloses(
                                        org.apache.kafka.streams.kstream.Suppressed.BufferConfig.maxRecords(1_000)
                                                .shutDownWhenFull()))
                                .toStream()
                                .to(
                                        "out",
                                        Produced.with(
                                                new WindowedSerdes.TimeWindowedSerde<>(KAFKA_STRING, difference),
                                                KAFKA_LONG)),
                        builder -> builder.stream("in", TEXT)
                                .groupByKey(GROUPED)
                                .windowedBy(SlidingWindows.ofTimeDifferenceAndGrace(differenceTime, graceTime))
                                .count()
                                .suppress(Suppressed.untilWindowCloses(
                                        BufferConfig.maxRecords(1_000).shutDownWhenFull()))
                                .toStream()
                                .to("out"))
                .withHeaders()
                .withKafkaInMemory()
                .agree(RUNS, RECORDS);
    }
}
