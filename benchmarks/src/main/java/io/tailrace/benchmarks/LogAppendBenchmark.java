package io.tailrace.benchmarks;

import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What an append costs: into the page cache, with a new timestamp (a new checksum), and to the disk. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class LogAppendBenchmark {
    /** Beyond it the log is emptied, so that the benchmark does not fill the disk. */
    private static final long MOST_BYTES = 2L << 30;

    /** The size of the batches. */
    @Param({"4096", "65536", "1048576"})
    public int batchBytes;

    private ScratchLog scratch;
    private RecordBatch batch;
    private long offset;

    /** Made by JMH. */
    @SuppressWarnings("NullAway.Init")
    public LogAppendBenchmark() {}

    /** An empty log. */
    @Setup(Level.Trial)
    public void open() throws IOException {
        scratch = new ScratchLog(256 << 20);
        batch = BenchmarkBatches.ofBytes(batchBytes, 1);
        offset = 0;
    }

    /** Removes it. */
    @TearDown(Level.Trial)
    public void close() throws IOException {
        scratch.close();
    }

    /** To the page cache. */
    @Benchmark
    public long append() {
        return append(-1).endOffset();
    }

    /** To the page cache, with the append time in the header and the checksum made anew. */
    @Benchmark
    public long appendWithAppendTime() {
        return append(7).endOffset();
    }

    /** To the disk. */
    @Benchmark
    public long appendAndFlush() {
        Log log = append(-1);
        log.flush();
        return log.flushedOffset();
    }

    private Log append(long appendTimeMillis) {
        Log log = scratch.log();
        if (offset * batchBytes > MOST_BYTES) {
            log.truncateTo(0);
            offset = 0;
        }
        log.append(List.of(new PlacedBatch(batch, offset, 0, appendTimeMillis)));
        offset++;
        return log;
    }
}
