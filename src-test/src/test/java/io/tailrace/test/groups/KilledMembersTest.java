package io.tailrace.test.groups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.test.groups.MemberProcess.Deed;
import io.tailrace.test.torture.Network;
import io.tailrace.test.torture.NodeGroup;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Consumers in processes of their own are killed: nothing is skipped, and only what had not been committed is done again. */
class KilledMembersTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int PARTITIONS = 6;
    private static final int MEMBERS = 2;
    private static final int RATE = 500;
    private static final String TOPIC = "numbers";

    @TempDir
    Path data;

    @Test
    void nothingIsSkippedAndOnlyWhatWasNotCommittedIsDoneAgain() throws Exception {
        run(2, 1);
    }

    @Test
    @Tag("full")
    void aHundredTimes() throws Exception {
        run(100, 2);
    }

    private void run(int kills, long seed) throws Exception {
        Random random = new Random(seed);
        Tally tally = new Tally();
        List<MemberProcess> all = new ArrayList<>();
        NodeGroup nodes = new NodeGroup(data, 1, Network.loopback());
        // Whatever takes seconds to start does so at the same time.
        CompletableFuture<Tailrace> application =
                CompletableFuture.supplyAsync(() -> application(nodes), task -> new Thread(task, "start").start());
        try {
            nodes.start();
            nodes.createTopic(TOPIC, PARTITIONS);
            long sent;
            List<MemberProcess> members = new ArrayList<>();
            fill(members, all, nodes, tally);
            try (Tailrace node = application.join();
                    Numbers numbers = new Numbers(node, TOPIC, PARTITIONS, RATE)) {
                for (int kill = 0; kill < kills; kill++) {
                    fill(members, all, nodes, tally);
                    await().atMost(PATIENCE).until(() -> members.stream().allMatch(MemberProcess::hasCommitted));
                    long more = tally.different() + random.nextInt(RATE);
                    await().atMost(PATIENCE).until(() -> tally.different() >= more);
                    members.remove(random.nextInt(MEMBERS)).kill();
                }
                sent = numbers.stop();
                await().atMost(PATIENCE).untilAsserted(() -> assertThat(tally.missing(sent))
                        .as("not done of %s", sent)
                        .isEmpty());
            }
            for (MemberProcess member : members) {
                member.stop();
            }
            assertThat(committedAndDoneAgain(all)).isEmpty();
            System.out.println(kills + " members killed; " + sent + " records, " + tally.repeated() + " done again");
        } finally {
            for (MemberProcess member : all) {
                member.kill();
            }
            nodes.kill();
            if (application.isDone() && !application.isCompletedExceptionally()) {
                application.join().close();
            }
        }
    }

    private void fill(List<MemberProcess> members, List<MemberProcess> all, NodeGroup nodes, Tally tally)
            throws IOException {
        while (members.size() < MEMBERS) {
            MemberProcess member = new MemberProcess(data, "g", "member-" + all.size(), TOPIC, nodes.seeds(), tally);
            all.add(member);
            members.add(member);
        }
    }

    private Tailrace application(NodeGroup nodes) {
        return Tailrace.start(ConfigFactory.parseMap(Map.of(
                "tailrace.data-dir",
                data.resolve("application").toString(),
                "tailrace.node-name",
                "application",
                "tailrace.cluster.roles",
                List.of(),
                "tailrace.cluster.seeds",
                nodes.seeds())));
    }

    /** What one member did although another had been told before that it was committed. */
    private static List<Deed> committedAndDoneAgain(List<MemberProcess> members) {
        List<Deed> wrong = new ArrayList<>();
        for (MemberProcess member : members) {
            List<Deed> others = members.stream()
                    .filter(other -> other != member)
                    .flatMap(other -> other.committed().stream())
                    .sorted(Comparator.comparingLong(Deed::atMillis))
                    .toList();
            long[] committed = new long[PARTITIONS];
            int known = 0;
            for (Deed deed : member.done()) {
                for (; known < others.size() && others.get(known).atMillis() < deed.atMillis(); known++) {
                    Deed commit = others.get(known);
                    committed[commit.partition()] = Math.max(committed[commit.partition()], commit.offset());
                }
                if (deed.offset() < committed[deed.partition()]) {
                    wrong.add(deed);
                }
            }
        }
        return wrong;
    }
}
