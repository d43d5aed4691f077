package io.tailrace.streams.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.testkit.TestRecord;
import io.tailrace.streams.testkit.TopologyTestDriver;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a processor drops can be kept, by reason. */
class DropSinkTest {
    private static final class Strict implements Processor<String, String, String, String> {
        private @Nullable ProcessorContext<String, String> context;

        @Override
        public void init(ProcessorContext<String, String> given) {
            context = given;
        }

        @Override
        @SuppressWarnings("NullAway") // Nothing is processed before init.
        public void process(StreamRecord<String, String> record) {
            if (record.key() == null) {
                context.drop(record, DropReason.NULL_KEY);
            } else if (record.value() == null) {
                context.drop(record, DropReason.NULL_VALUE, () -> "The value of " + record.key() + " is missing.");
            } else {
                context.forward(record);
            }
        }
    }

    private static TopologyBuilder builder() {
        return new TopologyBuilder()
                .addSource("source", Serdes.strings(), Serdes.strings(), "in")
                .addProcessor("strict", Strict::new, "source")
                .addSink("sink", "out", Serdes.strings(), Serdes.strings(), "strict");
    }

    @Test
    void whatIsDroppedForThatReasonIsKeptAndCounted() {
        Topology topology = builder()
                .addDropSink("kept", DropReason.NULL_VALUE, "odd", Serdes.strings(), Serdes.strings(), null, "strict")
                .build();
        try (TopologyTestDriver driver = new TopologyTestDriver(topology)) {
            var in = driver.createInputTopic("in", Serdes.strings(), Serdes.strings());
            in.pipeInput("k", "v", 1);
            in.pipeInput(null, "v", 2);
            in.pipeInput("k", null, 3);
            var odd = driver.createOutputTopic("odd", Serdes.strings(), Serdes.strings());
            TestRecord<String, String> kept = odd.readRecord();
            assertThat(kept.key()).isEqualTo("k");
            assertThat(kept.timestamp()).isEqualTo(3);
            assertThat(kept.headers().last(DropHeaders.MESSAGE))
                    .satisfies(header -> assertThat(Serdes.strings().deserialize("odd", header.value()))
                            .isEqualTo("The value of k is missing."));
            assertThat(odd.isEmpty()).isTrue();
            assertThat(driver.createOutputTopic("out", Serdes.strings(), Serdes.strings())
                            .queueSize())
                    .isEqualTo(1);
            assertThat(driver.dropped())
                    .containsExactlyInAnyOrderEntriesOf(Map.of(DropReason.NULL_KEY, 1L, DropReason.NULL_VALUE, 1L));
        }
        assertThat(topology.describe()).contains("Sink kept (topic: odd, dropped: NULL_VALUE)");
    }

    @Test
    void onlyAProcessorDropsAndOneReasonHasOneTaker() {
        for (String nobody : new String[] {"source", "sink", "unknown"}) {
            assertThatThrownBy(() -> builder()
                            .addDropSink(
                                    "kept", DropReason.LATE, "odd", Serdes.strings(), Serdes.strings(), null, nobody))
                    .isInstanceOf(TailraceException.class)
                    .hasMessageContaining("no processor " + nobody);
        }
        TopologyBuilder twice = builder()
                .addDropSink("kept", DropReason.LATE, "odd", Serdes.strings(), Serdes.strings(), null, "strict");
        assertThatThrownBy(() -> twice.addDropSink(
                        "again", DropReason.LATE, "odd2", Serdes.strings(), Serdes.strings(), null, "strict"))
                .isInstanceOf(TailraceException.class)
                .hasMessageContaining("kept");
    }
}
