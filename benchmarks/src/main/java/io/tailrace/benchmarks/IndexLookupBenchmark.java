package io.tailrace.benchmarks;

import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.LogReader;
import io.tailrace.engine.log.PlacedBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What reading costs, in a log of 1 GiB of 1 KiB batches: found by look-up, in closed and open segments, and read on. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Xmx256m")
public class IndexLookupBenchmark {
    private static final int BATCH_BYTES = 1024;
    private static final int BATCHES = 1 << 20;
    private static final int SEGMENT_BYTES = 300 << 20;
    private static final int PER_APPEND = 256;

    private ScratchLog scratch;
    private LogReader reader;
    private long next;

    /** Made by JMH. */
    @SuppressWarnings("NullAway.Init")
    public IndexLookupBenchmark() {}

    /** Fills the log. */
    @Setup(Level.Trial)
    public void fill() throws IOException {
        scratch = new ScratchLog(SEGMENT_BYTES);
        Log log = scratch.log();
        for (int offset = 0; offset < BATCHES; offset += PER_APPEND) {
            List<PlacedBatch> batches = new ArrayList<>(PER_APPEND);
            for (int i = offset; i < offset + PER_APPEND; i++) {
                batches.add(new PlacedBatch(BenchmarkBatches.ofBytes(BATCH_BYTES, i), i, 0, -1));
            }
            log.append(batches);
        }
        log.flush();
        reader = log.newReader();
    }

    /** Removes it. */
    @TearDown(Level.Trial)
    public void close() throws IOException {
        scratch.close();
    }

    /** Any offset: mostly in closed segments, whose index is in its file. */
    @Benchmark
    public ByteBuffer readAtRandom() {
        long offset = ThreadLocalRandom.current().nextLong(BATCHES);
        return reader.read(offset, BATCH_BYTES, Long.MAX_VALUE);
    }

    /** An offset in the open segment, whose index is in memory. */
    @Benchmark
    public ByteBuffer readAtRandomInTheOpenSegment() {
        long offset = BATCHES - 1 - ThreadLocalRandom.current().nextLong(BATCHES / 16);
        return reader.read(offset, BATCH_BYTES, Long.MAX_VALUE);
    }

    /** One MiB of batches after the other: divide 1,048,576 by it for bytes per microsecond. */
    @Benchmark
    public ByteBuffer readOneMebibyteOn() {
        ByteBuffer read = reader.read(next, 1 << 20, Long.MAX_VALUE);
        next += read.remaining() / BATCH_BYTES;
        if (next >= BATCHES) {
            next = 0;
        }
        return read;
    }
}
