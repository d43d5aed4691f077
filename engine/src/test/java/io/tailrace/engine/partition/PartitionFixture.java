package io.tailrace.engine.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.LogReader;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.Retention;
import io.tailrace.engine.log.SimulatedFileStore;
import io.tailrace.engine.log.StoredFile;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.Headers;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import io.tailrace.engine.record.RecordCursor;
import io.tailrace.engine.record.TimestampType;
import io.tailrace.engine.replication.FlushMode;
import io.tailrace.engine.replication.PromiseJournal;
import io.tailrace.engine.replication.Replica;
import io.tailrace.engine.replication.ReplicaHome;
import io.tailrace.engine.replication.Replicas;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A partition on a simulated disk, with a clock and a catalogue that the test sets. */
abstract class PartitionFixture {
    static final Path DATA = Path.of("/data");
    static final long NOW = 1_750_000_000_000L;
    static final int MAX_MESSAGE_BYTES = 10_000;
    static final Duration SOON = Duration.ofSeconds(10);

    final ActorTestKit kit = ActorTestKit.create();
    final PartitionId id = new PartitionId(new UUID(1, 2), 0);
    final Path directory = DATA.resolve(id.text());
    final TestProbe<Partition.AppendReply> replies = kit.createTestProbe(Partition.AppendReply.class);
    final HeldExecutor io = new HeldExecutor(
            kit.system().dispatchers().lookup(DispatcherSelector.fromConfig("tailrace.io-dispatcher")));
    final AtomicLong nowMillis = new AtomicLong(NOW);
    final AtomicLong nanos = new AtomicLong();

    SimulatedFileStore disk = new SimulatedFileStore(1);
    FlushMode flush = FlushMode.BATCH;
    Duration retentionCheckInterval = Duration.ofHours(1);
    volatile PartitionSettings settings = new PartitionSettings(
            MAX_MESSAGE_BYTES, TimestampType.CREATE_TIME, LogSettings.DEFAULTS, Retention.NONE, 1);
    volatile RuntimeException settingsFail;
    volatile long nanosPerLook = 1_000_000_000L;
    long floorBytes;
    PromiseJournal promises;
    Replicas replicas;
    ActorRef<Partition.Command> partition;

    /** Lets work through, or holds it back until it is released. */
    static final class HeldExecutor implements Executor {
        private final Executor through;
        private final Queue<Runnable> held = new ArrayDeque<>();
        private final AtomicInteger busy = new AtomicInteger();
        private boolean holding;

        HeldExecutor(Executor through) {
            this.through = through;
        }

        @Override
        public synchronized void execute(Runnable work) {
            if (holding) {
                held.add(work);
            } else {
                busy.incrementAndGet();
                through.execute(() -> {
                    try {
                        work.run();
                    } finally {
                        busy.decrementAndGet();
                    }
                });
            }
        }

        void awaitIdle() {
            await().pollInterval(Duration.ofMillis(1)).until(() -> busy.get() == 0);
        }

        synchronized void hold() {
            holding = true;
        }

        synchronized void release() {
            holding = false;
            List<Runnable> due = List.copyOf(held);
            held.clear();
            due.forEach(this::execute);
        }
    }

    @BeforeEach
    void start() {
        promises = PromiseJournal.open(disk, DATA, true, 2048);
        replicas = new Replicas(ReplicaHome.alone("n", disk, promises, flush, this::now, io), DATA);
        respawn();
    }

    /** The actor alone, over the replicas that there are. */
    void respawn() {
        PartitionEnvironment environment = new PartitionEnvironment(
                replicas,
                asked -> askSettings(),
                disk,
                new DiskSpace(disk, DATA, floorBytes, () -> nanos.addAndGet(nanosPerLook)),
                io,
                this::now,
                new PartitionEnvironment.Limits(40_000, 20_000, 10, 1000, 20_000, retentionCheckInterval));
        partition = kit.spawn(Partition.create(id, environment));
    }

    private Instant now() {
        return Instant.ofEpochMilli(nowMillis.get());
    }

    private CompletionStage<PartitionSettings> askSettings() {
        RuntimeException failure = settingsFail;
        return failure == null ? CompletableFuture.completedStage(settings) : CompletableFuture.failedStage(failure);
    }

    void restart() {
        kit.stop(partition);
        replicas.close();
        promises.close();
        start();
    }

    /** Power fails, and comes back. */
    void crash() {
        // Off first: what the dying process still does must not reach the disk that comes back.
        disk.stopAfter(0);
        kit.stop(partition);
        io.awaitIdle();
        disk.crash();
        start();
    }

    @AfterEach
    void shutDown() {
        io.release();
        kit.shutdownTestKit();
    }

    static LogSettings segmentsOf(int bytes) {
        return new LogSettings(bytes, LogSettings.DEFAULTS.segmentMillis(), 200);
    }

    void settings(LogSettings log, Retention retention) {
        settings = new PartitionSettings(MAX_MESSAGE_BYTES, settings.timestampType(), log, retention, 1);
    }

    static RecordBatch batch(long producer, int sequence, String... values) {
        return batchAt(5, producer, sequence, values);
    }

    static RecordBatch batchAt(long timestamp, long producer, int sequence, String... values) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1 << 20);
        for (String value : values) {
            builder.append(timestamp, null, value.getBytes(StandardCharsets.UTF_8), Headers.EMPTY);
        }
        if (producer >= 0) {
            builder.producer(producer, (short) 0, sequence);
        }
        return builder.build();
    }

    static RecordBatch plain(String... values) {
        return batch(-1, -1, values);
    }

    void send(RecordBatch batch) {
        partition.tell(new Partition.Append(id, batch, replies.ref()));
    }

    Partition.Leads located() {
        return (Partition.Leads) whoLeads();
    }

    Partition.Located whoLeads() {
        TestProbe<Partition.Located> answer = kit.createTestProbe(Partition.Located.class);
        partition.tell(new Partition.Locate(id, answer.ref()));
        return answer.receiveMessage(SOON);
    }

    long stored() {
        return replies.expectMessageClass(Partition.Appended.class, SOON).baseOffset();
    }

    ErrorCode refused() {
        Partition.Refused refused = replies.expectMessageClass(Partition.Refused.class, SOON);
        assertThat(refused.message()).isNotBlank().doesNotContain("\n");
        return refused.code();
    }

    /** What the partition says to a wish to delete everything before an offset. */
    Partition.DeleteReply delete(long beforeOffset) {
        return deletion(beforeOffset).receiveMessage(SOON);
    }

    TestProbe<Partition.DeleteReply> deletion(long beforeOffset) {
        TestProbe<Partition.DeleteReply> answer = kit.createTestProbe(Partition.DeleteReply.class);
        partition.tell(new Partition.DeleteRecords(id, beforeOffset, answer.ref()));
        return answer;
    }

    Replica replica() {
        return replicas.find(id.text()).orElseThrow();
    }

    /** All batches from the log's start on, also while that moves. */
    List<RecordBatch> log() {
        while (true) {
            long start = replica().startOffset();
            try {
                return readLog();
            } catch (TailraceException e) {
                if (e.code() != ErrorCode.OFFSET_OUT_OF_RANGE || replica().startOffset() == start) {
                    throw e;
                }
            }
        }
    }

    private List<RecordBatch> readLog() {
        Replica replica = replica();
        List<RecordBatch> batches = new ArrayList<>();
        try (LogReader reader = replica.newReader()) {
            long end = replica.highWatermark().offset();
            for (long at = replica.startOffset(); at < end; ) {
                ByteBuffer bytes = reader.read(at, 1 << 20, end);
                while (bytes.hasRemaining()) {
                    RecordBatch batch = RecordBatch.at(bytes);
                    bytes.position(bytes.position() + batch.sizeInBytes());
                    batches.add(batch);
                    at = batch.nextOffset();
                }
            }
        }
        return batches;
    }

    /** {@code offset:value} of every record that a reader from the log's start gets to see. */
    List<String> records() {
        long start = replica().startOffset();
        List<String> records = new ArrayList<>();
        for (RecordBatch batch : log()) {
            if (batch.isControl()) {
                continue;
            }
            for (RecordCursor at = batch.cursor(1 << 20); at.next(); ) {
                if (at.offset() >= start) {
                    records.add(at.offset() + ":"
                            + new String(at.array(), at.valueAt(), at.valueSize(), StandardCharsets.UTF_8));
                }
            }
        }
        return records;
    }

    List<String> files(String suffix) {
        try {
            return disk.list(directory).stream()
                    .filter(name -> name.endsWith(suffix))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    void flipABit(String name) {
        try (StoredFile file = disk.openForWrite(directory.resolve(name))) {
            ByteBuffer one = ByteBuffer.allocate(1);
            file.read(one, file.size() / 2);
            one.put(0, (byte) (one.get(0) ^ 4)).rewind();
            file.write(one, file.size() / 2);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
