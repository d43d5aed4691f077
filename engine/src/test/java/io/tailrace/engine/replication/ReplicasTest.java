package io.tailrace.engine.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.log.ForwardingFileStore;
import io.tailrace.engine.log.LogReader;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.log.SimulatedFileStore;
import io.tailrace.engine.log.StoredFile;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatchBuilder;
import io.tailrace.engine.replication.quorum.ReplicaId;
import io.tailrace.engine.replication.quorum.Voters;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ReplicasTest {
    private static final Path NODE = Path.of("/data");
    private static final Path DATA = Path.of("/data/partitions");
    private static final Path QUARANTINE = Path.of("/data/quarantine");
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochMilli(1_750_000_000_000L));

    private SimulatedFileStore disk = new SimulatedFileStore(3);
    private PromiseJournal promises = promisesOn(disk);
    private Replicas replicas = on(disk);

    private static PromiseJournal promisesOn(FileStore files) {
        return PromiseJournal.open(files, NODE, true, 2048);
    }

    private Replicas on(FileStore files) {
        promises = promisesOn(files);
        return new Replicas(ReplicaHome.alone("n", files, promises, FlushMode.BATCH, CLOCK, Runnable::run), DATA);
    }

    private Leadership filled(String name) {
        Leadership leadership = lead(open(name));
        append(leadership);
        append(leadership);
        return leadership;
    }

    private Replica open(String name) {
        return replicas.open(name, LogSettings.DEFAULTS);
    }

    private static void append(Leadership leadership) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 10_000);
        builder.append(5, new byte[0], new byte[10]);
        leadership
                .append(List.of(
                        new PlacedBatch(builder.build(), leadership.log().endOffset(), leadership.epoch(), -1)))
                .toCompletableFuture()
                .join();
    }

    private static Leadership lead(Replica replica) {
        return replica.lead(Nomination.AT_ANY_PRICE).toCompletableFuture().join();
    }

    private static ErrorCode code(ThrowingCallable call) {
        Throwable thrown = catchThrowable(call);
        Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
        assertThat(cause).isInstanceOf(TailraceException.class);
        assertThat(cause.getMessage()).isNotBlank().doesNotContain("\n");
        return ((TailraceException) cause).code();
    }

    @Test
    void whatIsDeletedIsGoneForWhoReadsWaitsAndWrites() {
        long emptyBytes = disk.usedBytes();
        Leadership leadership = filled("p");
        Replica replica = replicas.find("p").orElseThrow();
        LogReader reader = replica.newReader();
        CompletableFuture<Long> parked = replica.highWatermark().awaitBeyond(2);
        replicas.delete("p");
        assertThat(code(parked::join)).isEqualTo(ErrorCode.UNKNOWN_TOPIC);
        assertThat(code(() -> replica.highWatermark().awaitBeyond(2).join())).isEqualTo(ErrorCode.UNKNOWN_TOPIC);
        assertThat(code(() -> append(leadership))).isEqualTo(ErrorCode.UNKNOWN_TOPIC);
        assertThat(code(() -> leadership.moveStart(1).toCompletableFuture().join()))
                .isEqualTo(ErrorCode.UNKNOWN_TOPIC);
        assertThat(code(() -> lead(replica))).isEqualTo(ErrorCode.UNKNOWN_TOPIC);
        assertThat(code(replica::ensureOpen)).isEqualTo(ErrorCode.UNKNOWN_TOPIC);
        assertThat(code(() -> reader.read(0, 100, 2))).isEqualTo(ErrorCode.CLOSED);
        replica.checkpoint();
        assertThat(replicas.find("p")).isEmpty();
        assertThat(replicas.names()).isEmpty();
        assertThat(disk.usedBytes()).isEqualTo(emptyBytes);
        assertThat(promises.stored("p")).isEqualTo(Promise.NONE);
        reader.close();
        replicas.delete("p");
    }

    private Replicas withPeers() {
        ReplicaHome alone = ReplicaHome.alone("n", disk, promises, FlushMode.BATCH, CLOCK, Runnable::run);
        return new Replicas(
                new ReplicaHome(
                        "n",
                        disk,
                        promises,
                        FlushMode.BATCH,
                        "",
                        CLOCK,
                        Runnable::run,
                        new MemoryNetwork(Runnable::run),
                        alone.snapshots(),
                        alone.listener()),
                DATA);
    }

    private static Voters voters(String... ids) {
        return new Voters(
                Stream.of(ids)
                        .map(id -> new ReplicaId(id.equals("n") ? "n" : "m", id))
                        .toList(),
                0);
    }

    @Test
    void whoHasPeersDoesNotBeginALogByItself() throws IOException {
        replicas = withPeers();
        assertThat(code(() -> open("p"))).isEqualTo(ErrorCode.PARTITION_UNAVAILABLE);
        assertThat(replicas.names()).isEmpty();
        replicas.create("p", new ReplicaId("n", "n"), voters("n"));
        filled("p");
        replicas.find("p").orElseThrow().close();
        disk.deleteDirectory(DATA.resolve("p"));
        replicas = withPeers();
        assertThat(code(() -> open("p"))).isEqualTo(ErrorCode.CORRUPT_LOG);
    }

    @Test
    void whatIsLostComesBackBlankUnderAnotherNameAndStaysThat() throws IOException {
        replicas = withPeers();
        ReplicaId first = new ReplicaId("n", "n");
        replicas.create("p", first, voters("n"));
        filled("p");
        assertThat(replicas.createBlank("p", QUARANTINE)).isEqualTo(first);
        replicas.find("p").orElseThrow().close();
        disk.deleteDirectory(DATA.resolve("p"));
        replicas = withPeers();
        ReplicaId blank = replicas.createBlank("p", QUARANTINE);
        assertThat(blank).isNotEqualTo(first);
        assertThat(replicas.createBlank("p", QUARANTINE)).isEqualTo(blank);
        Replica opened = open("p");
        assertThat(opened.isSoleVoter()).isFalse();
        assertThat(code(() -> lead(opened))).isEqualTo(ErrorCode.PARTITION_UNAVAILABLE);
    }

    @Test
    void whatCannotSayWhoItWasIsPutAsideForABlankOne() throws IOException {
        replicas = withPeers();
        replicas.create("p", new ReplicaId("n", "n"), voters("n", "x"));
        try (StoredFile file = disk.openForWrite(DATA.resolve("p/replica"))) {
            file.truncate(3);
        }
        ReplicaId blank = replicas.createBlank("p", QUARANTINE);
        assertThat(replicas.stored("p")).isEqualTo(blank);
        assertThat(disk.isDirectory(QUARANTINE.resolve("p"))).isTrue();
    }

    @Test
    void whatWasMadeForAPlanThatWasDroppedGivesWayWhenTheVotersAreOthersNow() {
        replicas = withPeers();
        ReplicaId self = new ReplicaId("n", "n");
        replicas.create("p", self, voters("n", "x"));
        replicas.create("p", self, voters("n", "x"));
        replicas.create("p", self, voters("n", "y"));
        assertThat(open("p").status().toCompletableFuture().join().voters()).isEqualTo(voters("n", "y"));
    }

    @Test
    void whoReadsOrWaitsAtAReplicaThatIsRemovedHearsToAskElsewhere() {
        filled("p");
        CompletableFuture<Long> parked =
                replicas.find("p").orElseThrow().highWatermark().awaitBeyond(2);
        replicas.remove("p");
        assertThat(code(parked::join)).isEqualTo(ErrorCode.PARTITION_UNAVAILABLE);
        assertThat(replicas.names()).isEmpty();
    }

    @Test
    void aNameThatWasDeletedMayBeginAnew() {
        filled("p");
        replicas.delete("p");
        assertThat(lead(open("p")).log().endOffset()).isZero();
    }

    @Test
    void whatIsBeingDeletedCannotBeOpened() {
        filled("p");
        Replica replica = replicas.find("p").orElseThrow();
        CompletableFuture<ErrorCode> opened =
                replica.highWatermark().awaitBeyond(2).handle((moved, failure) -> code(() -> open("p")));
        replicas.delete("p");
        assertThat(opened).isCompletedWithValue(ErrorCode.UNKNOWN_TOPIC);
    }

    @Test
    void aCrashAnywhereInADeletionLeavesAllOfItOrNothing() {
        for (int changes = 0; changes < 40; changes++) {
            disk = new SimulatedFileStore(changes);
            replicas = on(disk);
            filled("p");
            filled("other");
            disk.stopAfter(changes);
            Throwable stopped = catchThrowable(() -> replicas.delete("p"));
            disk.crash();
            replicas = on(disk);
            replicas.removeLeftovers();
            assertThat(replicas.names()).as("after %d changes", changes).contains("other");
            assertThat(promises.stored("other")).isNotEqualTo(Promise.NONE);
            assertThat(promises.stored("p").equals(Promise.NONE))
                    .as("after %d changes", changes)
                    .isEqualTo(!replicas.names().contains("p"));
            if (replicas.names().contains("p")) {
                assertThat(stopped).isInstanceOf(TailraceException.class);
                assertThat(lead(open("p")).log().endOffset()).isEqualTo(3);
            } else {
                assertThat(lead(open("p")).log().endOffset()).isZero();
            }
            if (stopped == null) {
                assertThat(changes).isPositive();
                return;
            }
        }
        throw new AssertionError("The deletion never came to its end");
    }

    @Test
    void aDeletionThatFailedMayBeTriedAgain() {
        filled("p");
        disk.stopAfter(0);
        assertThat(code(() -> replicas.delete("p"))).isEqualTo(ErrorCode.IO_FAILED);
        disk.kill();
        replicas = on(disk);
        replicas.delete("p");
        assertThat(replicas.names()).isEmpty();
    }

    @Test
    void aStrangerIsMovedAsideWhole() throws Exception {
        filled("p");
        assertThat(code(() -> replicas.quarantine("p", QUARANTINE))).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        replicas.close();
        replicas = on(disk);
        List<String> files = disk.list(DATA.resolve("p"));
        Promise promise = promises.stored("p");
        assertThat(promise).isNotEqualTo(Promise.NONE);
        assertThat(replicas.quarantine("p", QUARANTINE)).isEqualTo(QUARANTINE.resolve("p"));
        assertThat(disk.list(QUARANTINE.resolve("p"))).containsAll(files).contains("promise");
        assertThat(promises.stored("p")).isEqualTo(Promise.NONE);
        disk.moveDirectory(QUARANTINE.resolve("p"), DATA.resolve("p"));
        open("p");
        assertThat(promises.stored("p")).isEqualTo(promise);
        replicas.close();
        replicas = on(disk);
        replicas.quarantine("p", QUARANTINE);
        assertThat(replicas.names()).isEmpty();
        filled("p");
        replicas.close();
        replicas = on(disk);
        assertThat(replicas.quarantine("p", QUARANTINE)).isEqualTo(QUARANTINE.resolve("p.1"));
    }

    @Test
    void otherSettingsHoldForAReplicaThatIsOpenAlready() throws Exception {
        Leadership leadership = filled("p");
        replicas.open("p", new LogSettings(100, 1000, 100));
        append(leadership);
        append(leadership);
        assertThat(disk.list(DATA.resolve("p")))
                .filteredOn(name -> name.endsWith(".log"))
                .hasSizeGreaterThan(1);
    }

    /** Whoever comes next opens the same files right after. */
    @Test
    void whoClosesWaitsForALogThatIsJustBeingOpened() throws Exception {
        CompletableFuture<Void> reached = new CompletableFuture<>();
        CompletableFuture<Void> goOn = new CompletableFuture<>();
        FileStore slow = new ForwardingFileStore(disk) {
            @Override
            public void createDirectories(Path directory) throws IOException {
                reached.complete(null);
                goOn.join();
                super.createDirectories(directory);
            }
        };
        Replicas opening =
                new Replicas(ReplicaHome.alone("n", slow, promises, FlushMode.BATCH, CLOCK, Runnable::run), DATA);
        CompletableFuture<Replica> opened = CompletableFuture.supplyAsync(
                () -> opening.open("p", LogSettings.DEFAULTS), task -> new Thread(task, "open").start());
        reached.get(30, TimeUnit.SECONDS);
        Thread closer = new Thread(opening::close, "close");
        closer.start();
        await().until(() -> closer.getState() == Thread.State.WAITING);
        assertThat(opened).isNotDone();
        goOn.complete(null);
        closer.join(30_000);
        assertThat(closer.isAlive()).isFalse();
        assertThat(opened).succeedsWithin(Duration.ofSeconds(30));
        assertThat(code(() -> opened.join().ensureOpen())).isEqualTo(ErrorCode.CLOSED);
        assertThat(code(() -> opening.open("p", LogSettings.DEFAULTS))).isEqualTo(ErrorCode.CLOSED);
        assertThat(lead(open("p")).log().endOffset()).isZero();
    }

    @Test
    void whoClosesWaitsForADeletionUnderWayAndNothingIsMadeOrDeletedLater() throws Exception {
        filled("p");
        filled("q");
        replicas.close();
        CompletableFuture<Void> reached = new CompletableFuture<>();
        CompletableFuture<Void> goOn = new CompletableFuture<>();
        replicas = on(new ForwardingFileStore(disk) {
            @Override
            public void moveDirectory(Path from, Path to) throws IOException {
                reached.complete(null);
                goOn.join();
                super.moveDirectory(from, to);
            }
        });
        CompletableFuture<Void> deleted =
                CompletableFuture.runAsync(() -> replicas.delete("p"), task -> new Thread(task, "delete").start());
        reached.get(30, TimeUnit.SECONDS);
        Thread closer = new Thread(replicas::close, "close");
        closer.start();
        await().until(() -> closer.getState() == Thread.State.WAITING);
        goOn.complete(null);
        closer.join(30_000);
        assertThat(closer.isAlive()).isFalse();
        assertThat(deleted).succeedsWithin(Duration.ofSeconds(30));
        assertThat(code(() -> replicas.delete("q"))).isEqualTo(ErrorCode.CLOSED);
        assertThat(code(() -> replicas.remove("q"))).isEqualTo(ErrorCode.CLOSED);
        assertThat(code(() -> replicas.quarantine("q", QUARANTINE))).isEqualTo(ErrorCode.CLOSED);
        assertThat(code(() -> replicas.createBlank("r", QUARANTINE))).isEqualTo(ErrorCode.CLOSED);
        assertThat(code(() -> replicas.create("r", new ReplicaId("n", "1"), Voters.NONE)))
                .isEqualTo(ErrorCode.CLOSED);
        assertThat(replicas.names()).containsExactly("q");
    }
}
