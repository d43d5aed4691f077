package io.tailrace.engine.partition;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.tailrace.engine.journal.ReplicaSnapshots;
import io.tailrace.engine.log.Compaction;
import io.tailrace.engine.log.LogCleaning;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.OffsetMap;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.log.SimulatedFileStore;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatchBuilder;
import io.tailrace.engine.replication.FlushMode;
import io.tailrace.engine.replication.Leadership;
import io.tailrace.engine.replication.Nomination;
import io.tailrace.engine.replication.PromiseJournal;
import io.tailrace.engine.replication.Replica;
import io.tailrace.engine.replication.ReplicaHome;
import io.tailrace.engine.replication.ReplicaListener;
import io.tailrace.engine.replication.ReplicaNetwork;
import io.tailrace.engine.replication.Replicas;
import io.tailrace.engine.replication.quorum.ReplicaId;
import io.tailrace.engine.replication.quorum.Voters;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Which log is compacted next, and what compaction does when the disk gets full. */
class LogCleanerTest {
    private static final Path DATA = Path.of("/data");
    private static final long FLOOR_BYTES = 100_000;
    private static final int SEGMENT_BYTES = 4_000;
    private static final int PRODUCERS = 10;
    private static final LogSettings SETTINGS =
            new LogSettings(SEGMENT_BYTES, 1_000_000, 500).with(new Compaction(true, 0.1, 0, Long.MAX_VALUE, 0));
    private static final LogSettings LARGE =
            new LogSettings(10 * SEGMENT_BYTES, 1_000_000, 500).with(SETTINGS.compaction());
    /** Of what a pass writes beside segments. */
    private static final int SMALL_FILES_BYTES = 10_000;

    private final SimulatedFileStore disk = new SimulatedFileStore(5);
    private final ExecutorService io = Executors.newFixedThreadPool(2);
    private final PromiseJournal promises = PromiseJournal.open(disk, DATA, true, 2048);
    private final Replicas replicas = new Replicas(
            new ReplicaHome(
                    "a",
                    disk,
                    promises,
                    FlushMode.BATCH,
                    "boot",
                    () -> Instant.ofEpochMilli(5),
                    io,
                    ReplicaNetwork.NONE,
                    directory -> new ReplicaSnapshots(disk, directory, PRODUCERS),
                    ReplicaListener.NONE),
            DATA);
    private final ListAppender<ILoggingEvent> said = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(LogCleaner.class);
    private long millis;
    private boolean stands;
    private final LogCleaner cleaner = new LogCleaner(
            replicas,
            new LogCleaner.Settings(1 << 16, 1_000, 1, Duration.ofSeconds(1)),
            PRODUCERS,
            new DiskSpace(disk, DATA, FLOOR_BYTES, this::nanos),
            () -> Instant.ofEpochMilli(millis),
            this::nanos);

    /** Unless time stands still each look is so much later that none is spared, and there is no pause in a pass. */
    private long nanos() {
        millis += stands ? 0 : 101;
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @BeforeEach
    void listen() {
        said.start();
        logger.addAppender(said);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(said);
        replicas.close();
        promises.close();
        io.shutdown();
    }

    private Replica filled(String name, int records) throws Exception {
        return filled(name, records, SETTINGS);
    }

    private Replica filled(String name, int records, LogSettings settings) throws Exception {
        ReplicaId self = new ReplicaId("a", name);
        replicas.create(name, self, new Voters(List.of(self), 0));
        Replica replica = replicas.open(name, settings);
        append(replica.lead(Nomination.TAKE_OVER).toCompletableFuture().get(20, TimeUnit.SECONDS), records);
        return replica;
    }

    private static void append(Leadership leadership, int records) throws Exception {
        for (int i = 0; i < records; i++) {
            RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 10_000);
            builder.append(5, ("key" + i % 3).getBytes(StandardCharsets.UTF_8), new byte[100]);
            long end = leadership.log().endOffset();
            leadership
                    .append(List.of(new PlacedBatch(builder.build(), end, leadership.epoch(), -1)))
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS);
        }
    }

    private long used() {
        disk.capacity(Long.MAX_VALUE);
        return Long.MAX_VALUE - disk.usableBytes(DATA);
    }

    private void leave(long freeBytes) {
        disk.capacity(used() + freeBytes);
    }

    private List<String> warnings() {
        return said.list.stream()
                .filter(event -> event.getLevel() == Level.WARN)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private boolean isBeingRewritten(Replica replica) throws IOException {
        return disk.list(replica.directory()).stream().anyMatch(name -> name.endsWith(".cleaned"));
    }

    private void run(int rounds) {
        for (int i = 0; i < rounds; i++) {
            millis += 1_000;
            cleaner.run();
        }
    }

    @Test
    void aLogIsCompactedAsLongAsTheFloorAndWhatAPassWritesAreFree() throws Exception {
        Replica replica = filled("log", 200);
        leave(FLOOR_BYTES + SEGMENT_BYTES + SMALL_FILES_BYTES);
        long before = disk.usableBytes(DATA);
        run(10);
        assertThat(replica.dirt().isDue()).isFalse();
        assertThat(disk.usableBytes(DATA)).isGreaterThan(before + 5 * SEGMENT_BYTES);
        assertThat(warnings()).isEmpty();
    }

    @Test
    void withLessItWaitsAndSaysSoOnceUntilThereIsRoomAgain() throws Exception {
        Replica replica = filled("log", 200);
        long toWrite = replica.dirt().bytesToWrite();
        assertThat(toWrite).isBetween(SEGMENT_BYTES / 2L, (long) SEGMENT_BYTES);
        leave(FLOOR_BYTES + toWrite - 1);
        run(20);
        assertThat(replica.dirt().ratio()).isEqualTo(1);
        assertThat(warnings()).singleElement().asString().contains("not compacted", "" + toWrite, "" + FLOOR_BYTES);
        leave(FLOOR_BYTES + toWrite + SMALL_FILES_BYTES);
        run(10);
        assertThat(replica.dirt().isDue()).isFalse();
        assertThat(warnings()).hasSize(2).last().asString().contains("room", "again");
    }

    @Test
    void aPassIsGivenUpWhenTheRoomGoesAndWhatItHasWrittenIsRemoved() throws Exception {
        Replica replica = filled("log", 200);
        stands = true;
        for (int i = 0; i < 1_000 && !isBeingRewritten(replica); i++) {
            millis += 101;
            cleaner.run();
        }
        assertThat(isBeingRewritten(replica)).isTrue();
        stands = false;
        leave(FLOOR_BYTES);
        run(20);
        assertThat(isBeingRewritten(replica)).isFalse();
        assertThat(replica.dirt().isDue()).isTrue();
        assertThat(warnings()).hasSize(1);
        disk.capacity(Long.MAX_VALUE);
        run(10);
        assertThat(replica.dirt().isDue()).isFalse();
    }

    @Test
    void whoIsDeletedOrClosedInTheMiddleOfAPassIsLeftAloneAndTheNextOneIsCompacted() throws Exception {
        Replica first = filled("first", 200);
        for (boolean deleted : new boolean[] {true, false}) {
            stands = true;
            for (int i = 0; i < 1_000 && !isBeingRewritten(first); i++) {
                millis += 101;
                cleaner.run();
            }
            assertThat(isBeingRewritten(first)).isTrue();
            Replica second = filled("next-" + deleted, 200);
            Path directory = first.directory();
            if (deleted) {
                replicas.delete(directory.getFileName().toString());
                assertThat(disk.exists(directory)).isFalse();
            } else {
                first.close();
                assertThat(isBeingRewritten(first)).isFalse();
            }
            run(1);
            first = second;
        }
        stands = false;
        run(10);
        assertThat(first.dirt().isDue()).isFalse();
        assertThat(said.list).noneMatch(event -> event.getLevel().isGreaterOrEqual(Level.WARN));
    }

    @Test
    void theDirtiestComesFirstAndWhenNotAllFitTheOneWithTheMostToCompact() throws Exception {
        for (boolean roomForAll : new boolean[] {true, false}) {
            disk.capacity(Long.MAX_VALUE);
            String run = roomForAll ? "-1" : "-2";
            Replica few = filled("few" + run, 60);
            Replica many = filled("many" + run, 60);
            compact(many);
            append(many.lead(Nomination.TAKE_OVER).toCompletableFuture().get(20, TimeUnit.SECONDS), 200);
            Replica tooLarge = filled("too-large" + run, 300, LARGE);
            assertThat(few.dirt().ratio()).isGreaterThan(many.dirt().ratio());
            assertThat(few.dirt().bytes()).isLessThan(many.dirt().bytes());
            leave(FLOOR_BYTES + SEGMENT_BYTES + SMALL_FILES_BYTES + (roomForAll ? LARGE.segmentBytes() : 0));
            List<Replica> order = inTheirOrder(List.of(few, many, tooLarge));
            if (roomForAll) {
                assertThat(order.indexOf(few)).isLessThan(order.indexOf(many));
            } else {
                assertThat(order).startsWith(many);
            }
        }
    }

    private static void compact(Replica replica) {
        LogCleaning cleaning = replica.newCleaning(new OffsetMap(1 << 16), PRODUCERS);
        while (cleaning.step(1_000_000)) {
            // Until it is done.
        }
    }

    private List<Replica> inTheirOrder(List<Replica> all) {
        List<Replica> done = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            run(1);
            all.stream()
                    .filter(replica ->
                            !done.contains(replica) && !replica.dirt().isDue())
                    .forEach(done::add);
        }
        return done;
    }
}
