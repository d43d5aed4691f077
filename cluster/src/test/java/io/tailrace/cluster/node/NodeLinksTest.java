package io.tailrace.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.formation.ClusterNode;
import io.tailrace.cluster.formation.Members;
import io.tailrace.cluster.formation.NodeRoles;
import io.tailrace.cluster.link.TestCertificates;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatchBuilder;
import io.tailrace.engine.replication.quorum.Message;
import io.tailrace.engine.replication.quorum.ReplicaId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.apache.pekko.cluster.Cluster;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real nodes, and what they have for carrying batches. */
class NodeLinksTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final PartitionId LOG = new PartitionId(new UUID(1, 1), 0);

    /** The first byte of a message of TLS in which the two sides get to know each other. */
    private static final int HANDSHAKE = 22;

    private static TestCertificates certificates;

    @TempDir
    Path data;

    @BeforeAll
    static void generate(@TempDir Path directory) {
        certificates = new TestCertificates(directory);
    }

    /** With TLS between nodes. */
    private static Config seed(LocalCluster cluster, int number) {
        return certificates
                .ofNode()
                .atPath("tailrace.link.tls")
                .withValue("tailrace.link.tls.enabled", ConfigValueFactory.fromAnyRef(true))
                .withFallback(cluster.seed(number));
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(40, TimeUnit.SECONDS).join();
    }

    private static NodeLinks linksOf(Tailrace node) {
        return ((Node) LocalCluster.present(node)).links().orElseThrow();
    }

    private static Members membersOf(Tailrace node) {
        return ((Node) LocalCluster.present(node)).members();
    }

    private static ReplicaId replicaOn(Tailrace node) {
        return new ReplicaId(membersOf(node).self().nodeId(), "r-" + node.nodeName());
    }

    /** Says it again until it has arrived, as replicas do. */
    private static void says(Tailrace from, Tailrace to) {
        CompletableFuture<ReplicaId> heard = new CompletableFuture<>();
        var entered = linksOf(to).replicas().register(LOG, replicaOn(to), (sender, message, done) -> {
            heard.complete(sender);
            done.run();
        });
        try (entered) {
            await().atMost(PATIENCE).until(() -> {
                Message question = new Message.PreVoteRequest(1, UUID.randomUUID());
                linksOf(from).replicas().send(LOG, replicaOn(from), replicaOn(to), question);
                return heard.isDone();
            });
            assertThat(heard).isCompletedWithValue(replicaOn(from));
        }
    }

    @Test
    void membersCarryWhatReplicasAndReadersSay() {
        try (LocalCluster cluster = new LocalCluster(data, 3)) {
            List<Tailrace> nodes = cluster.startAll(seed(cluster, 0), seed(cluster, 1), seed(cluster, 2));
            Tailrace host = nodes.get(0);
            Tailrace guest = nodes.get(1);
            await().atMost(PATIENCE)
                    .until(() -> membersOf(host).storage().size() == 3
                            && membersOf(guest).storage().size() == 3);
            assertThat(membersOf(host).nodes()).isEqualTo(membersOf(guest).nodes());
            assertThat(membersOf(host).nodes()).extracting(ClusterNode::name).containsExactly("n0", "n1", "n2");
            assertThat(membersOf(host).at(Cluster.get(guest.system()).selfAddress()))
                    .contains(membersOf(guest).self());
            says(host, guest);
            says(guest, host);
            readsFromAfar(host, guest);
        }
    }

    @Test
    void theyDoAlsoAfterOneHasComeBack() {
        try (LocalCluster cluster = new LocalCluster(data, 3)) {
            List<Tailrace> nodes = cluster.startAll(seed(cluster, 0), seed(cluster, 1), seed(cluster, 2));
            Tailrace host = nodes.get(0);
            Tailrace guest = nodes.get(1);
            says(host, guest);
            guest.close();
            await().atMost(PATIENCE).until(() -> membersOf(host)
                    .find(membersOf(guest).self().nodeId())
                    .isEmpty());
            Tailrace again = cluster.start(seed(cluster, 1));
            await().atMost(PATIENCE)
                    .until(() -> membersOf(host).alive(membersOf(again).self().nodeId()));
            says(host, again);
        }
    }

    /** Somebody who knows where a node listens as a member, and has no certificate. */
    @Test
    void whoShowsNoCertificateIsNoMember() throws Exception {
        try (LocalCluster cluster = new LocalCluster(data, 1)) {
            Tailrace node = cluster.start(seed(cluster, 0));
            int port = Cluster.get(node.system()).selfAddress().getPort().orElseThrow();
            try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port)) {
                plain.setSoTimeout((int) PATIENCE.toMillis());
                // What Artery sends first: a word, and which of its streams this is. It is no greeting of TLS.
                plain.getOutputStream().write(new byte[] {'A', 'K', 'K', 'A', 1});
                assertThat(answer(plain)).isNotEqualTo(HANDSHAKE);
            }
            SSLContext anybody = SSLContext.getInstance("TLSv1.3");
            anybody.init(null, new TrustManager[] {new TrustsAll()}, null);
            try (SSLSocket stranger =
                    (SSLSocket) anybody.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
                stranger.setSoTimeout((int) PATIENCE.toMillis());
                // In TLS 1.3 the client is through before the server has looked at its certificate: it is told by the
                // first read.
                assertThatThrownBy(() -> {
                            stranger.startHandshake();
                            stranger.getOutputStream().write(1);
                            stranger.getInputStream().read();
                        })
                        .isInstanceOf(SSLException.class);
            }
        }
    }

    /** The first byte; -1 if the connection is closed instead. */
    private static int answer(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read();
        } catch (SocketException e) {
            return -1;
        }
    }

    private static final class TrustsAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @Test
    void certificatesThatCannotBeUsedAreFoundAtOnce() {
        try (LocalCluster cluster = new LocalCluster(data, 1)) {
            Config wrong = ConfigFactory.parseMap(Map.of(
                            "tailrace.link.tls.cert-file", data.resolve("none").toString()))
                    .withFallback(seed(cluster, 0));
            assertThatThrownBy(() -> cluster.start(wrong))
                    .satisfies(failure ->
                            assertThat(Failures.named(failure).code()).isEqualTo(ErrorCode.INVALID_SETTING));
        }
    }

    private static void readsFromAfar(Tailrace host, Tailrace guest) {
        await().atMost(PATIENCE).until(host::ready);
        PartitionId partition = join(host.topics().create(NewTopic.of("t", 1))).partition(0);
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1000);
        builder.append(System.currentTimeMillis(), null, new byte[10]);
        join(host.partitions().append(partition, builder.build()));
        String hostId = membersOf(guest).nodes().get(0).nodeId();
        try (PartitionReader reader = linksOf(guest).readers().reader(hostId, partition)) {
            // A follower hears a moment later of what is committed.
            assertThat(join(reader.fetch(0, 1000)).highWatermark()).isEqualTo(1);
        }
        try (PartitionReader reader =
                linksOf(host).readers().reader(replicaOn(guest).nodeId(), new PartitionId(new UUID(1, 2), 0))) {
            assertThatThrownBy(() -> join(reader.offsets()))
                    .satisfies(failure ->
                            assertThat(Failures.named(failure).code()).isEqualTo(ErrorCode.PARTITION_UNAVAILABLE));
        }
    }

    @Test
    void nodeThatIsAloneHasNoLinksAndNoPortForThem() {
        try (Tailrace alone = Tailrace.start(data)) {
            assertThat(((Node) alone).links()).isEmpty();
            assertThat(membersOf(alone).nodes())
                    .containsExactly(membersOf(alone).self());
            assertThat(membersOf(alone).self().linkPort()).isZero();
            assertThat(Cluster.get(alone.system()).selfMember().getRoles())
                    .contains(NodeRoles.STORAGE)
                    .noneMatch(role -> role.startsWith("tailrace-link"));
        }
    }
}
