package io.tailrace.test.dsl;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.record.Headers;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.Consumed;
import io.tailrace.streams.dsl.StreamBuilder;
import io.tailrace.streams.testkit.TestInputTopic;
import io.tailrace.streams.testkit.TestOutputTopic;
import io.tailrace.streams.testkit.TestRecord;
import io.tailrace.streams.testkit.TopologyTestDriver;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.function.Consumer;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers;

/**
 * The same topology on Kafka Streams' test driver and on ours, over the same random records: what comes out has to be the same record by
 * record, after each record. Kafka's record caches are off, since ours has none.
 */
final class Differential {
    static final Consumed<String, String> TEXT = Consumed.with(Serdes.strings(), Serdes.strings());
    static final org.apache.kafka.streams.kstream.Consumed<String, String> KAFKA_TEXT =
            org.apache.kafka.streams.kstream.Consumed.with(
                    org.apache.kafka.common.serialization.Serdes.String(),
                    org.apache.kafka.common.serialization.Serdes.String());

    private static final Class<?> TEXT_SERDE = org.apache.kafka.common.serialization.Serdes.StringSerde.class;

    /** What goes in. */
    record Input(String topic, String key, String value, long timestamp) {}

    private final Consumer<StreamsBuilder> kafka;
    private final Consumer<StreamBuilder> ours;
    private final List<String> inputs;
    private final List<String> outputs;
    private boolean nullKeys = true;
    private boolean nullValues = true;
    private boolean headers;
    private boolean kafkaInMemory;
    private int keys = 5;
    private long start = 1_000_000;

    private Differential(
            List<String> inputs, List<String> outputs, Consumer<StreamsBuilder> kafka, Consumer<StreamBuilder> ours) {
        this.inputs = inputs;
        this.outputs = outputs;
        this.kafka = kafka;
        this.ours = ours;
    }

    /** From topic {@code in}, text by text, to topic {@code out}. */
    static Differential of(Consumer<StreamsBuilder> kafka, Consumer<StreamBuilder> ours) {
        return new Differential(List.of("in"), List.of("out"), kafka, ours);
    }

    static Differential of(
            List<String> inputs, List<String> outputs, Consumer<StreamsBuilder> kafka, Consumer<StreamBuilder> ours) {
        return new Differential(inputs, outputs, kafka, ours);
    }

    /** Where Kafka's operators fail instead of dropping. */
    Differential withoutNullKeys() {
        nullKeys = false;
        return this;
    }

    Differential withoutNullValues() {
        nullValues = false;
        return this;
    }

    /** Compares headers as well: each record that goes in has one with its number. */
    Differential withHeaders() {
        headers = true;
        return this;
    }

    Differential withKeys(int count) {
        keys = count;
        return this;
    }

    /** With Kafka's stores in memory, which are quicker than those on disk that it has otherwise. */
    Differential withKafkaInMemory() {
        kafkaInMemory = true;
        return this;
    }

    /** The time of the first record, in milliseconds since 1970. */
    Differential startingAt(long millis) {
        start = millis;
        return this;
    }

    /** Several runs of so many records each. */
    void agree(int runs, int records) {
        for (int seed = 0; seed < runs; seed++) {
            agree(inputs(new Random(seed), records), "seed " + seed);
        }
    }

    private List<Input> inputs(Random random, int count) {
        List<Input> all = new ArrayList<>();
        long now = start;
        for (int i = 0; i < count; i++) {
            // Equal times, steps, now and then a leap; some come late, few very late.
            int kind = random.nextInt(20);
            now += kind < 6 ? 0 : kind < 18 ? random.nextInt(2_000) : kind == 18 ? 20_000 : 100;
            long late = random.nextInt(4) > 0
                    ? 0
                    : random.nextInt(10) == 0 ? random.nextInt(60_000) : random.nextInt(5_000);
            String key = nullKeys && random.nextInt(12) == 0 ? null : "k" + random.nextInt(keys);
            String value = nullValues && random.nextInt(8) == 0 ? null : Integer.toString(random.nextInt(20));
            all.add(new Input(inputs.get(random.nextInt(inputs.size())), key, value, Math.max(0, now - late)));
        }
        return all;
    }

    private void agree(List<Input> records, String run) {
        StreamsBuilder kafkaBuilder = new StreamsBuilder();
        kafka.accept(kafkaBuilder);
        StreamBuilder ourBuilder = new StreamBuilder();
        ours.accept(ourBuilder);
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, "differential");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
        config.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, TEXT_SERDE);
        config.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, TEXT_SERDE);
        config.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        // What is told when a window closes is told at once, not when the clock has gone on.
        config.put(StreamsConfig.InternalConfig.EMIT_INTERVAL_MS_KSTREAMS_WINDOWED_AGGREGATION, 0L);
        if (kafkaInMemory) {
            config.put(
                    StreamsConfig.DSL_STORE_SUPPLIERS_CLASS_CONFIG,
                    BuiltInDslStoreSuppliers.InMemoryDslStoreSuppliers.class);
        }
        config.put(
                StreamsConfig.STATE_DIR_CONFIG,
                System.getProperty("java.io.tmpdir") + "/differential-" + System.nanoTime());
        Instant clock = Instant.ofEpochMilli(start);
        try (var theirs = new org.apache.kafka.streams.TopologyTestDriver(kafkaBuilder.build(), config, clock);
                TopologyTestDriver driver = new TopologyTestDriver(ourBuilder.build(), clock)) {
            Map<String, org.apache.kafka.streams.TestInputTopic<String, String>> theirInputs = new LinkedHashMap<>();
            Map<String, TestInputTopic<String, String>> ourInputs = new LinkedHashMap<>();
            for (String topic : inputs) {
                theirInputs.put(topic, theirs.createInputTopic(topic, new StringSerializer(), new StringSerializer()));
                ourInputs.put(topic, driver.createInputTopic(topic, Serdes.strings(), Serdes.strings()));
            }
            List<org.apache.kafka.streams.TestOutputTopic<byte[], byte[]>> theirOutputs = new ArrayList<>();
            List<TestOutputTopic<byte[], byte[]>> ourOutputs = new ArrayList<>();
            for (String topic : outputs) {
                theirOutputs.add(
                        theirs.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
                ourOutputs.add(driver.createOutputTopic(topic, Serdes.bytes(), Serdes.bytes()));
            }
            int told = 0;
            for (int i = 0; i < records.size(); i++) {
                Input record = records.get(i);
                Headers number = Headers.EMPTY.with("number", Integer.toString(i));
                theirInputs
                        .get(record.topic)
                        .pipeInput(new org.apache.kafka.streams.test.TestRecord<>(
                                record.key, record.value, kafka(number), record.timestamp));
                ourInputs
                        .get(record.topic)
                        .pipeInput(new TestRecord<>(record.key, record.value, record.timestamp, number));
                for (int topic = 0; topic < outputs.size(); topic++) {
                    List<String> expected = theirOutputs.get(topic).readRecordsToList().stream()
                            .map(out -> text(out.key(), out.value(), out.timestamp(), ours(out.headers())))
                            .toList();
                    List<String> found = ourOutputs.get(topic).readRecordsToList().stream()
                            .map(out -> text(out.key(), out.value(), out.timestamp(), out.headers()))
                            .toList();
                    assertThat(found)
                            .as("%s, topic %s after record %d: %s", run, outputs.get(topic), i, record)
                            .isEqualTo(expected);
                    told += found.size();
                }
            }
            assertThat(told).as("how much came out").isPositive();
        }
    }

    private String text(byte[] key, byte[] value, long timestamp, Headers all) {
        return text(key) + " -> " + text(value) + " @ " + timestamp + (headers ? " " + text(all) : "");
    }

    private static org.apache.kafka.common.header.Headers kafka(Headers headers) {
        RecordHeaders all = new RecordHeaders();
        headers.forEach(header -> all.add(header.name(), header.valueBytes()));
        return all;
    }

    private static Headers ours(org.apache.kafka.common.header.Headers headers) {
        Headers all = Headers.EMPTY;
        for (org.apache.kafka.common.header.Header header : headers) {
            all = all.with(header.key(), header.value());
        }
        return all;
    }

    private static List<String> text(Headers all) {
        return all.stream()
                .map(header -> header.name() + "=" + header.valueString())
                .toList();
    }

    private static String text(byte[] bytes) {
        return bytes == null ? "null" : new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
