package io.tailrace.engine.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.journal.ReplicaSnapshots;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.Retention;
import io.tailrace.engine.log.SimulatedFileStore;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.TimestampType;
import io.tailrace.engine.replication.FlushMode;
import io.tailrace.engine.replication.MemoryNetwork;
import io.tailrace.engine.replication.PromiseJournal;
import io.tailrace.engine.replication.ReplicaHome;
import io.tailrace.engine.replication.ReplicaListener;
import io.tailrace.engine.replication.Replicas;
import io.tailrace.engine.replication.quorum.ReplicaId;
import io.tailrace.engine.replication.quorum.Voters;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One partition with a replica on each of three nodes, and its actor wherever the test starts it. */
class PartitionPeersTest {
    private static final Path DATA = Path.of("/data");
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final PartitionId ID = new PartitionId(new UUID(3, 4), 0);
    private static final Voters VOTERS = new Voters(
            Stream.of("a", "b", "c")
                    .map(node -> new ReplicaId(node, "r-" + node))
                    .toList(),
            0);

    private final ExecutorService carrier = Executors.newSingleThreadExecutor();
    private final MemoryNetwork network = new MemoryNetwork(carrier);
    private final List<Node> nodes = new ArrayList<>();

    private final class Node {
        final ActorTestKit kit = ActorTestKit.create();
        final TestProbe<Partition.AppendReply> replies = kit.createTestProbe(Partition.AppendReply.class);
        final PromiseJournal promises;
        final SimulatedFileStore disk;
        final String id;
        Replicas replicas;
        PartitionEnvironment environment;

        Node(String id) {
            this.id = id;
            this.disk = new SimulatedFileStore(id.hashCode());
            this.promises = PromiseJournal.open(disk, DATA, true, 2048);
            openReplicas();
            if (id.equals("d")) {
                replicas.createBlank(ID.text(), Path.of("/quarantine"));
            } else {
                replicas.create(ID.text(), new ReplicaId(id, "r-" + id), VOTERS);
            }
            replicas.open(ID.text(), LogSettings.DEFAULTS);
        }

        private void openReplicas() {
            var io = kit.system().dispatchers().lookup(DispatcherSelector.fromConfig("tailrace.io-dispatcher"));
            this.replicas = new Replicas(
                    new ReplicaHome(
                            id,
                            disk,
                            promises,
                            FlushMode.BATCH,
                            "boot",
                            InstantSource.system(),
                            io,
                            network,
                            directory -> new ReplicaSnapshots(disk, directory, 1000),
                            ReplicaListener.NONE),
                    DATA);
            this.environment = new PartitionEnvironment(
                    replicas,
                    asked -> CompletableFuture.completedStage(new PartitionSettings(
                            100_000, TimestampType.CREATE_TIME, LogSettings.DEFAULTS, Retention.NONE, 3)),
                    disk,
                    new DiskSpace(disk, DATA, 0, System::nanoTime),
                    io,
                    InstantSource.system(),
                    new PartitionEnvironment.Limits(400_000, 200_000, 10, 1000, 200_000, Duration.ofHours(1)));
        }

        /** It starts again, and of this replica nothing is there. */
        void loseReplica() throws IOException {
            replicas.close();
            disk.deleteDirectory(DATA.resolve(ID.text()));
            openReplicas();
        }

        ActorRef<Partition.Command> start() {
            return kit.spawn(Partition.create(ID, environment));
        }

        Partition.Located whoLeads(ActorRef<Partition.Command> partition) {
            TestProbe<Partition.Located> answer = kit.createTestProbe(Partition.Located.class);
            partition.tell(new Partition.Locate(ID, answer.ref()));
            return answer.receiveMessage(SOON);
        }

        Partition.AppendReply append(ActorRef<Partition.Command> partition, RecordBatch batch) {
            partition.tell(new Partition.Append(ID, batch, replies.ref()));
            return replies.receiveMessage(SOON);
        }

        ReplicaId replica() {
            return replicas.find(ID.text()).orElseThrow().self();
        }

        Partition.VoterReply change(ActorRef<Partition.Command> partition, ReplicaId replica, boolean votes) {
            TestProbe<Partition.VoterReply> answer = kit.createTestProbe(Partition.VoterReply.class);
            partition.tell(new Partition.ChangeVoter(ID, replica, votes, answer.ref()));
            return answer.receiveMessage(SOON);
        }

        Partition.OffsetsReply offsets(ActorRef<Partition.Command> partition) {
            TestProbe<Partition.OffsetsReply> answer = kit.createTestProbe(Partition.OffsetsReply.class);
            partition.tell(new Partition.ListOffsets(ID, answer.ref()));
            return answer.receiveMessage(SOON);
        }

        void stop() {
            kit.shutdownTestKit();
            replicas.close();
            promises.close();
        }
    }

    @BeforeEach
    void start() {
        Stream.of("a", "b", "c").forEach(id -> nodes.add(new Node(id)));
    }

    @AfterEach
    void stop() {
        nodes.forEach(Node::stop);
        carrier.shutdown();
    }

    private static RecordBatch batch(int sequence) {
        return PartitionFixture.batch(7, sequence, "value " + sequence);
    }

    private static long offset(Partition.AppendReply reply) {
        assertThat(reply).isInstanceOf(Partition.Appended.class);
        return ((Partition.Appended) reply).baseOffset();
    }

    @Test
    void whoeverTakesOverKnowsWhatProducersHaveSent() {
        Node a = nodes.get(0);
        Node b = nodes.get(1);
        ActorRef<Partition.Command> first = a.start();
        assertThat(a.whoLeads(first)).isInstanceOfSatisfying(Partition.Leads.class, leads -> assertThat(leads.nodeId())
                .isEqualTo("a"));
        assertThat(offset(a.append(first, batch(0)))).isZero();
        assertThat(offset(a.append(first, batch(1)))).isEqualTo(1);
        network.cutOff("a");
        ActorRef<Partition.Command> second = b.start();
        assertThat(b.whoLeads(second)).isInstanceOf(Partition.Leads.class);
        // Sent again, since the answer might have got lost.
        assertThat(offset(b.append(second, batch(1)))).isEqualTo(1);
        // One offset is the barrier's.
        assertThat(offset(b.append(second, batch(2)))).isEqualTo(3);
        assertThat(b.offsets(second)).isEqualTo(new Partition.Offsets(0, 4));
    }

    @Test
    void aVoterIsReplacedWhileBatchesAreAppended() {
        Node a = nodes.get(0);
        Node d = new Node("d");
        nodes.add(d);
        ActorRef<Partition.Command> leader = a.start();
        a.whoLeads(leader);
        assertThat(offset(a.append(leader, batch(0)))).isZero();
        TestProbe<Partition.VoterReply> changes = a.kit.createTestProbe(Partition.VoterReply.class);
        int sent = 1;
        for (boolean votes : new boolean[] {true, false}) {
            ReplicaId changed = votes ? d.replica() : nodes.get(2).replica();
            leader.tell(new Partition.ChangeVoter(ID, changed, votes, changes.ref()));
            for (int more = 0; more < 100; more++) {
                leader.tell(new Partition.Append(ID, batch(sent++), a.replies.ref()));
            }
            assertThat(changes.receiveMessage(SOON)).isEqualTo(new Partition.VoterChanged(changed, votes));
        }
        long last = 0;
        for (int reply = 1; reply < sent; reply++) {
            long offset = offset(a.replies.receiveMessage(SOON));
            assertThat(offset).isGreaterThan(last);
            last = offset;
        }
        // With the two entries that say who votes.
        assertThat(last).isEqualTo(sent + 1);
        network.cutOff("b");
        assertThat(offset(a.append(leader, batch(sent)))).isEqualTo(last + 1);
    }

    @Test
    void aChangeThatMakesNoSenseIsRefusedAndAppendsGoOn() {
        Node a = nodes.get(0);
        ActorRef<Partition.Command> leader = a.start();
        a.whoLeads(leader);
        assertThat(a.change(leader, nodes.get(1).replica(), true))
                .isInstanceOfSatisfying(Partition.Refused.class, refused -> assertThat(refused.code())
                        .isEqualTo(ErrorCode.INVALID_ARGUMENT));
        assertThat(a.change(leader, new ReplicaId("x", "nobody"), false)).isInstanceOf(Partition.Refused.class);
        assertThat(offset(a.append(leader, batch(0)))).isZero();
    }

    @Test
    void whoFindsItsReplicaLostTellsToAskAgainSinceAnotherIsToLead() throws IOException {
        Node a = nodes.get(0);
        ActorRef<Partition.Command> leader = a.start();
        a.whoLeads(leader);
        assertThat(offset(a.append(leader, batch(0)))).isZero();
        a.kit.stop(leader);
        a.loseReplica();
        assertThat(a.whoLeads(a.start()))
                .isInstanceOfSatisfying(Partition.Unavailable.class, answer -> assertThat(answer.code())
                        .isEqualTo(ErrorCode.PARTITION_UNAVAILABLE));
    }

    @Test
    void whoHasBeenSucceededAcknowledgesNothingAndLeavesTheSuccessorAlone() {
        Node a = nodes.get(0);
        Node b = nodes.get(1);
        ActorRef<Partition.Command> first = a.start();
        a.whoLeads(first);
        assertThat(offset(a.append(first, batch(0)))).isZero();
        ActorRef<Partition.Command> second = b.start();
        Partition.Leads leads = (Partition.Leads) b.whoLeads(second);
        assertThat(a.append(first, batch(1)))
                .isInstanceOfSatisfying(Partition.Refused.class, refused -> assertThat(refused.code())
                        .isIn(ErrorCode.OUTCOME_UNKNOWN, ErrorCode.PARTITION_UNAVAILABLE, ErrorCode.FENCED));
        assertThat(a.whoLeads(first)).isInstanceOf(Partition.Unavailable.class);
        assertThat(offset(b.append(second, batch(1)))).isEqualTo(2);
        assertThat(((Partition.Leads) b.whoLeads(second)).epoch()).isEqualTo(leads.epoch());
    }

    @Test
    void aSideWithoutAQuorumAcknowledgesNothingAndGoesOnWhenItIsHealed() {
        Node a = nodes.get(0);
        ActorRef<Partition.Command> partition = a.start();
        a.whoLeads(partition);
        assertThat(offset(a.append(partition, batch(0)))).isZero();
        network.cutOff("b");
        network.cutOff("c");
        assertThat(a.append(partition, batch(1))).isInstanceOf(Partition.Refused.class);
        network.heal();
        Partition.Located located = a.whoLeads(partition);
        while (!(located instanceof Partition.Leads)) {
            located = a.whoLeads(partition);
        }
        long again = offset(a.append(partition, batch(1)));
        assertThat(again).isBetween(1L, 3L);
        assertThat(offset(a.append(partition, batch(2)))).isGreaterThan(again);
    }

    /** Nobody writes, so no failed persist tells the actor. */
    @Test
    void whoLostItsQuorumWhileNothingHappenedLeadsAgainByItself() {
        Node a = nodes.get(0);
        ActorRef<Partition.Command> partition = a.start();
        int epoch = ((Partition.Leads) a.whoLeads(partition)).epoch();
        network.cutOff("b");
        network.cutOff("c");
        await().atMost(SOON)
                .until(() -> !a.replicas.find(ID.text()).orElseThrow().isLeading());
        network.heal();
        await().atMost(SOON)
                .until(() -> a.whoLeads(partition) instanceof Partition.Leads leads && leads.epoch() > epoch);
        assertThat(a.offsets(partition)).isInstanceOf(Partition.Offsets.class);
    }
}
