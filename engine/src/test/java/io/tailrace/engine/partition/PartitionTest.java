package io.tailrace.engine.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.log.LogReader;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.Retention;
import io.tailrace.engine.log.SimulatedFileStore;
import io.tailrace.engine.log.StoredFile;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.Headers;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import io.tailrace.engine.record.TimestampType;
import io.tailrace.engine.replication.FlushMode;
import io.tailrace.engine.replication.Replica;
import io.tailrace.engine.replication.Replicas;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PartitionTest {
    private static final Path DATA = Path.of("/data");
    private static final long NOW = 1_750_000_000_000L;
    private static final int MAX_MESSAGE_BYTES = 10_000;
    private static final PartitionEnvironment.Limits LIMITS =
            new PartitionEnvironment.Limits(40_000, 20_000, 10, 1000, 20_000, Duration.ofHours(1));

    private final ActorTestKit kit = ActorTestKit.create();
    private final SimulatedFileStore disk = new SimulatedFileStore(1);
    private final InstantSource clock = InstantSource.fixed(Instant.ofEpochMilli(NOW));
    private final PartitionId id = new PartitionId(new UUID(1, 2), 0);
    private final TestProbe<Partition.AppendReply> replies = kit.createTestProbe(Partition.AppendReply.class);
    private final HeldExecutor io = new HeldExecutor(
            kit.system().dispatchers().lookup(DispatcherSelector.fromConfig("tailrace.io-dispatcher")));

    private TimestampType timestampType = TimestampType.CREATE_TIME;
    private final AtomicLong nanos = new AtomicLong();
    private volatile long nanosPerLook = 1_000_000_000L;
    private long floorBytes;
    private Replicas replicas;
    private ActorRef<Partition.Command> partition;

    /** Lets work through, or holds it back until it is released. */
    private static final class HeldExecutor implements Executor {
        private final Executor through;
        private final Queue<Runnable> held = new ArrayDeque<>();
        private boolean holding;

        HeldExecutor(Executor through) {
            this.through = through;
        }

        @Override
        public synchronized void execute(Runnable work) {
            if (holding) {
                held.add(work);
            } else {
                through.execute(work);
            }
        }

        synchronized void hold() {
            holding = true;
        }

        synchronized void release() {
            holding = false;
            held.forEach(through::execute);
            held.clear();
        }
    }

    @BeforeEach
    void start() {
        replicas = new Replicas(disk, DATA, FlushMode.BATCH, clock, io);
        PartitionSettings settings =
                new PartitionSettings(MAX_MESSAGE_BYTES, timestampType, LogSettings.DEFAULTS, Retention.NONE);
        PartitionEnvironment environment = new PartitionEnvironment(
                replicas,
                asked -> CompletableFuture.completedStage(settings),
                disk,
                new DiskSpace(disk, DATA, floorBytes, () -> nanos.addAndGet(nanosPerLook)),
                io,
                clock,
                LIMITS);
        partition = kit.spawn(Partition.create(id, environment));
    }

    private void restart() {
        kit.stop(partition);
        replicas.close();
        start();
    }

    @AfterEach
    void shutDown() {
        io.release();
        kit.shutdownTestKit();
    }

    private static RecordBatch batch(long producer, int sequence, String... values) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1 << 20);
        for (String value : values) {
            builder.append(5, null, value.getBytes(StandardCharsets.UTF_8), Headers.EMPTY);
        }
        if (producer >= 0) {
            builder.producer(producer, (short) 0, sequence);
        }
        return builder.build();
    }

    private static RecordBatch plain(String... values) {
        return batch(-1, -1, values);
    }

    private void send(RecordBatch batch) {
        partition.tell(new Partition.Append(id, batch, replies.ref()));
    }

    private Partition.Leads located() {
        TestProbe<Partition.Located> answer = kit.createTestProbe(Partition.Located.class);
        partition.tell(new Partition.Locate(id, answer.ref()));
        return (Partition.Leads) answer.receiveMessage(Duration.ofSeconds(10));
    }

    private long stored() {
        return replies.expectMessageClass(Partition.Appended.class, Duration.ofSeconds(10))
                .baseOffset();
    }

    private ErrorCode refused() {
        Partition.Refused refused = replies.expectMessageClass(Partition.Refused.class, Duration.ofSeconds(10));
        assertThat(refused.message()).isNotBlank().doesNotContain("\n");
        return refused.code();
    }

    private List<RecordBatch> log() {
        Replica replica = replicas.find(id.text()).orElseThrow();
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

    @Test
    void theFirstRecordOfAnEmptyLogHasOffsetZero() {
        located();
        send(plain("a", "b"));
        send(plain("c"));
        assertThat(stored()).isZero();
        assertThat(stored()).isEqualTo(2);
        assertThat(log()).hasSize(2).allSatisfy(batch -> assertThat(batch.checksumMatches())
                .isTrue());
    }

    @Test
    void aNewEpochBeginsWithABarrierAndGoesOnBehindIt() {
        int first = located().epoch();
        send(plain("a"));
        stored();
        restart();
        assertThat(located().epoch()).isGreaterThan(first);
        send(plain("b"));
        assertThat(stored()).isEqualTo(2);
        assertThat(log()).extracting(RecordBatch::isControl).containsExactly(false, true, false);
    }

    @Test
    void aBatchSentAgainIsStoredOnceEvenAcrossARestart() {
        located();
        send(batch(7, 0, "a", "b"));
        send(batch(7, 0, "a", "b"));
        assertThat(stored()).isZero();
        assertThat(stored()).isZero();
        restart();
        located();
        send(batch(7, 0, "a", "b"));
        send(batch(7, 2, "c"));
        assertThat(stored()).isZero();
        assertThat(stored()).isEqualTo(3);
    }

    @Test
    void whatArrivesDuringAPersistIsWrittenAsOne() {
        located();
        io.hold();
        send(plain("first"));
        for (int i = 0; i < 5; i++) {
            send(batch(7, i, "v" + i));
        }
        replies.expectNoMessage(Duration.ofMillis(1));
        io.release();
        for (int i = 0; i < 6; i++) {
            assertThat(stored()).isEqualTo(i);
        }
    }

    @Test
    void beyondItsBoundItIsBusyAndLosesNothingThatWaits() {
        located();
        io.hold();
        String big = "x".repeat(9_000);
        for (int i = 0; i < 8; i++) {
            send(plain(big));
        }
        int busy = 0;
        for (int i = 0; i < 8 - 1 - 4; i++) {
            assertThat(refused()).isEqualTo(ErrorCode.PARTITION_BUSY);
            busy++;
        }
        io.release();
        for (int i = 0; i < 8 - busy; i++) {
            assertThat(stored()).isEqualTo(i);
        }
    }

    @Test
    void whatIsTooLargeOrDamagedIsRefusedBeforeItIsWritten() {
        located();
        send(plain("x".repeat(MAX_MESSAGE_BYTES)));
        assertThat(refused()).isEqualTo(ErrorCode.RECORD_TOO_LARGE);
        RecordBatch good = plain("value");
        byte[] bytes = new byte[good.sizeInBytes()];
        good.bytes().get(bytes);
        bytes[bytes.length - 2] ^= 1;
        send(RecordBatch.at(ByteBuffer.wrap(bytes)));
        assertThat(refused()).isEqualTo(ErrorCode.CORRUPT_BATCH);
        send(good);
        assertThat(stored()).isZero();
    }

    @Test
    void belowTheFloorOfFreeSpaceItRefusesReadsOnAndResumes() {
        floorBytes = 1 << 20;
        restart();
        located();
        send(plain("before"));
        assertThat(stored()).isZero();
        disk.capacity(1 << 20);
        send(plain("refused"));
        assertThat(refused()).isEqualTo(ErrorCode.DISK_FULL);
        assertThat(log()).hasSize(1);
        disk.capacity(Long.MAX_VALUE);
        send(plain("after"));
        assertThat(stored()).isEqualTo(1);
    }

    @Test
    void aFailedPersistEndsAsUnknownAndTheNextEpochKnowsWhatWasStored() {
        int first = located().epoch();
        send(batch(7, 0, "a"));
        stored();
        // The gate looks at the disk again only after a while: this time the disk fills up in between.
        nanosPerLook = 0;
        disk.capacity(disk.usedBytes());
        send(batch(7, 1, "b"));
        assertThat(refused()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(log()).hasSize(1);
        disk.capacity(Long.MAX_VALUE);
        assertThat(located().epoch()).isGreaterThan(first);
        send(batch(7, 1, "b"));
        assertThat(stored()).isEqualTo(2);
    }

    @Test
    void logAppendTimeReplacesTheRecordsOwn() {
        timestampType = TimestampType.LOG_APPEND_TIME;
        restart();
        located();
        send(plain("a"));
        assertThat(replies.expectMessageClass(Partition.Appended.class).appendTimeMillis())
                .isEqualTo(NOW);
        RecordBatch stored = log().get(0);
        assertThat(stored.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(stored.maxTimestamp()).isEqualTo(NOW);
        assertThat(stored.checksumMatches()).isTrue();
    }

    @Test
    void aMessageForAnotherPartitionIsNotTakenForItsOwn() {
        located();
        PartitionId other = new PartitionId(new UUID(9, 9), 1);
        partition.tell(new Partition.Append(other, plain("a"), replies.ref()));
        assertThat(refused()).isEqualTo(ErrorCode.PARTITION_UNAVAILABLE);
    }

    @Test
    void replayBeginsAtTheNewestSnapshotAndADamagedOneIsPassedOver() throws IOException {
        located();
        for (int i = 0; i < 12; i++) {
            send(batch(7, i, "x".repeat(5_000)));
            assertThat(stored()).isEqualTo(i);
        }
        restart();
        located();
        send(batch(7, 11, "x".repeat(5_000)));
        assertThat(stored()).isEqualTo(11);
        List<Path> snapshots = snapshots();
        assertThat(snapshots).hasSizeBetween(1, 2);
        for (Path snapshot : snapshots) {
            flipABit(snapshot);
        }
        restart();
        located();
        send(batch(7, 10, "x".repeat(5_000)));
        send(batch(7, 12, "new"));
        assertThat(stored()).isEqualTo(10);
        assertThat(stored()).isEqualTo(14);
    }

    private List<Path> snapshots() throws IOException {
        Path directory = DATA.resolve(id.text());
        return disk.list(directory).stream()
                .filter(name -> name.endsWith(".snapshot"))
                .map(directory::resolve)
                .toList();
    }

    private void flipABit(Path path) throws IOException {
        try (StoredFile file = disk.openForWrite(path)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            file.read(one, file.size() / 2);
            one.put(0, (byte) (one.get(0) ^ 4)).rewind();
            file.write(one, file.size() / 2);
        }
    }
}
