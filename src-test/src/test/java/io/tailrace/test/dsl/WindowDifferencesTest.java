package io.tailrace.test.dsl;

import static io.tailrace.test.dsl.Differential.KAFKA_TEXT;
import static io.tailrace.test.dsl.Differential.TEXT;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.streams.dsl.EmitStrategy;
import io.tailrace.streams.dsl.SlidingWindows;
import io.tailrace.streams.dsl.TimeWindows;
import io.tailrace.streams.dsl.Windows;
import java.time.Duration;
import java.util.function.Function;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.TimeWindowedKStream;
import org.apache.kafka.streams.kstream.WindowedSerdes;
import org.junit.jupiter.api.Test;

/** Where windows are meant to be others than Kafka's: that they are, so that nobody is told of a difference that there is none of. */
class WindowDifferencesTest {
    private static final Duration SIZE = Duration.ofSeconds(5);

    private static Differential counted(
            Function<KGroupedStream<String, String>, TimeWindowedKStream<String, String>> kafka,
            Windows ours,
            EmitStrategy emit) {
        return Differential.of(
                builder -> kafka.apply(builder.stream("in", KAFKA_TEXT).groupByKey())
                        .count()
                        .toStream()
                        .to(
                                "out",
                                Produced.with(
                                        WindowedSerdes.timeWindowedSerdeFrom(String.class, SIZE.toMillis()),
                                        org.apache.kafka.common.serialization.Serdes.Long())),
                builder -> builder.stream("in", TEXT)
                        .groupByKey()
                        .windowedBy(ours)
                        .emitStrategy(emit)
                        .count()
                        .toStream()
                        .to("out"));
    }

    private static void areMeantToDiffer(Differential differential) {
        assertThatThrownBy(() -> differential.agree(3, 200)).isInstanceOf(AssertionError.class);
    }

    @Test
    void kafkaCountsRecordsWithoutAValueInTimeWindows() {
        areMeantToDiffer(counted(
                grouped -> grouped.windowedBy(org.apache.kafka.streams.kstream.TimeWindows.ofSizeWithNoGrace(SIZE)),
                TimeWindows.ofSizeWithNoGrace(SIZE),
                EmitStrategy.ON_WINDOW_UPDATE));
    }

    @Test
    void kafkaForgetsWindowsThatItHasNotTold() {
        areMeantToDiffer(counted(
                        grouped -> grouped.windowedBy(
                                        org.apache.kafka.streams.kstream.TimeWindows.ofSizeWithNoGrace(SIZE))
                                .emitStrategy(org.apache.kafka.streams.kstream.EmitStrategy.onWindowClose()),
                        TimeWindows.ofSizeWithNoGrace(SIZE),
                        EmitStrategy.ON_WINDOW_CLOSE)
                .withoutNullValues());
    }

    @Test
    void kafkaFailsWithSlidingWindowsWithoutLength() {
        Differential differential = counted(
                grouped -> grouped.windowedBy(
                        org.apache.kafka.streams.kstream.SlidingWindows.ofTimeDifferenceWithNoGrace(Duration.ZERO)),
                SlidingWindows.ofTimeDifferenceWithNoGrace(Duration.ZERO),
                EmitStrategy.ON_WINDOW_UPDATE);
        assertThatThrownBy(() -> differential.agree(1, 10)).isInstanceOf(StreamsException.class);
    }
}
