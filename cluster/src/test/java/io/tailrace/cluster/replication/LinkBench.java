package io.tailrace.cluster.replication;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import io.tailrace.engine.replication.quorum.Message;
import io.tailrace.engine.replication.quorum.Message.AppendRequest;
import io.tailrace.engine.replication.quorum.ReplicaId;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Props;

/**
 * How fast batches and heartbeats go from one actor system to another over loopback, in one JVM: over links, plain and with TLS, and as
 * messages of Artery's large lane, with the same codec and the same number under way. Run by hand; {@code docs/performance.md} has the
 * command.
 */
public final class LinkBench {
    private static final PartitionId LOG = new PartitionId(new UUID(1, 1), 0);
    private static final UUID INCARNATION = new UUID(2, 2);
    private static final long SECONDS = Long.getLong("tailrace.bench.seconds", 5);
    /** Bytes under way, as a leader's window allows. */
    private static final int WINDOW_BYTES = 8 << 20;

    private final AtomicLong arrived = new AtomicLong();

    /** Gets one message on its way. */
    private interface Wire {
        void send(Message message);
    }

    /** Runs all. */
    public static void main(String[] arguments) throws Exception {
        for (int round = 1; round <= 2; round++) {
            System.out.println("round " + round);
            new LinkBench().links("link", false);
            new LinkBench().artery();
            new LinkBench().links("link, TLS", true);
        }
        System.exit(0);
    }

    private void links(String name, boolean tls) throws Exception {
        Map<String, InetSocketAddress> addresses = new ConcurrentHashMap<>();
        try (LinkedNode a = new LinkedNode("a", addresses, LinkedNode.settings(""));
                LinkedNode b = new LinkedNode("b", addresses, LinkedNode.settings(""))) {
            if (tls) {
                Path directory = Files.createTempDirectory("link-bench");
                Config files = new io.tailrace.cluster.link.TestCertificates(directory).ofNode();
                a.with(io.tailrace.cluster.link.LinkTls.of(a.system(), files));
                b.with(io.tailrace.cluster.link.LinkTls.of(b.system(), files));
            }
            ReplicaId from = new ReplicaId("a", "r");
            ReplicaId to = new ReplicaId("b", "r");
            Semaphore credit = new Semaphore(0);
            b.replicas().register(LOG, to, (sender, message, done) -> {
                done.run();
                arrived.incrementAndGet();
                credit.release();
            });
            measure(name, message -> a.replicas().send(LOG, from, to, message), credit);
        }
    }

    private void artery() throws Exception {
        Config config = ConfigFactory.parseString("""
                        pekko.actor {
                          provider = remote
                          serializers.message = "io.tailrace.cluster.replication.ArteryMessages"
                          serialization-bindings {
                            "io.tailrace.engine.replication.quorum.Message" = message
                          }
                        }
                        pekko.remote.artery {
                          transport = tcp
                          canonical { hostname = "127.0.0.1", port = 0 }
                          large-message-destinations = ["/user/large"]
                          advanced { maximum-frame-size = 1 MiB, maximum-large-frame-size = 4 MiB }
                        }
                        """).withFallback(ConfigFactory.load("local-system"));
        ActorSystem a = ActorSystem.create("a", config);
        ActorSystem b = ActorSystem.create("b", config);
        Semaphore credit = new Semaphore(0);
        Runnable count = () -> {
            arrived.incrementAndGet();
            credit.release();
        };
        b.actorOf(Props.create(Sink.class, () -> new Sink(count)), "large");
        b.actorOf(Props.create(Sink.class, () -> new Sink(count)), "small");
        String address = b.provider().getDefaultAddress().toString();
        ActorRef large = resolve(a, address + "/user/large");
        ActorRef small = resolve(a, address + "/user/small");
        measure(
                "Artery",
                message ->
                        (MessageFormat.payload(message).isEmpty() ? small : large).tell(message, ActorRef.noSender()),
                credit);
        a.terminate();
        b.terminate();
    }

    private static ActorRef resolve(ActorSystem system, String path) throws Exception {
        return system.actorSelection(path)
                .resolveOne(java.time.Duration.ofSeconds(10))
                .toCompletableFuture()
                .get();
    }

    private static final class Sink extends AbstractActor {
        private final Runnable count;

        Sink(Runnable count) {
            this.count = count;
        }

        @Override
        public Receive createReceive() {
            return receiveBuilder().matchAny(message -> count.run()).build();
        }
    }

    private void measure(String name, Wire wire, Semaphore credit) throws InterruptedException {
        for (int size : new int[] {64 << 10, 1 << 20}) {
            Message message = append(size);
            double rate = rate(wire, message, Math.max(2, WINDOW_BYTES / size), credit);
            System.out.printf("%-10s batches of %4d KiB  %6.0f MB/s%n", name, size >> 10, rate * size / 1e6);
        }
        double rate = rate(wire, new AppendRequest(7, INCARNATION, 1, 100, 6, List.of(), 90, 0, 0, 0), 10_000, credit);
        System.out.printf("%-10s heartbeats           %6.0f k/s%n", name, rate / 1e3);
    }

    /** Messages per second that arrive. */
    private double rate(Wire wire, Message message, int underWay, Semaphore credit) throws InterruptedException {
        credit.drainPermits();
        credit.release(underWay);
        double rate = 0;
        for (int part = 0; part < 2; part++) { // The first is the warm-up.
            long before = arrived.get();
            long start = System.nanoTime();
            while (System.nanoTime() - start < SECONDS * 1_000_000_000L) {
                if (credit.tryAcquire(1, java.util.concurrent.TimeUnit.SECONDS)) {
                    wire.send(message);
                }
            }
            rate = (arrived.get() - before) / ((System.nanoTime() - start) / 1e9);
        }
        if (!credit.tryAcquire(underWay, 10, java.util.concurrent.TimeUnit.SECONDS)) {
            System.out.println("some messages were lost");
        }
        return rate;
    }

    private static Message append(int bytes) {
        byte[] value = new byte[bytes];
        new Random(1).nextBytes(value);
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, bytes + 200);
        builder.append(0, null, value);
        RecordBatch batch = builder.build();
        return new AppendRequest(7, INCARNATION, 1, 100, 6, List.of(batch), 90, 0, 0, 0);
    }
}
