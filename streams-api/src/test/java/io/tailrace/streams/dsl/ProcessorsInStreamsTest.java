package io.tailrace.streams.dsl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Headers;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.state.KeyValueStore;
import io.tailrace.streams.state.Stores;
import io.tailrace.streams.testkit.TestRecord;
import io.tailrace.streams.testkit.TopologyTestDriver;
import io.tailrace.streams.topology.DropReason;
import io.tailrace.streams.topology.FixedKeyProcessor;
import io.tailrace.streams.topology.FixedKeyProcessorContext;
import io.tailrace.streams.topology.FixedKeyRecord;
import io.tailrace.streams.topology.PunctuationType;
import io.tailrace.streams.topology.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessorsInStreamsTest {
    private static final Consumed<String, String> TEXT = Consumed.with(Serdes.strings(), Serdes.strings());

    /** Numbers the values of each key. */
    private static final class Numbering implements FixedKeyProcessor<String, String, String> {
        private final List<String> events;
        private @Nullable FixedKeyProcessorContext<String, String> context;
        private @Nullable KeyValueStore<String, Long> counts;

        Numbering(List<String> events) {
            this.events = events;
        }

        @Override
        public void init(FixedKeyProcessorContext<String, String> given) {
            context = given;
            counts = given.store("counts");
            given.schedule(Duration.ofMillis(10), PunctuationType.STREAM_TIME, time -> events.add("at " + time));
        }

        @Override
        public void process(FixedKeyRecord<String, String> record) {
            if (record.value() == null) {
                context.drop(record, DropReason.NULL_VALUE);
                return;
            }
            Long before = counts.get(record.key());
            long count = before == null ? 1 : before + 1;
            counts.put(record.key(), count);
            events.add(context.position().orElseThrow().topic() + " " + context.streamTime());
            context.forward(record.withValue(record.value() + count)
                    .withTimestamp(record.timestamp() + 1)
                    .withHeaders(record.headers().with("n", Long.toString(count))));
        }

        @Override
        public void close() {
            events.add("closed");
        }
    }

    @Test
    void aProcessorThatKeepsTheKeysNeedsNoTopicBehindIt() {
        List<String> events = new ArrayList<>();
        StreamBuilder builder = new StreamBuilder();
        builder.addStateStore(Stores.keyValueStore("counts", Serdes.strings(), Serdes.longs()));
        EventStream<String, String> numbered =
                builder.stream("in", TEXT).processValues(() -> new Numbering(events), "counts");
        numbered.to("out", Produced.with(Serdes.strings(), Serdes.strings()));
        numbered.groupByKey(Grouped.with(Serdes.strings(), Serdes.strings())).count();
        Topology topology = builder.build();
        assertThat(topology.internalTopics()).isEmpty();
        try (TopologyTestDriver driver = new TopologyTestDriver(topology)) {
            var in = driver.createInputTopic("in", Serdes.strings(), Serdes.strings());
            in.pipeInput("k", "a", 5);
            in.pipeInput("k", null, 6);
            in.pipeInput("k", "b", 7);
            assertThat(driver.createOutputTopic("out", Serdes.strings(), Serdes.strings())
                            .readRecordsToList())
                    .containsExactly(
                            new TestRecord<>("k", "a1", 6, Headers.EMPTY.with("n", "1")),
                            new TestRecord<>("k", "b2", 8, Headers.EMPTY.with("n", "2")));
            assertThat(driver.dropped()).containsEntry(DropReason.NULL_VALUE, 1L);
        }
        assertThat(events).containsExactly("in 5", "at 5", "in 7", "closed");
    }

    @Test
    void aStoreThatWasNotAddedIsNamed() {
        StreamBuilder builder = new StreamBuilder();
        EventStream<String, String> stream = builder.stream("in", TEXT);
        assertThatThrownBy(() -> stream.processValues(() -> new Numbering(List.of()), "counts"))
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_TOPOLOGY))
                .hasMessageContaining("counts");
    }

    @Test
    void recordsArePrintedToAFile(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("printed");
        StreamBuilder builder = new StreamBuilder();
        EventStream<String, String> stream = builder.stream("in", TEXT);
        stream.print(Printed.<String, String>toFile(file.toString()).withName("look"));
        Path other = directory.resolve("other");
        stream.print(Printed.<String, String>toFile(other.toString())
                .withLabel("l")
                .withKeyValueMapper((key, value) -> value + " of " + key));
        Topology topology = builder.build();
        try (TopologyTestDriver one = new TopologyTestDriver(topology);
                TopologyTestDriver another = new TopologyTestDriver(topology)) {
            one.createInputTopic("in", Serdes.strings(), Serdes.strings()).pipeInput("k", "\u00fc");
            another.createInputTopic("in", Serdes.strings(), Serdes.strings()).pipeInput("k", null);
        }
        try (TopologyTestDriver again = new TopologyTestDriver(topology)) {
            again.createInputTopic("in", Serdes.strings(), Serdes.strings()).pipeInput(null, "v");
        }
        assertThat(Files.readAllLines(file))
                .as("by all tasks, also by those that begin later")
                .containsExactly("[look]: k, \u00fc", "[look]: k, null", "[look]: null, v");
        assertThat(Files.readAllLines(other)).containsExactly("[l]: \u00fc of k", "[l]: null of k", "[l]: v of null");
    }

    @Test
    void aFileThatCannotBeWrittenIsNamed(@TempDir Path directory) {
        StreamBuilder builder = new StreamBuilder();
        builder.stream("in", TEXT).print(Printed.toFile(directory.toString()));
        Topology topology = builder.build();
        assertThatThrownBy(() -> new TopologyTestDriver(topology))
                .isInstanceOf(TailraceException.class)
                .hasMessageContaining(directory.toString());
    }
}
