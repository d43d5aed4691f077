package io.tailrace.engine.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.journal.ReplicaSnapshots;
import io.tailrace.engine.log.LogReader;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.log.SimulatedFileStore;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import io.tailrace.engine.replication.quorum.ReplicaDisk;
import io.tailrace.engine.replication.quorum.ReplicaId;
import io.tailrace.engine.replication.quorum.Voters;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three replicas of one log as production runs them: real threads and timers; disks and network in memory. */
class ReplicaPeersTest {
    private static final Path DATA = Path.of("/data");
    private static final String LOG = "log";
    private static final List<String> NODES = List.of("a", "b", "c");
    private static final Voters VOTERS = new Voters(
            NODES.stream().map(node -> new ReplicaId(node, "r-" + node)).toList(), 0);

    private final ExecutorService carrier = Executors.newSingleThreadExecutor();
    private final ExecutorService io = Executors.newFixedThreadPool(4);
    private final MemoryNetwork network = new MemoryNetwork(carrier);
    private final List<Node> nodes = new ArrayList<>();

    private final class Node {
        final String id;
        final SimulatedFileStore disk;
        PromiseJournal promises;
        Replicas replicas;

        Node(String id) {
            this.id = id;
            this.disk = new SimulatedFileStore(id.hashCode());
            start();
        }

        void start() {
            promises = PromiseJournal.open(disk, DATA, true, 2048);
            replicas = new Replicas(
                    new ReplicaHome(
                            id,
                            disk,
                            promises,
                            FlushMode.BATCH,
                            "boot",
                            InstantSource.system(),
                            io,
                            network,
                            directory -> new ReplicaSnapshots(disk, directory, 10),
                            ReplicaListener.NONE),
                    DATA);
            replicas.create(LOG, new ReplicaId(id, "r-" + id), VOTERS);
            replica();
        }

        Replica replica() {
            return replicas.open(LOG, LogSettings.DEFAULTS);
        }

        void stop() {
            replicas.close();
            promises.close();
        }

        long highWatermark() {
            return replica().highWatermark().offset();
        }
    }

    @BeforeEach
    void start() {
        NODES.forEach(id -> nodes.add(new Node(id)));
    }

    @AfterEach
    void stop() throws InterruptedException {
        nodes.forEach(Node::stop);
        carrier.shutdown();
        io.shutdown();
        assertThat(io.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static ErrorCode failure(CompletionStage<?> stage) {
        return ((TailraceException) Failures.cause(catchThrowable(() -> get(stage)))).code();
    }

    private static List<PlacedBatch> batch(long offset, int epoch) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 10_000);
        builder.append(5, new byte[0], new byte[100]);
        return List.of(new PlacedBatch(builder.build(), offset, epoch, -1));
    }

    private static long append(Leadership leadership, int batches) throws Exception {
        for (int i = 0; i < batches; i++) {
            long end = leadership.log().endOffset();
            get(leadership.append(batch(end, leadership.epoch())));
        }
        return leadership.log().endOffset();
    }

    private static Leadership lead(Node node) throws Exception {
        return get(node.replica().lead(Nomination.TAKE_OVER));
    }

    private void awaitEverywhere(long highWatermark) {
        await().untilAsserted(() -> assertThat(nodes).allMatch(node -> node.highWatermark() == highWatermark));
    }

    /** All that is committed; a reader stops where a file ends. */
    private static ByteBuffer bytes(Node node) {
        ByteBuffer all = ByteBuffer.allocate(1 << 20);
        try (LogReader reader = node.replica().newReader()) {
            for (long next = 0; next < node.highWatermark(); ) {
                ByteBuffer some = reader.read(next, 1 << 16, node.highWatermark());
                for (RecordBatch batch : ReplicaDisk.checked(some.duplicate())) {
                    next = batch.nextOffset();
                }
                all.put(some);
            }
        }
        return all.flip();
    }

    @Test
    void whatIsAcknowledgedIsOnAllReplicasSoonAndTheSame() throws Exception {
        Leadership leadership = lead(nodes.get(0));
        long end = append(leadership, 20);
        awaitEverywhere(end);
        assertThat(bytes(nodes.get(1))).isEqualTo(bytes(nodes.get(0)));
        assertThat(bytes(nodes.get(2))).isEqualTo(bytes(nodes.get(0)));
        await().untilAsserted(() -> assertThat(network.underWay()).isZero());
    }

    @Test
    void anotherTakesOverWithAllThatWasAcknowledgedWhenTheLeaderIsGone() throws Exception {
        long end = append(lead(nodes.get(0)), 5);
        network.cutOff("a");
        Leadership second = lead(nodes.get(1));
        assertThat(nodes.get(1).highWatermark()).isGreaterThanOrEqualTo(end);
        long newEnd = append(second, 5);
        network.heal();
        awaitEverywhere(newEnd);
        assertThat(bytes(nodes.get(0))).isEqualTo(bytes(nodes.get(1)));
    }

    @Test
    void aLeaderThatHasBeenSucceededConfirmsNothingMore() throws Exception {
        Leadership first = lead(nodes.get(0));
        long end = append(first, 3);
        assertThat(get(first.committedOffset())).isEqualTo(end);
        lead(nodes.get(2));
        assertThat(failure(first.committedOffset())).isEqualTo(ErrorCode.FENCED);
        assertThat(failure(first.append(batch(end, first.epoch())))).isEqualTo(ErrorCode.FENCED);
    }

    @Test
    void aLeaderWithoutAQuorumAcknowledgesNothingAndStepsDown() throws Exception {
        Leadership first = lead(nodes.get(0));
        long end = append(first, 3);
        network.cutOff("b");
        network.cutOff("c");
        assertThat(failure(first.append(batch(end, first.epoch())))).isEqualTo(ErrorCode.FENCED);
        await().untilAsserted(
                        () -> assertThat(nodes.get(0).replica().isLeading()).isFalse());
        assertThat(nodes.get(0).highWatermark()).isEqualTo(end);
    }

    @Test
    void whoDefersLeavesALivingLeaderAlone() throws Exception {
        Leadership first = lead(nodes.get(0));
        append(first, 3);
        assertThat(failure(nodes.get(1).replica().lead(Nomination.DEFER))).isEqualTo(ErrorCode.FENCED);
        first.ensureLeading();
        append(first, 1);
    }

    @Test
    void aSecondNominationEndsTheFirstEvenWhileThatStillAsks() throws Exception {
        network.cutOff("b");
        network.cutOff("c");
        CompletionStage<Leadership> first = nodes.get(0).replica().lead(Nomination.TAKE_OVER);
        CompletionStage<Leadership> second = nodes.get(0).replica().lead(Nomination.TAKE_OVER);
        assertThat(failure(first)).isEqualTo(ErrorCode.FENCED);
        network.heal();
        assertThat(get(second).epoch()).isPositive();
    }

    @Test
    void aReplicaThatWasStoppedServesReadersAtOnceAndCatchesUp() throws Exception {
        Leadership first = lead(nodes.get(0));
        long end = append(first, 3);
        awaitEverywhere(end);
        Node stopped = nodes.get(2);
        stopped.replica().checkpoint();
        stopped.stop();
        long newEnd = append(first, 3);
        network.cutOff("c");
        stopped.start();
        assertThat(stopped.highWatermark()).isEqualTo(end);
        network.heal();
        awaitEverywhere(newEnd);
    }

    @Test
    void damageThatAReaderMeetsIsRepairedFromThePeers() throws Exception {
        Leadership first = lead(nodes.get(0));
        long end = append(first, 10);
        awaitEverywhere(end);
        Node damaged = nodes.get(2);
        Replica before = damaged.replica();
        damaged.disk.damage(DATA.resolve(LOG).resolve("00000000000000000000.log"), 300, 1);
        before.damaged(new TailraceException(ErrorCode.CORRUPT_LOG, "a bit has flipped"), 0);
        await().untilAsserted(() -> assertThat(damaged.replica()).isNotSameAs(before));
        awaitEverywhere(append(first, 1));
        assertThat(bytes(damaged)).isEqualTo(bytes(nodes.get(0)));
    }

    @Test
    void aReplicaIsMadeOnceAndNeverAnewAfterItWasLost() throws Exception {
        append(lead(nodes.get(0)), 1);
        Node node = nodes.get(0);
        ReplicaId self = new ReplicaId("a", "r-a");
        node.replicas.create(LOG, self, VOTERS);
        assertThat(code(() -> node.replicas.create(LOG, new ReplicaId("a", "other"), VOTERS)))
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
        node.stop();
        node.disk.deleteDirectory(DATA.resolve(LOG));
        assertThat(code(node::start)).isEqualTo(ErrorCode.CORRUPT_LOG);
    }

    @Test
    void whereNoQuorumIsSureOfItselfAnOperatorDecides() throws Exception {
        long end = append(lead(nodes.get(0)), 10);
        awaitEverywhere(end);
        NODES.forEach(network::cutOff);
        for (Node node : nodes) {
            Replica before = node.replica();
            node.disk.damage(DATA.resolve(LOG).resolve("00000000000000000000.log"), 300, 1);
            before.damaged(new TailraceException(ErrorCode.CORRUPT_LOG, "a bit has flipped"), 0);
            await().untilAsserted(() -> assertThat(node.replica()).isNotSameAs(before));
        }
        network.heal();
        for (Node node : nodes) {
            assertThat(get(node.replica().standing()).votes()).isFalse();
        }
        assertThat(failure(nodes.get(0).replica().lead(Nomination.AT_ANY_PRICE)))
                .isEqualTo(ErrorCode.PARTITION_UNAVAILABLE);
        for (Node node : nodes.subList(0, 2)) {
            Replica.Standing recovered = get(node.replica().recoverUncleanly());
            assertThat(recovered.votes()).isTrue();
            assertThat(recovered.position().endOffset()).isLessThan(end);
            assertThat(failure(node.replica().recoverUncleanly())).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        }
        awaitEverywhere(append(lead(nodes.get(1)), 1));
        await().untilAsserted(() ->
                assertThat(get(nodes.get(2).replica().standing()).votes()).isTrue());
    }

    private static ErrorCode code(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return ((TailraceException) catchThrowable(call)).code();
    }
}
