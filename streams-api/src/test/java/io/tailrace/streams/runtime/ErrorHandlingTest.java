package io.tailrace.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Header;
import io.tailrace.engine.record.Headers;
import io.tailrace.engine.record.TimestampType;
import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.Serde;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.Consumed;
import io.tailrace.streams.dsl.Produced;
import io.tailrace.streams.dsl.StreamBuilder;
import io.tailrace.streams.state.MemoryBytesStore;
import io.tailrace.streams.testkit.TestRecord;
import io.tailrace.streams.testkit.TopologyTestDriver;
import io.tailrace.streams.topology.DropReason;
import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.PunctuationType;
import io.tailrace.streams.topology.StreamRecord;
import io.tailrace.streams.topology.Topology;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ErrorHandlingTest {
    /** Texts, but for those that cannot be read, and those that cannot be written. */
    private static final Serde<String> PICKY = Serde.of(
            (topic, text) -> {
                if (text.contains("wide")) {
                    throw new IllegalArgumentException("too wide");
                }
                return Serdes.strings().serialize(topic, text);
            },
            (topic, bytes) -> {
                String text = Serdes.strings().deserialize(topic, bytes);
                if (text.contains("garbled")) {
                    throw new IllegalArgumentException("garbled indeed");
                }
                return text;
            });

    private static Topology topology() {
        StreamBuilder builder = new StreamBuilder();
        var in = builder.stream("in", Consumed.with(Serdes.strings(), PICKY));
        var mapped = in.mapValues(value -> {
            if (value.equals("odd")) {
                throw new IllegalStateException("odd one");
            }
            return value + "!";
        });
        mapped.to("out", Produced.with(Serdes.strings(), PICKY));
        in.to("copy", Produced.with(Serdes.strings(), Serdes.strings()));
        return builder.build();
    }

    private static List<String> run(TopologyTestDriver driver, String... values) {
        var in = driver.createInputTopic("in", Serdes.strings(), Serdes.strings());
        for (String value : values) {
            in.pipeInput(new TestRecord<>("k", value, 7, Headers.EMPTY.with("trace", "1")));
        }
        return driver.createOutputTopic("out", Serdes.strings(), Serdes.strings()).readRecordsToList().stream()
                .map(TestRecord::value)
                .toList();
    }

    @Test
    void whatFailsNamesTheRecordAndWhatWasWrong() {
        Map<String, ErrorCode> codes = Map.of(
                "garbled", ErrorCode.SERIALIZATION_FAILED,
                "odd", ErrorCode.PROCESSING_FAILED,
                "wide", ErrorCode.SERIALIZATION_FAILED);
        codes.forEach((value, code) -> {
            try (TopologyTestDriver driver = new TopologyTestDriver(topology())) {
                assertThatThrownBy(() -> run(driver, "fine", value))
                        .isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                                .isEqualTo(code))
                        .hasMessageContaining("in/0/1")
                        .hasMessageContaining(value.equals("wide") ? "too wide" : value);
            }
        });
    }

    /** The nodes beside the one that failed get the record all the same. */
    @Test
    void whatIsSkippedIsCountedByReason() {
        try (TopologyTestDriver driver =
                new TopologyTestDriver(topology(), Instant.EPOCH, ErrorHandling.logAndContinue())) {
            assertThat(run(driver, "a", "garbled", "odd", "wide", "b", "odd")).containsExactly("a!", "b!");
            assertThat(driver.dropped())
                    .isEqualTo(Map.of(
                            DropReason.DESERIALIZATION_FAILED, 1L,
                            DropReason.PROCESSING_FAILED, 2L,
                            DropReason.PRODUCTION_FAILED, 1L));
            assertThat(driver.createOutputTopic("copy", Serdes.strings(), Serdes.strings())
                            .queueSize())
                    .isEqualTo(5);
        }
    }

    @Test
    void deadLettersAreTheRecordsAsTheyWereRead() {
        try (TopologyTestDriver driver =
                new TopologyTestDriver(topology(), Instant.EPOCH, ErrorHandling.deadLetter("dead"))) {
            assertThat(run(driver, "a", "garbled", "odd", "wide")).containsExactly("a!");
            List<TestRecord<String, String>> letters = driver.createOutputTopic(
                            "dead", Serdes.strings(), Serdes.strings())
                    .readRecordsToList();
            assertThat(letters).extracting(TestRecord::key).containsOnly("k");
            assertThat(letters).extracting(TestRecord::value).containsExactly("garbled", "odd", "wide");
            assertThat(letters).extracting(TestRecord::timestamp).containsOnly(7L);
            assertThat(letters)
                    .extracting(letter -> text(letter, "trace"))
                    .as("their own headers")
                    .containsOnly("1");
            assertThat(letters)
                    .extracting(letter -> text(letter, DeadLetterHeaders.OFFSET))
                    .containsExactly("1", "2", "3");
            TestRecord<String, String> odd = letters.get(1);
            assertThat(text(odd, DeadLetterHeaders.TOPIC)).isEqualTo("in");
            assertThat(text(odd, DeadLetterHeaders.PARTITION)).isEqualTo("0");
            assertThat(text(odd, DeadLetterHeaders.EXCEPTION)).isEqualTo(IllegalStateException.class.getName());
            assertThat(text(odd, DeadLetterHeaders.MESSAGE)).isEqualTo("odd one");
            assertThat(text(odd, DeadLetterHeaders.STACK_TRACE)).contains("ErrorHandlingTest");
        }
    }

    private static String text(TestRecord<?, ?> record, String header) {
        Header found = record.headers().last(header);
        return found == null ? "none" : String.valueOf(found.valueString());
    }

    @Test
    void aHandlerSeesWhereItHappenedAndDecidesByRecord() {
        List<String> asked = new ArrayList<>();
        ErrorHandling handling = ErrorHandling.logAndFail()
                .withDeserialization((context, record, exception) -> ErrorDecision.skip())
                .withProcessing((context, record, exception) -> {
                    asked.add(context.processorNodeId() + " "
                            + context.position().orElseThrow().offset() + " " + context.timestamp() + " "
                            + (record == null ? "none" : record.value()));
                    return ErrorDecision.deadLetter("dead");
                })
                .withProduction((context, topic, record, exception) ->
                        topic.equals("out") ? ErrorDecision.skip() : ErrorDecision.fail());
        try (TopologyTestDriver driver = new TopologyTestDriver(topology(), Instant.EPOCH, handling)) {
            assertThat(run(driver, "garbled", "odd", "wide", "a")).containsExactly("a!");
            assertThat(asked).containsExactly("map-values-2 1 7 odd");
        }
    }

    @Test
    void aHandlerThatThrowsFailsTheRunOnce() {
        List<String> asked = new ArrayList<>();
        ErrorHandling handling = ErrorHandling.logAndContinue().withProcessing((context, record, exception) -> {
            asked.add(context.processorNodeId());
            throw new IllegalStateException("no idea");
        });
        try (TopologyTestDriver driver = new TopologyTestDriver(topology(), Instant.EPOCH, handling)) {
            assertThatThrownBy(() -> run(driver, "odd"))
                    .isInstanceOf(TailraceException.class)
                    .hasMessageContaining("no idea");
            assertThat(asked).containsExactly("map-values-2");
        }
    }

    /** The node before it is not asked about what the node behind it has failed with. */
    @Test
    void whatFailsAtTheEndIsNotTheFaultOfTheNodesBefore() {
        List<String> asked = new ArrayList<>();
        ErrorHandling handling = ErrorHandling.logAndFail().withProcessing((context, record, exception) -> {
            asked.add(context.processorNodeId());
            return ErrorDecision.skip();
        });
        try (TopologyTestDriver driver = new TopologyTestDriver(topology(), Instant.EPOCH, handling)) {
            assertThatThrownBy(() -> run(driver, "wide")).hasMessageContaining("cannot be written to out");
            assertThat(asked).isEmpty();
        }
    }

    @Test
    void whatTheEngineThrowsIsNoRecordsFault() {
        StreamBuilder builder = new StreamBuilder();
        builder.stream("in", Consumed.with(Serdes.strings(), Serdes.strings())).foreach((key, value) -> {
            throw new TailraceException(ErrorCode.DISK_FULL, "The disk is full.");
        });
        try (TopologyTestDriver driver =
                new TopologyTestDriver(builder.build(), Instant.EPOCH, ErrorHandling.logAndContinue())) {
            var in = driver.createInputTopic("in", Serdes.strings(), Serdes.strings());
            assertThatThrownBy(() -> in.pipeInput("k", "v")).hasMessage("The disk is full.");
        }
    }

    /** Takes texts of three bytes at most. */
    private static final class Narrow implements RunOutput {
        private final List<String> sent = new ArrayList<>();

        @Override
        public void send(
                String topic,
                @Nullable IntUnaryOperator partition,
                byte @Nullable [] key,
                byte @Nullable [] value,
                long timestamp,
                Headers headers) {
            if (value != null && value.length > 3 && !topic.equals("dead")) {
                throw new TailraceException(ErrorCode.RECORD_TOO_LARGE, "Three bytes at most.");
            }
            sent.add(topic + " " + (value == null ? "null" : new String(value, StandardCharsets.UTF_8)));
        }
    }

    private static ConsumerRecord<ByteBuffer, ByteBuffer> record(String value) {
        ByteBuffer bytes = ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8));
        return new ConsumerRecord<>(
                "in", 0, 4, 7, TimestampType.CREATE_TIME, -1, bytes.remaining(), null, bytes, Headers.EMPTY, 0);
    }

    @Test
    void whatIsTooLargeIsAMatterOfTheProductionHandler() {
        Topology topology = topology();
        Narrow output = new Narrow();
        try (TopologyRun run = new TopologyRun(
                topology,
                topology.nodes(),
                store -> new MemoryBytesStore(),
                output,
                null,
                () -> 0,
                ErrorHandling.logAndFail()
                        .withProduction((context, topic, record, exception) -> ErrorDecision.deadLetter("dead")))) {
            run.process(record("abc"));
            run.process(record("ab"));
            assertThat(output.sent).containsExactly("dead abc", "copy abc", "out ab!", "copy ab");
            assertThat(run.dropped()).isEqualTo(Map.of(DropReason.PRODUCTION_FAILED, 1L));
        }
        try (TopologyRun run =
                new TopologyRun(topology, topology.nodes(), store -> new MemoryBytesStore(), output, null, () -> 0)) {
            assertThatThrownBy(() -> run.process(record("abc")))
                    .isInstanceOfSatisfying(
                            TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.RECORD_TOO_LARGE))
                    .hasMessageContaining("in/0/4");
        }
    }

    private static final class ThrowingAtTen implements Processor<String, String, String, String> {
        @Override
        public void init(ProcessorContext<String, String> context) {
            context.schedule(Duration.ofMillis(10), PunctuationType.WALL_CLOCK_TIME, time -> {
                if (time == 10) {
                    throw new IllegalStateException("ten");
                }
                context.forward(StreamRecord.of("at", Long.toString(time), time));
            });
        }

        @Override
        public void process(StreamRecord<String, String> record) {}
    }

    @Test
    void aPunctuatorThatThrowsIsCalledAgain() {
        StreamBuilder builder = new StreamBuilder();
        builder.stream("in", Consumed.with(Serdes.strings(), Serdes.strings()))
                .process(ThrowingAtTen::new)
                .to("out", Produced.with(Serdes.strings(), Serdes.strings()));
        Topology topology = builder.build();
        try (TopologyTestDriver driver =
                new TopologyTestDriver(topology, Instant.EPOCH, ErrorHandling.deadLetter("dead"))) {
            driver.advanceWallClockTime(Duration.ofMillis(10));
            driver.advanceWallClockTime(Duration.ofMillis(10));
            assertThat(driver.createOutputTopic("out", Serdes.strings(), Serdes.strings())
                            .readKeyValuesToList())
                    .hasSize(1);
            TestRecord<String, String> letter = driver.createOutputTopic("dead", Serdes.strings(), Serdes.strings())
                    .readRecord();
            assertThat(letter.key()).isNull();
            assertThat(letter.timestamp()).isEqualTo(10);
            assertThat(text(letter, DeadLetterHeaders.MESSAGE)).isEqualTo("ten");
            assertThat(text(letter, DeadLetterHeaders.TOPIC)).isEqualTo("none");
        }
        try (TopologyTestDriver driver = new TopologyTestDriver(topology)) {
            assertThatThrownBy(() -> driver.advanceWallClockTime(Duration.ofMillis(10)))
                    .hasMessageContaining("ten");
        }
    }
}
