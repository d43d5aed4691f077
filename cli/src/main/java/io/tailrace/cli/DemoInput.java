package io.tailrace.cli;

import io.tailrace.samples.FileLines;
import io.tailrace.samples.LineFormat;
import io.tailrace.samples.MachineMeasurements;
import io.tailrace.samples.Measurement;
import io.tailrace.samples.Observation;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.Serde;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.topology.StreamRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.apache.pekko.stream.javadsl.Source;

/** What the demo puts in, and how it reads it again. */
interface DemoInput {
    /** One line for people: what goes in and how it is counted. */
    String description();

    /** How long the windows are. */
    long windowMillis();

    /** An empty table with fitting titles. */
    CountTable table();

    /** The records. */
    Source<ProducerRecord<byte[], byte[]>, ?> source(String topic, Path dataDirectory);

    /** What one of them says. */
    Observation observe(StreamRecord<byte[], byte[]> record);

    /** The machine's own measurements. */
    static DemoInput measurements() {
        return new Measurements();
    }

    /** A file's lines. Fails if the file cannot be read. */
    static DemoInput of(Path file) {
        // What is not a regular file, a pipe say, can be read only once.
        boolean readOnce = Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file);
        return new Lines(file, LineFormat.detect(readOnce ? List.of() : FileLines.head(file, Lines.LINES_LOOKED_AT)));
    }

    /** See {@link #measurements}. */
    final class Measurements implements DemoInput {
        private static final Serde<Measurement> JSON = Serdes.json(Measurement.class);

        @Override
        public String description() {
            return "Live measurements of this machine, counted by name in windows of one second.";
        }

        @Override
        public long windowMillis() {
            return 1000;
        }

        @Override
        public CountTable table() {
            return new CountTable("measurement", "value", true);
        }

        @Override
        public Source<ProducerRecord<byte[], byte[]>, ?> source(String topic, Path dataDirectory) {
            return MachineMeasurements.source(topic, InstantSource.system(), dataDirectory);
        }

        @Override
        public Observation observe(StreamRecord<byte[], byte[]> record) {
            byte[] value = record.value();
            if (value == null) {
                return new Observation("(deleted)", record.timestamp(), 0);
            }
            Measurement measurement = JSON.deserialize("", ByteBuffer.wrap(value));
            String unit = measurement.unit().isEmpty() ? "" : " (" + measurement.unit() + ")";
            return new Observation(measurement.name() + unit, measurement.timeMillis(), measurement.value());
        }
    }

    /** See {@link #of}. */
    final class Lines implements DemoInput {
        static final int LINES_LOOKED_AT = 500;
        /** Beyond, it is not the beginning of a line that tells whose line it is. */
        private static final int LINE_CHARS_LOOKED_AT = 8 << 10;

        private final Path file;
        private final LineFormat format;

        Lines(Path file, LineFormat format) {
            this.file = file;
            this.format = format;
        }

        @Override
        public String description() {
            return "Lines of " + file + ": " + format.description() + ".";
        }

        @Override
        public long windowMillis() {
            return format.windowMillis();
        }

        @Override
        public CountTable table() {
            return new CountTable(format.groupTitle(), format.amountTitle(), false);
        }

        @Override
        public Source<ProducerRecord<byte[], byte[]>, ?> source(String topic, Path dataDirectory) {
            return FileLines.source(file)
                    .map(line ->
                            ProducerRecord.of(topic, format.key(text(line)).getBytes(StandardCharsets.UTF_8), line));
        }

        @Override
        public Observation observe(StreamRecord<byte[], byte[]> record) {
            byte[] line = record.value();
            return line == null
                    ? new Observation("(deleted)", record.timestamp(), 0)
                    : format.observe(text(line), record.timestamp(), line.length);
        }

        private static String text(byte[] line) {
            return line.length <= LINE_CHARS_LOOKED_AT
                    ? LineFormat.text(line)
                    : new String(line, 0, LINE_CHARS_LOOKED_AT, StandardCharsets.UTF_8);
        }
    }
}
