package io.tailrace.cli;

import io.tailrace.engine.record.Compression;
import io.tailrace.streams.ProducerSettings;
import io.tailrace.streams.Serdes;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that all benches have. */
final class BenchOptions {
    private static final int MAX_PARTITIONS = 10_000;
    private static final int MAX_SIZE = 1_000_000;
    /** What all producers of a bench together may hold unacknowledged. */
    private static final long ALL_BUFFER_BYTES = 64L << 20;

    private static final long MIN_BUFFER_BYTES = 1L << 20;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Option(
            names = "--records",
            paramLabel = "N",
            description = "How many records are measured. Default: ${DEFAULT-VALUE}.")
    long records = 1_000_000;

    @Option(names = "--size", paramLabel = "B", description = "Bytes of a record's value. Default: ${DEFAULT-VALUE}.")
    int size = 100;

    @Option(
            names = "--partitions",
            paramLabel = "P",
            description = "Partitions, each with a stream of its own. Default: 1.")
    int partitions = 1;

    @Option(
            names = "--flush",
            paramLabel = "batch|os",
            description =
                    "When a batch is acknowledged: after an fsync, or when the operating system has it. Default: batch.")
    FlushChoice flush = FlushChoice.BATCH;

    @Option(
            names = "--compression",
            paramLabel = "CODEC",
            description = "none, gzip, snappy, lz4 or zstd. The values are random bytes. Default: none.")
    Compression compression = Compression.NONE;

    @Option(names = "--format", paramLabel = "text|json", description = "How the result is printed. Default: text.")
    OutputFormat format = OutputFormat.TEXT;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where the data lie; they are kept. Default: a temporary directory, deleted afterwards.")
    @Nullable
    Path dataDirectory;

    /** Refuses what cannot be measured. */
    void check(int minSize) {
        between("--records", records, 1, Long.MAX_VALUE / 2);
        between("--size", size, minSize, MAX_SIZE);
        between("--partitions", partitions, 1, MAX_PARTITIONS);
        if (records < partitions) {
            throw new ParameterException(
                    spec.commandLine(), "--records is " + records + ": use at least one per partition.");
        }
    }

    void between(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new ParameterException(
                    spec.commandLine(), name + " is " + value + ": use " + min + " to " + max + ".");
        }
    }

    /** The records that a partition gets of so many, as equal shares as there can be. */
    long share(long ofRecords, int partition) {
        return ofRecords / partitions + (partition < ofRecords % partitions ? 1 : 0);
    }

    EmbeddedNode startNode() {
        return EmbeddedNode.start(dataDirectory, "tailrace-bench-", flush, true);
    }

    /** A producer's settings, so that the memory of all of them is bounded. */
    ProducerSettings<byte[], byte[]> producerSettings(EmbeddedNode node) {
        ProducerSettings<byte[], byte[]> settings = ProducerSettings.create(
                        node.tailrace(), Serdes.bytes(), Serdes.bytes())
                .withCompression(compression);
        long share = Math.max(MIN_BUFFER_BYTES, ALL_BUFFER_BYTES / partitions);
        return settings.withBufferBytes(Math.min(settings.bufferBytes(), share));
    }
}
