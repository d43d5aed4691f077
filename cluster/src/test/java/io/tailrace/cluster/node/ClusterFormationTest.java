package io.tailrace.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.formation.Membership;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.log.CheckedFile;
import io.tailrace.engine.log.DiskFileStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real nodes, several in one JVM, over real connections. */
class ClusterFormationTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir
    Path data;

    private static ErrorCode refusal(ThrowingCallable start) {
        Throwable failure = catchThrowable(start);
        assertThat(failure).as("refused").isNotNull();
        assertThat(failure.getMessage()).doesNotContain("\n");
        return Failures.named(failure).code();
    }

    private static Config with(Config config, String more) {
        return ConfigFactory.parseString(more).withFallback(config);
    }

    private static NodeFile fileIn(Path directory) throws IOException {
        NodeFile file = NodeFile.read(new DiskFileStore(), directory.resolve("tailrace.node"));
        assertThat(file).isNotNull();
        return file;
    }

    private static void createTopic(Tailrace node, String name) {
        node.topics()
                .create(NewTopic.of(name, 2))
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    @Test
    void threeBlankSeedsFoundOneClusterThatComesUpAgainWithoutOneOfThem() throws IOException {
        try (LocalCluster cluster = new LocalCluster(data, 3)) {
            List<Tailrace> nodes = cluster.startAll(cluster.seed(0), cluster.seed(1), cluster.seed(2));
            Membership founded = fileIn(cluster.directoryOf("n0")).membership();
            assertThat(founded.state()).isEqualTo(Membership.State.MEMBER);
            assertThat(founded.founders()).extracting(founder -> founder.name()).containsExactly("n0", "n1", "n2");
            for (String name : List.of("n1", "n2")) {
                assertThat(fileIn(cluster.directoryOf(name)).membership()).isEqualTo(founded);
            }
            await().atMost(PATIENCE).until(() -> nodes.get(0).ready());
            createTopic(nodes.get(0), "t");
            await().atMost(PATIENCE).until(() -> nodes.get(1).ready());
            assertThat(nodes.get(1).topics().list().toCompletableFuture().join())
                    .hasSize(1);
            cluster.stopAll();

            Tailrace again = cluster.startAll(cluster.seed(0), cluster.seed(2)).get(0);
            assertThat(again.topics().list().toCompletableFuture().join()).hasSize(1);
            cluster.start(cluster.seed(1));
            Tailrace fourth = cluster.start(cluster.node("late", 0));
            await().atMost(PATIENCE).until(fourth::ready);
            assertThat(fileIn(cluster.directoryOf("late")).membership()).isEqualTo(founded);
            strangersAreRefused(cluster);
        }
    }

    private void strangersAreRefused(LocalCluster cluster) throws IOException {
        assertThat(refusal(() -> cluster.start(with(cluster.node("other", 0), "tailrace.node-name = n1"))))
                .isEqualTo(ErrorCode.NODE_NAME_TAKEN);
        Tailrace.start(ConfigFactory.parseMap(
                        Map.of("tailrace.data-dir", data.resolve("stranger").toString())))
                .close();
        assertThat(refusal(() -> cluster.start(cluster.node("stranger", 0)))).isEqualTo(ErrorCode.FOREIGN_CLUSTER);
        Files.createDirectories(cluster.directoryOf("copy"));
        for (String file : List.of("tailrace.node", "promises-0", "promises-1")) {
            Path original = cluster.directoryOf("n2").resolve(file);
            if (Files.exists(original)) {
                Files.copy(original, cluster.directoryOf("copy").resolve(file));
            }
        }
        assertThat(refusal(() -> cluster.start(cluster.node("copy", 0)))).isEqualTo(ErrorCode.DUPLICATE_NODE_ID);
    }

    @Test
    void tooFewFoundNothingAndStayBlank() throws IOException {
        try (LocalCluster cluster = new LocalCluster(data, 3)) {
            Config hasty = with(cluster.seed(0), "tailrace.cluster.formation-timeout = 2s");
            assertThat(refusal(() -> cluster.start(hasty))).isEqualTo(ErrorCode.CLUSTER_NOT_FORMED);
            assertThat(fileIn(cluster.directoryOf("n0")).membership()).isEqualTo(Membership.blank());
        }
    }

    @Test
    void nodeWhoseClusterHasLostTheMajorityOfItsFoundersStops() {
        try (LocalCluster cluster = new LocalCluster(data, 3)) {
            List<Tailrace> nodes = cluster.startAll(cluster.seed(0), cluster.seed(1), cluster.seed(2));
            nodes.get(1).close();
            nodes.get(2).close();
            await().atMost(PATIENCE).until(() -> nodes.get(0)
                    .system()
                    .getWhenTerminated()
                    .toCompletableFuture()
                    .isDone());
        }
    }

    @Test
    void directoryOfVersion2IsThatOfAClusterOfOne() throws IOException {
        ByteBuffer old = ByteBuffer.allocate(16).putLong(1).putLong(2).flip();
        CheckedFile.write(new DiskFileStore(), data.resolve("tailrace.node"), 0x54524449, 2, old);
        Tailrace.start(data).close();
        NodeFile upgraded = fileIn(data);
        assertThat(upgraded.version()).isEqualTo(NodeFile.VERSION);
        assertThat(upgraded.nodeId()).isEqualTo(new UUID(1, 2));
        assertThat(upgraded.membership().founders().get(0).nodeId()).isEqualTo(new UUID(1, 2));
        Tailrace.start(data).close();
        assertThat(fileIn(data)).isEqualTo(upgraded);
    }

    @Test
    void nodeWithoutStorageIsNeitherAloneNorASeed() {
        String roles = "tailrace.cluster.roles = []";
        assertThat(refusal(() -> Tailrace.start(ConfigFactory.parseString(roles))))
                .isEqualTo(ErrorCode.INVALID_SETTING);
        try (LocalCluster cluster = new LocalCluster(data, 1)) {
            assertThat(refusal(() -> cluster.start(with(cluster.seed(0), roles))))
                    .isEqualTo(ErrorCode.INVALID_SETTING);
        }
    }
}
