package io.tailrace.benchmarks;

import io.tailrace.engine.record.BatchAdmission;
import io.tailrace.engine.record.Codec;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.record.Headers;
import io.tailrace.engine.record.Record;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import io.tailrace.engine.record.RecordCursor;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** Records per second into and out of a batch of 600 records, each with a key of 10 and a text-like value of 90 bytes. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Thread)
public class RecordCodecBenchmark {
    private static final int RECORDS = 600;
    private static final int MAX_BATCH_BYTES = 1 << 20;
    private static final BatchAdmission AS_IT_COMES = new BatchAdmission(false, Optional.empty());
    private static final BatchAdmission FOR_ZSTD = new BatchAdmission(false, Optional.of(Codec.of(Compression.ZSTD)));

    /** The codec of the batch. */
    @Param({"NONE", "GZIP", "SNAPPY", "LZ4", "ZSTD"})
    public Compression codec = Compression.NONE;

    private final byte[][] keys = new byte[RECORDS][];
    private final byte[][] values = new byte[RECORDS][];
    private byte[] recycled = new byte[0];
    private RecordBatch batch = ControlRecords.barrier(0, 0, 0);
    private RecordBatch arrived = batch;

    /** Makes records like lines of a log: half of a value repeats, half does not. */
    @Setup
    public void prepare() {
        Random random = new Random(1);
        for (int i = 0; i < RECORDS; i++) {
            keys[i] = String.format("key%07d", random.nextInt(1_000_000)).getBytes(StandardCharsets.US_ASCII);
            StringBuilder value = new StringBuilder("{\"user\":\"someone\",\"event\":\"page-view\",\"id\":\"");
            while (value.length() < 88) {
                value.append((char) ('a' + random.nextInt(26)));
            }
            values[i] = value.append("\"}").toString().getBytes(StandardCharsets.US_ASCII);
        }
        recycled = new byte[MAX_BATCH_BYTES];
        batch = build();
        arrived = RecordBatch.at(batch.bytes());
    }

    private RecordBatch build() {
        RecordBatchBuilder builder = new RecordBatchBuilder(codec, MAX_BATCH_BYTES, recycled);
        for (int i = 0; i < RECORDS; i++) {
            builder.append(1_700_000_000_000L + i, keys[i], values[i], Headers.EMPTY);
        }
        return builder.build();
    }

    /** Appends, compresses, computes the checksum. */
    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public RecordBatch encode() {
        return build();
    }

    /** Decompresses and makes a {@link Record} of each, as a consumer does. */
    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public void decode(Blackhole sink) {
        RecordCursor cursor = batch.cursor(MAX_BATCH_BYTES);
        while (cursor.next()) {
            sink.consume(cursor.record());
        }
    }

    /** As {@link #decode}, with the checksum and a view of each value. */
    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public void decodeCheckedWithValues(Blackhole sink) {
        batch.ensureValid();
        RecordCursor cursor = batch.cursor(MAX_BATCH_BYTES);
        while (cursor.next()) {
            Record record = cursor.record();
            sink.consume(record.value());
        }
    }

    /** What a partition does with a batch that was built in its process, per record. */
    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public RecordBatch admitBuiltHere() {
        BatchAdmission.ensureHeader(batch);
        return AS_IT_COMES.admitted(batch);
    }

    /** What it does with one that came from elsewhere, per record. */
    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public RecordBatch admitArrived() {
        BatchAdmission.ensureHeader(arrived);
        return AS_IT_COMES.admitted(arrived);
    }

    /** What it does with one that its topic wants compressed with zstd, per record. */
    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public RecordBatch admitForZstd() {
        BatchAdmission.ensureHeader(arrived);
        return FOR_ZSTD.admitted(arrived);
    }

    /** The header and the checksum alone, per record. */
    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public void ensureAppendable() {
        batch.ensureAppendable();
    }

    /** The full check of a batch, per record. */
    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public void ensureWellFormed() {
        batch.ensureWellFormed(MAX_BATCH_BYTES);
    }
}
