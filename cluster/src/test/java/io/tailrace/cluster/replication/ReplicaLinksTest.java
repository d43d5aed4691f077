package io.tailrace.cluster.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.link.Dropped;
import io.tailrace.cluster.link.Lane;
import io.tailrace.cluster.link.LinkSettings;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import io.tailrace.engine.replication.ReplicaNetwork;
import io.tailrace.engine.replication.quorum.Message;
import io.tailrace.engine.replication.quorum.Message.AppendRequest;
import io.tailrace.engine.replication.quorum.Message.PromiseRequest;
import io.tailrace.engine.replication.quorum.ReplicaId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReplicaLinksTest {
    private static final PartitionId LOG = new PartitionId(new UUID(1, 1), 0);
    private static final UUID INCARNATION = new UUID(3, 3);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Map<String, InetSocketAddress> addresses = new ConcurrentHashMap<>();
    private final List<LinkedNode> nodes = new ArrayList<>();

    @AfterEach
    void close() {
        nodes.forEach(LinkedNode::close);
    }

    private LinkedNode node(String name, String settings) {
        LinkSettings all = LinkedNode.settings(settings);
        LinkedNode node = new LinkedNode(name, addresses, all);
        nodes.add(node);
        return node;
    }

    private static ReplicaId replica(LinkedNode node) {
        return replica(node, 0);
    }

    private static ReplicaId replica(LinkedNode node, int number) {
        return new ReplicaId(node.name(), "r" + number);
    }

    /** Takes everything, and says at once that it has worked it off, unless it is paused. */
    private static final class Listener implements ReplicaNetwork.Receiver {
        final List<Message> messages = new CopyOnWriteArrayList<>();
        final List<ReplicaId> senders = new CopyOnWriteArrayList<>();
        final List<Runnable> held = new CopyOnWriteArrayList<>();
        volatile boolean holding;

        @Override
        public void received(ReplicaId from, Message message, Runnable done) {
            messages.add(message);
            senders.add(from);
            if (holding) {
                held.add(done);
            } else {
                done.run();
            }
        }
    }

    private static Message heartbeat(int number) {
        return new AppendRequest(7, INCARNATION, number, 0, -1, List.of(), 0, 0, 0, 0);
    }

    private static Message append(int number, RecordBatch batch) {
        return new AppendRequest(7, INCARNATION, number, 0, -1, List.of(batch), 0, 0, 0, 0);
    }

    private static long round(Message message) {
        return ((AppendRequest) message).round();
    }

    private static RecordBatch batchOf(int bytes) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, bytes + 200);
        builder.append(0, null, new byte[bytes]);
        return builder.build();
    }

    @Test
    void messagesArriveInTheirOrderAsTheyWere() {
        LinkedNode a = node("a", "");
        LinkedNode b = node("b", "");
        Listener listener = new Listener();
        b.replicas().register(LOG, replica(b), listener);
        for (Message message : MessageFixtures.ALL) {
            assertThat(a.replicas().send(LOG, replica(a), replica(b), message)).isNull();
        }
        for (int i = 0; i < 5_000; i++) {
            assertThat(a.replicas().send(LOG, replica(a), replica(b), heartbeat(i)))
                    .isNull();
        }
        await().atMost(PATIENCE).until(() -> listener.messages.size() == MessageFixtures.ALL.size() + 5_000);
        assertThat(listener.senders).containsOnly(replica(a));
        assertThat(listener.messages.stream()
                        .filter(message -> message instanceof AppendRequest beat
                                && beat.incarnation().equals(INCARNATION))
                        .map(ReplicaLinksTest::round))
                .isSorted()
                .hasSize(5_000);
    }

    @Test
    void batchesArriveInTheirOrder() {
        LinkedNode a = node("a", "queue-bytes = 256 MiB");
        LinkedNode b = node("b", "");
        Listener listener = new Listener();
        b.replicas().register(LOG, replica(b), listener);
        RecordBatch batch = batchOf(100_000);
        for (int i = 0; i < 1_000; i++) {
            assertThat(a.replicas().send(LOG, replica(a), replica(b), append(i, batch)))
                    .isNull();
        }
        await().atMost(PATIENCE).until(() -> listener.messages.size() == 1_000);
        assertThat(listener.messages.stream().map(ReplicaLinksTest::round)).isSorted();
        assertThat(listener.messages).allSatisfy(message -> assertThat(
                        ((AppendRequest) message).batches().get(0).bytes())
                .isEqualTo(batch.bytes()));
    }

    @Test
    void aReceiverThatWorksNothingOffBoundsWhatItsSenderHolds() {
        LinkedNode a = node("a", "queue-bytes = 1 MiB");
        LinkedNode b = node("b", "window-bytes = 2 MiB");
        Listener listener = new Listener();
        listener.holding = true;
        b.replicas().register(LOG, replica(b), listener);
        RecordBatch batch = batchOf(100_000);
        a.replicas().send(LOG, replica(a), replica(b), append(0, batch));
        await().atMost(PATIENCE).until(() -> !listener.messages.isEmpty());
        int sent = 1;
        for (int i = 1; i < 2_000; i++) {
            sent += a.replicas().send(LOG, replica(a), replica(b), append(i, batch)) == null ? 1 : 0;
        }
        assertThat(a.links().queuedBytes("b", Lane.LARGE)).isLessThanOrEqualTo(1 << 20);
        assertThat(a.counters().dropped(Dropped.QUEUE_FULL)).isEqualTo(2_000 - sent);
        assertThat(listener.messages.size() * 100_000L).isLessThanOrEqualTo(2 << 20);

        listener.holding = false;
        List.copyOf(listener.held).forEach(Runnable::run);
        int accepted = sent;
        await().atMost(PATIENCE).until(() -> listener.messages.size() == accepted);
    }

    @Test
    void aHeartbeatDoesNotWaitBehindBatchesThatNobodyTakes() {
        LinkedNode a = node("a", "");
        LinkedNode b = node("b", "window-bytes = 1 MiB");
        Listener slow = new Listener();
        slow.holding = true;
        b.replicas().register(LOG, replica(b), slow);
        RecordBatch batch = batchOf(500_000);
        for (int i = 0; i < 100; i++) {
            a.replicas().send(LOG, replica(a), replica(b), append(i, batch));
        }
        await().atMost(PATIENCE).until(() -> !slow.messages.isEmpty());
        a.replicas().send(LOG, replica(a), replica(b), new PromiseRequest(9, INCARNATION));
        await().atMost(PATIENCE).until(() -> slow.messages.contains(new PromiseRequest(9, INCARNATION)));
        assertThat(a.links().queuedBytes("b", Lane.LARGE)).isPositive();
    }

    @Test
    void aReplicaThatIsStuckDoesNotUseUpWhatOthersNeed() {
        LinkedNode a = node("a", "queue-bytes = 256 MiB");
        LinkedNode b = node("b", "window-bytes = 64 MiB");
        Listener stuck = new Listener();
        stuck.holding = true;
        Listener well = new Listener();
        b.replicas().register(LOG, replica(b, 1), stuck);
        b.replicas().register(LOG, replica(b, 2), well);
        RecordBatch batch = batchOf(1_000_000);
        for (int i = 0; i < 100; i++) {
            a.replicas().send(LOG, replica(a), replica(b, 1), append(i, batch));
            a.replicas().send(LOG, replica(a), replica(b, 2), append(i, batch));
        }
        await().atMost(PATIENCE).until(() -> well.messages.size() == 100);
        assertThat(stuck.messages).hasSizeLessThanOrEqualTo(16);
        assertThat(b.counters().dropped(Dropped.RECEIVER_FULL)).isEqualTo(100 - stuck.messages.size());
    }

    @Test
    void whatIsForNobodyIsDroppedAndCounted() throws Exception {
        LinkedNode a = node("a", "");
        LinkedNode b = node("b", "");
        Listener listener = new Listener();
        Registration entry = b.replicas().register(LOG, replica(b), listener);
        a.replicas().send(LOG, replica(a), replica(b, 7), heartbeat(1));
        a.replicas().send(new PartitionId(new UUID(1, 1), 1), replica(a), replica(b), heartbeat(2));
        a.replicas().send(LOG, replica(a), replica(b), heartbeat(3));
        await().atMost(PATIENCE).until(() -> listener.messages.size() == 1);
        assertThat(b.counters().dropped(Dropped.NO_RECEIVER)).isEqualTo(2);
        entry.close();
        a.replicas().send(LOG, replica(a), replica(b), heartbeat(4));
        await().atMost(PATIENCE).until(() -> b.counters().dropped(Dropped.NO_RECEIVER) == 3);
        assertThat(a.replicas().send(LOG, replica(a), new ReplicaId("nobody", "r"), heartbeat(5)))
                .isEqualTo(Dropped.UNKNOWN_NODE);
    }

    @Test
    void aReplicaThatLeavesGivesBackWhatItHeld() throws Exception {
        LinkedNode a = node("a", "queue-bytes = 256 MiB");
        LinkedNode b = node("b", "window-bytes = 1 MiB");
        Listener stuck = new Listener();
        stuck.holding = true;
        Listener next = new Listener();
        Registration entry = b.replicas().register(LOG, replica(b, 1), stuck);
        b.replicas().register(LOG, replica(b, 2), next);
        RecordBatch batch = batchOf(400_000);
        for (int i = 0; i < 5; i++) {
            a.replicas().send(LOG, replica(a), replica(b, 1), append(i, batch));
        }
        a.replicas().send(LOG, replica(a), replica(b, 2), append(9, batch));
        await().atMost(PATIENCE).until(() -> stuck.messages.size() == 2);
        entry.close();
        await().atMost(PATIENCE).until(() -> next.messages.size() == 1);
    }

    @Test
    void aPeerThatWasKilledIsFoundAgainAndWhatWaitedIsCounted() {
        LinkedNode a = node("a", "");
        LinkedNode b = node("b", "window-bytes = 1 MiB");
        Listener before = new Listener();
        before.holding = true;
        b.replicas().register(LOG, replica(b), before);
        RecordBatch batch = batchOf(1_000_000);
        for (int i = 0; i < 10; i++) {
            a.replicas().send(LOG, replica(a), replica(b), append(i, batch));
        }
        await().atMost(PATIENCE).until(() -> !before.messages.isEmpty());
        long waiting = a.links().queuedBytes("b", Lane.LARGE) / 1_000_000;
        assertThat(waiting).isPositive();

        b.restart();
        await().atMost(PATIENCE).until(() -> a.counters().dropped(Dropped.SESSION_LOST) >= waiting);
        assertThat(a.links().queuedBytes("b", Lane.LARGE)).isZero();
        Listener after = new Listener();
        b.replicas().register(LOG, replica(b), after);
        AtomicInteger round = new AtomicInteger(100);
        await().atMost(PATIENCE).until(() -> {
            a.replicas().send(LOG, replica(a), replica(b), append(round.incrementAndGet(), batch));
            return !after.messages.isEmpty();
        });
        assertThat(after.messages)
                .allSatisfy(message -> assertThat(round(message)).isGreaterThan(100));
    }

    @Test
    void whileNobodyAnswersNothingIsKept() {
        LinkedNode a = node("a", "min-backoff = 10s, max-backoff = 10s");
        addresses.put("b", new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
        ReplicaId gone = new ReplicaId("b", "r");
        a.replicas().send(LOG, replica(a), gone, heartbeat(1));
        await().atMost(PATIENCE).until(() -> a.counters().dropped(Dropped.SESSION_LOST) == 1);
        for (int i = 0; i < 1_000; i++) {
            assertThat(a.replicas().send(LOG, replica(a), gone, heartbeat(i))).isEqualTo(Dropped.NO_SESSION);
        }
        assertThat(a.links().queuedBytes("b", Lane.SMALL)).isZero();
    }

    @Test
    void aPeerThatIsStuckHoldsUpNobodyElse() {
        LinkedNode a = node("a", "");
        LinkedNode stuck = node("stuck", "window-bytes = 1 MiB");
        LinkedNode well = node("well", "");
        Listener holding = new Listener();
        holding.holding = true;
        Listener taking = new Listener();
        stuck.replicas().register(LOG, replica(stuck), holding);
        well.replicas().register(LOG, replica(well), taking);
        RecordBatch batch = batchOf(500_000);
        for (int i = 0; i < 200; i++) {
            a.replicas().send(LOG, replica(a), replica(stuck), append(i, batch));
            if (i % 10 == 0) {
                assertThat(a.replicas().send(LOG, replica(a), replica(well), append(i, batch)))
                        .isNull();
            }
        }
        await().atMost(PATIENCE).until(() -> taking.messages.size() == 20);
        assertThat(a.counters().dropped(Dropped.QUEUE_FULL)).isPositive();
    }

    @Test
    void aNodeOfAnotherClusterAndAnAddressOfAnotherNodeAreRefused() {
        LinkedNode a = node("a", "");
        LinkedNode other = node("other", "").with("other-cluster", Optional.empty());
        Listener listener = new Listener();
        other.replicas().register(LOG, replica(other), listener);
        a.replicas().send(LOG, replica(a), replica(other), heartbeat(1));
        await().atMost(PATIENCE).until(() -> other.counters().refusedSessions() == 1);

        LinkedNode b = node("b", "");
        addresses.put("moved", b.links().localAddress());
        a.replicas().send(LOG, replica(a), new ReplicaId("moved", "r"), heartbeat(1));
        await().atMost(PATIENCE).until(() -> b.counters().refusedSessions() == 1);
        await().atMost(PATIENCE).until(() -> a.counters().dropped(Dropped.SESSION_LOST) == 2);
        assertThat(listener.messages).isEmpty();
    }

    @Test
    void aMessageLargerThanAFrameIsNotSentAndTheLinkLives() {
        LinkedNode a = node("a", "max-frame-bytes = 1 MiB");
        LinkedNode narrow = node("narrow", "max-frame-bytes = 100 KiB");
        Listener listener = new Listener();
        narrow.replicas().register(LOG, replica(narrow), listener);
        assertThat(a.replicas().send(LOG, replica(a), replica(narrow), append(1, batchOf(2_000_000))))
                .isEqualTo(Dropped.TOO_LARGE);
        assertThat(a.replicas().send(LOG, replica(a), replica(narrow), append(2, batchOf(500_000))))
                .isNull();
        assertThat(a.replicas().send(LOG, replica(a), replica(narrow), append(3, batchOf(50_000))))
                .isNull();
        await().atMost(PATIENCE).until(() -> listener.messages.size() == 1);
        assertThat(round(listener.messages.get(0))).isEqualTo(3);
        assertThat(narrow.counters().dropped(Dropped.TOO_LARGE)).isEqualTo(1);
        assertThat(a.counters().dropped(Dropped.SESSION_LOST)).isZero();
    }

    @Test
    void aThousandReplicasShareOneLink() {
        LinkedNode a = node("a", "queue-bytes = 64 MiB");
        LinkedNode b = node("b", "");
        Map<ReplicaId, Listener> listeners = new HashMap<>();
        for (int i = 0; i < 1_000; i++) {
            Listener listener = new Listener();
            listeners.put(replica(b, i), listener);
            b.replicas().register(LOG, replica(b, i), listener);
        }
        assertThat(b.replicas().replicas()).isEqualTo(1_000);
        RecordBatch batch = batchOf(1_000);
        for (int round = 0; round < 10; round++) {
            for (int i = 0; i < 1_000; i++) {
                assertThat(a.replicas().send(LOG, replica(a, i), replica(b, i), heartbeat(round)))
                        .isNull();
                assertThat(a.replicas().send(LOG, replica(a, i), replica(b, i), append(round, batch)))
                        .isNull();
            }
        }
        await().atMost(PATIENCE)
                .until(() -> listeners.values().stream().allMatch(listener -> listener.messages.size() == 20));
        assertThat(b.counters().sessions()).isEqualTo(2);
        listeners.forEach(
                (id, listener) -> assertThat(listener.senders).containsOnly(new ReplicaId("a", id.replicaId())));
    }

    @Test
    void bytesThatAreNoFramesEndTheirConnectionOnly() throws Exception {
        LinkedNode a = node("a", "");
        LinkedNode b = node("b", "");
        Listener listener = new Listener();
        b.replicas().register(LOG, replica(b), listener);
        try (Socket stranger = new Socket(
                InetAddress.getLoopbackAddress(), b.links().localAddress().getPort())) {
            stranger.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            await().atMost(PATIENCE).until(() -> b.counters().dropped(Dropped.MALFORMED) == 1);
        }
        a.replicas().send(LOG, replica(a), replica(b), heartbeat(1));
        await().atMost(PATIENCE).until(() -> listener.messages.size() == 1);
    }

    @Test
    void theDefaultsAreUsable() {
        assertThat(LinkSettings.of(ConfigFactory.load().getConfig("tailrace.link"))
                        .maxFrameBytes())
                .isEqualTo(80 << 20);
    }
}
