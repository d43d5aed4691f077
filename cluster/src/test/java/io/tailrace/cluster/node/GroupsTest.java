package io.tailrace.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicChange;
import io.tailrace.cluster.group.Assignor;
import io.tailrace.cluster.group.FirstTakesAll;
import io.tailrace.cluster.group.GroupDescription;
import io.tailrace.cluster.group.GroupJoin;
import io.tailrace.cluster.group.GroupState;
import io.tailrace.cluster.group.TestMember;
import io.tailrace.cluster.group.TopicPartitionId;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.Done;
import org.apache.pekko.cluster.Cluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Consumer groups as a node's users meet them: on one node, and on three. */
class GroupsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path data;

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    private static GroupJoin of(String group) {
        return of(group, Assignor.UNIFORM);
    }

    private static GroupJoin of(String group, Assignor assignor) {
        return new GroupJoin(
                group,
                "test",
                null,
                new GroupJoin.Pattern("t.*"),
                assignor,
                Duration.ofSeconds(20),
                Duration.ofSeconds(10));
    }

    private static void awaitHas(TestMember member, int partitions) {
        await().atMost(PATIENCE).until(() -> member.has().size() == partitions);
    }

    private static long committed(GroupDescription group, Topic topic, int number) {
        return group.offsets()
                .get(new TopicPartitionId(topic.name(), topic.partition(number)))
                .offset();
    }

    @Test
    void whatWasCommittedIsThereAfterARestartAndWhoIsClosedUnderCommitsLogsNoError() {
        Topic topic;
        try (Tailrace node = Tailrace.start(data)) {
            topic = join(node.topics().create(NewTopic.of("t", 4)));
            TestMember a = TestMember.join(node.groups(), of("g"));
            awaitHas(a, 4);
            join(a.commit(topic.partition(2), 42));
            TestMember b = TestMember.join(node.groups(), of("g"));
            awaitHas(b, 2);
            PartitionId ofB = b.has().keySet().iterator().next();
            join(b.commit(ofB, 77));
            join(b.membership().leave());
            awaitHas(a, 4);
            assertThat(a.committed(ofB)).isEqualTo(77);
            join(a.membership().leave());
        }
        try (Tailrace node = Tailrace.start(data);
                CapturedErrors errors = new CapturedErrors()) {
            GroupDescription group = join(node.groups().describe("g"));
            assertThat(group.state()).isEqualTo(GroupState.EMPTY);
            assertThat(committed(group, topic, 2)).isIn(42L, 77L);
            TestMember c = TestMember.join(node.groups(), of("g"));
            awaitHas(c, 4);
            assertThat(c.committed(topic.partition(2))).isEqualTo(committed(group, topic, 2));

            closeUnderCommitsAndChanges(node, topic, c);
            assertThat(errors.lines()).isEmpty();
        }
        try (Tailrace node = Tailrace.start(data)) {
            assertThat(join(node.groups().describe("g")).members())
                    .as("members of a node that was closed")
                    .isEmpty();
        }
    }

    /** What is stored on the way out is stored, or is not begun: nothing fails on a log that is closed. */
    private static void closeUnderCommitsAndChanges(Tailrace node, Topic topic, TestMember member) {
        AtomicLong committed = new AtomicLong();
        for (int number = 0; number < topic.partitions(); number++) {
            commitOn(member, topic.partition(number), 100, committed);
        }
        changeOn(node, topic.name(), 1);
        await().atMost(PATIENCE).until(() -> committed.get() > 20);
        node.close();
        assertThat(member.why()).isNotNull();
    }

    /** One after the other, until one fails. */
    private static void commitOn(TestMember member, PartitionId partition, long offset, AtomicLong count) {
        if (member.has().containsKey(partition)) {
            member.commit(partition, offset).thenRun(() -> {
                count.incrementAndGet();
                commitOn(member, partition, offset + 1, count);
            });
        }
    }

    private static void changeOn(Tailrace node, String topic, int time) {
        node.topics()
                .alter(topic, TopicChange.set(Map.of("retention.ms", Integer.toString(time + 100_000))))
                .thenRun(() -> changeOn(node, topic, time + 1));
    }

    @Test
    void anAssignorOfTheApplicationsOwnIsNamedInTheSettings() {
        String assignors = "tailrace.groups.assignors";
        Map<String, Object> settings =
                Map.of("tailrace.data-dir", data.toString(), assignors, List.of(FirstTakesAll.class.getName()));
        try (Tailrace node = Tailrace.start(ConfigFactory.parseMap(settings))) {
            join(node.topics().create(NewTopic.of("t", 4)));
            TestMember a = TestMember.join(node.groups(), of("g", new Assignor("first")));
            awaitHas(a, 4);
            TestMember b = TestMember.join(node.groups(), of("g", new Assignor("first")));
            await().atMost(PATIENCE)
                    .until(() -> join(node.groups().describe("g")).members().size() == 2);
            assertThat(join(node.groups().describe("g")).state()).isEqualTo(GroupState.STABLE);
            assertThat(b.has()).isEmpty();
            TestMember c = TestMember.join(node.groups(), of("h", new Assignor("second")));
            await().atMost(PATIENCE).until(() -> c.why() != null);
            assertThat(c.why().code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        }
        assertThatThrownBy(() -> Tailrace.start(ConfigFactory.parseMap(
                        Map.of("tailrace.data-dir", data.toString(), assignors, List.of("java.lang.String")))))
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SETTING));
    }

    @Test
    void aNodeWithoutGroupsHasNoJournalOfThem() {
        try (Tailrace node = Tailrace.start(ConfigFactory.parseMap(Map.of("tailrace.data-dir", data.toString())))) {
            assertThat(join(((Node) LocalCluster.present(node)).topics().confirmed())
                            .internals())
                    .isEmpty();
        }
    }

    @Test
    void membersOfThreeNodesShareATopicAndWhatADeadNodeHadGoesToTheOthers() {
        try (LocalCluster cluster = new LocalCluster(data, 3);
                CapturedErrors errors = new CapturedErrors()) {
            List<Tailrace> nodes = cluster.startAll(cluster.seed(0), cluster.seed(1), cluster.seed(2));
            nodes.forEach(node -> await().atMost(PATIENCE).until(node::ready));
            Topic topic = join(nodes.get(0).topics().create(NewTopic.of("t", 6)));
            List<TestMember> members = nodes.stream()
                    .map(node -> TestMember.join(node.groups(), of("g")))
                    .toList();
            members.forEach(member -> awaitHas(member, 2));
            Map<PartitionId, Long> acknowledged = new HashMap<>();
            for (TestMember member : members) {
                for (PartitionId partition : member.has().keySet()) {
                    join(member.commit(partition, 10));
                    acknowledged.put(partition, 10L);
                }
            }

            // The oldest node hosts the coordinator.
            int host = hostOf(nodes);
            TestMember stays = members.get((host + 1) % 3);
            PartitionId kept = stays.has().keySet().iterator().next();
            CompletionStage<Done> underWay = stays.commit(kept, 20);
            Tailrace ended = nodes.get(host);
            ended.close();
            join(underWay);
            acknowledged.put(kept, 20L);
            for (int offset = 21; offset < 30; offset++) {
                join(stays.commit(kept, offset));
                acknowledged.put(kept, (long) offset);
            }
            List<TestMember> left = members.stream()
                    .filter(member -> member != members.get(host))
                    .toList();
            left.forEach(member -> awaitHas(member, 3));
            assertThat(members.get(host).why()).isNotNull();
            GroupDescription group = join(nodes.get((host + 1) % 3).groups().describe("g"));
            assertThat(group.state()).isEqualTo(GroupState.STABLE);
            acknowledged.forEach((partition, offset) ->
                    assertThat(committed(group, topic, partition.partition())).isEqualTo(offset));
            // What stayed was never touched.
            assertThat(stays.heard()).noneMatch(heard -> heard.equals("lost " + kept.partition()));
            assertThat(errors.lines()).isEmpty();
        }
    }

    private static int hostOf(List<Tailrace> nodes) {
        for (int place = 0; place < nodes.size(); place++) {
            Cluster cluster = Cluster.get(LocalCluster.present(nodes.get(place)).system());
            boolean isOldest = java.util.stream.StreamSupport.stream(
                            cluster.state().getMembers().spliterator(), false)
                    .noneMatch(
                            member -> !member.equals(cluster.selfMember()) && member.isOlderThan(cluster.selfMember()));
            if (isOldest) {
                return place;
            }
        }
        throw new AssertionError("nobody is the oldest");
    }
}
