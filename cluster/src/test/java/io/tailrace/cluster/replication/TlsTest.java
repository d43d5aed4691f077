package io.tailrace.cluster.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.link.Dropped;
import io.tailrace.cluster.link.LinkTls;
import io.tailrace.cluster.link.TestCertificates;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.replication.quorum.Message;
import io.tailrace.engine.replication.quorum.ReplicaId;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {
    private static final PartitionId LOG = new PartitionId(new UUID(1, 1), 0);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static TestCertificates certificates;

    private final Map<String, InetSocketAddress> addresses = new ConcurrentHashMap<>();
    private final List<Message> received = Collections.synchronizedList(new ArrayList<>());
    private LinkedNode a;
    private LinkedNode b;

    @BeforeAll
    static void generate(@TempDir Path directory) {
        certificates = new TestCertificates(directory);
    }

    @BeforeEach
    void start() {
        a = new LinkedNode("a", addresses, LinkedNode.settings(""));
        b = new LinkedNode("b", addresses, LinkedNode.settings(""));
        b.with(tls(b, certificates.ofNode()));
        b.replicas().register(LOG, new ReplicaId("b", "r"), (from, message, done) -> {
            received.add(message);
            done.run();
        });
    }

    @AfterEach
    void close() {
        a.close();
        b.close();
    }

    private static LinkTls tls(LinkedNode node, Config files) {
        return LinkTls.of(node.system(), files);
    }

    private void send(Message message) {
        a.replicas().send(LOG, new ReplicaId("a", "r"), new ReplicaId("b", "r"), message);
    }

    @Test
    void nodesWithCertificatesOfTheCaTalkToEachOther() {
        a.with(tls(a, certificates.ofNode()));
        MessageFixtures.ALL.forEach(this::send);
        await().atMost(PATIENCE).until(() -> received.size() == MessageFixtures.ALL.size());
    }

    @Test
    void whoHasNoCertificateOfTheCaIsRefused() {
        a.with(tls(a, certificates.ofStranger()));
        send(MessageFixtures.append(1));
        await().atMost(PATIENCE).until(() -> a.counters().dropped(Dropped.SESSION_LOST) == 1);
        assertThat(received).isEmpty();
        assertThat(b.counters().sessions()).isZero();
    }

    @Test
    void whoSpeaksPlainlyIsRefused() {
        send(MessageFixtures.append(1));
        await().atMost(PATIENCE).until(() -> a.counters().dropped(Dropped.SESSION_LOST) == 1);
        assertThat(received).isEmpty();
        assertThat(b.counters().sessions()).isZero();
    }

    @Test
    void aFileThatHoldsSomethingElseIsRefusedAtTheStart() {
        Config wrong = certificates
                .ofNode()
                .withValue("key-file", certificates.ofNode().getValue("cert-file"));
        assertThatThrownBy(() -> tls(a, wrong))
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SETTING));
    }

    @Test
    void aFileThatIsMissingIsNamedAtTheStart() {
        Config wrong =
                ConfigFactory.parseString("key-file = \"/nowhere/x.key\"").withFallback(certificates.ofNode());
        assertThatThrownBy(() -> tls(a, wrong))
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SETTING))
                .hasMessageContaining("/nowhere/x.key");
    }
}
