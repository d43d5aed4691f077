package io.tailrace.cluster.group;

import static io.tailrace.cluster.group.GroupWorld.joining;
import static io.tailrace.cluster.group.GroupWorld.topic;
import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.partition.PartitionId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GroupRulesTest {
    private GroupRules rules = new GroupRules(GroupWorld.LIMITS);
    private Topology topology = GroupWorld.topology(topic(0, 4));
    private GroupTable table = GroupTable.EMPTY;
    private long now = 1000;

    private Outcome play(GroupOp op) {
        Draft draft = new Draft(table, rules, topology, now);
        draft.add(op);
        draft.finish();
        table = draft.ahead();
        return draft.outcomes().get(0);
    }

    private Outcome joined(String member) {
        return play(joining("g", member, null, "t0"));
    }

    private static void assertRefused(Outcome outcome, ErrorCode code) {
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Refused.class, refused -> assertThat(refused.code())
                .as(refused.message())
                .isEqualTo(code));
    }

    private static final Outcome DONE = new Outcome.Done();

    private Group group() {
        return table.find("g");
    }

    private static PartitionId partition(int number) {
        return topic(0, 4).partition(number);
    }

    private Set<TopicPartitionId> owned(String member) {
        return group().owned().getOrDefault(member, Map.of()).keySet();
    }

    private GroupOp.Commit commit(String member, int number, long offset) {
        int generation = group().owners().get(partition(number)).generation();
        return new GroupOp.Commit(
                "g", member, List.of(new GroupMembership.Commit(partition(number), generation, offset, 3, "")));
    }

    private long committed(int number) {
        CommittedOffset offset = group().offsets().get(new TopicPartitionId("t0", partition(number)));
        return offset == null ? -1 : offset.offset();
    }

    @Test
    void theFirstHasAllAndTheSecondGetsNothingBeforeItIsGivenBack() {
        assertThat(joined("a")).isEqualTo(DONE);
        assertThat(owned("a")).hasSize(4);
        joined("b");
        assertThat(owned("a")).hasSize(4);
        assertThat(owned("b")).isEmpty();
        Set<TopicPartitionId> forB = Target.of(group(), topology).of("b");
        assertThat(forB).hasSize(2);
        Map<PartitionId, Integer> back = Map.of(
                partition(2), group().owners().get(partition(2)).generation(),
                partition(3), group().owners().get(partition(3)).generation());
        assertThat(play(new GroupOp.Release("g", "a", back))).isEqualTo(DONE);
        assertThat(owned("b")).isEqualTo(forB);
        assertThat(Target.of(group(), topology).state(group())).isEqualTo(GroupState.STABLE);
        // Said again it does nothing.
        int generation = group().generation();
        play(new GroupOp.Release("g", "a", back));
        assertThat(group().generation()).isEqualTo(generation);
    }

    @Test
    void onlyTheOwnerCommitsAndNothingGoesBack() {
        joined("a");
        assertThat(play(commit("a", 0, 10))).isEqualTo(DONE);
        assertThat(play(commit("a", 0, 7))).isEqualTo(DONE);
        assertThat(committed(0)).isEqualTo(10);
        joined("b");
        assertThat(play(commit("b", 0, 20))).isEqualTo(new Outcome.Stale(List.of(partition(0))));
        assertThat(committed(0)).isEqualTo(10);
        assertRefused(play(commit("c", 0, 20)), ErrorCode.MEMBER_FENCED);

        GroupOp.Commit late = commit("a", 0, 30);
        play(new GroupOp.Leave("g", "a"));
        play(joining("g", "a2", null, "t0"));
        assertRefused(play(late), ErrorCode.MEMBER_FENCED);
        assertThat(committed(0)).isEqualTo(10);
    }

    @Test
    void aCommitOfAnEarlierGenerationIsStaleEvenIfThePartitionCameBack() {
        joined("a");
        GroupOp.Commit late = commit("a", 0, 5);
        int generation = group().owners().get(partition(0)).generation();
        play(new GroupOp.Release("g", "a", Map.of(partition(0), generation)));
        assertThat(group().owners().get(partition(0)).memberId()).isEqualTo("a");
        assertThat(play(late)).isEqualTo(new Outcome.Stale(List.of(partition(0))));
    }

    @Test
    void whatIsNotStaleOfACommitIsCommitted() {
        joined("a");
        GroupMembership.Commit good = commit("a", 0, 5).commits().get(0);
        GroupMembership.Commit bad = new GroupMembership.Commit(partition(1), 99, 5, -1, "");
        assertThat(play(new GroupOp.Commit("g", "a", List.of(good, bad))))
                .isEqualTo(new Outcome.Stale(List.of(partition(1))));
        assertThat(committed(0)).isEqualTo(5);
        assertThat(committed(1)).isEqualTo(-1);
    }

    @Test
    void aStaticMemberFindsItsPartitionsAgainAndItsPredecessorIsFenced() {
        play(joining("g", "a1", "left", "t0"));
        play(joining("g", "b1", "right", "t0"));
        Set<TopicPartitionId> had = owned("a1");
        play(joining("g", "a2", "left", "t0"));
        assertThat(group().members().keySet()).containsExactlyInAnyOrder("a2", "b1");
        assertThat(owned("a2")).isEqualTo(had);
        assertThat(group().membersInOrder().get(0).memberId()).isEqualTo("a2");
        assertRefused(play(commit("a1", 0, 5)), ErrorCode.MEMBER_FENCED);
        assertThat(play(commit("a2", 0, 5))).isEqualTo(DONE);
    }

    @Test
    void membersOfAGroupAgreeOnTheAssignor() {
        joined("a");
        GroupOp.Join join = joining("g", "b", null, "t0");
        assertRefused(play(new GroupOp.Join("g", join.member(), Assignor.RANGE)), ErrorCode.INVALID_ARGUMENT);
        play(new GroupOp.Leave("g", "a"));
        assertThat(play(new GroupOp.Join("g", join.member(), Assignor.RANGE))).isEqualTo(DONE);
        assertThat(group().assignor()).isEqualTo(Assignor.RANGE);
    }

    @Test
    void whatCannotBeJoinedIsRefusedWithAWordOnWhy() {
        assertRefused(play(joining("", "a", null, "t0")), ErrorCode.INVALID_ARGUMENT);
        assertRefused(play(joining("a\nb", "a", null, "t0")), ErrorCode.INVALID_ARGUMENT);
        assertRefused(play(joining("g", "a", null)), ErrorCode.INVALID_ARGUMENT);
        assertRefused(play(joining("g", "a", null, "not a topic")), ErrorCode.INVALID_TOPIC_NAME);
        assertRefused(play(pattern("(")), ErrorCode.INVALID_ARGUMENT);
        assertThat(table).isEqualTo(GroupTable.EMPTY);
        assertThat(play(pattern("t.*"))).isEqualTo(DONE);
        assertThat(owned("p")).hasSize(4);
    }

    private static GroupOp.Join pattern(String regex) {
        GroupJoin join = new GroupJoin(
                "g",
                "",
                null,
                new GroupJoin.Pattern(regex),
                Assignor.UNIFORM,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1));
        return new GroupOp.Join("g", GroupMember.of(join, "p", "n0"), join.assignor());
    }

    @Test
    void anExpressionThatTakesForEverMatchesNothing() {
        topology = GroupWorld.topology(new io.tailrace.cluster.catalog.Topic(
                "a".repeat(60) + "-",
                new java.util.UUID(1, 2),
                1,
                1,
                io.tailrace.cluster.catalog.TopicSettings.DEFAULT));
        assertThat(play(pattern("(a|aa)+"))).isEqualTo(DONE);
        assertThat(owned("p")).isEmpty();
    }

    @Test
    void aGroupWithMembersIsNeitherResetNorDeleted() {
        joined("a");
        assertRefused(play(new GroupOp.Reset("g", Map.of(partition(0), 1L))), ErrorCode.GROUP_ACTIVE);
        assertRefused(play(new GroupOp.Delete("g")), ErrorCode.GROUP_ACTIVE);
        assertRefused(play(new GroupOp.DeleteOffsets("g", List.of(partition(0)))), ErrorCode.GROUP_ACTIVE);
        assertRefused(play(new GroupOp.RemoveMember("g", "b")), ErrorCode.INVALID_ARGUMENT);
        play(commit("a", 0, 10));
        assertThat(play(new GroupOp.RemoveMember("g", "a"))).isEqualTo(DONE);
        assertThat(play(new GroupOp.Reset("g", Map.of(partition(0), 3L, partition(1), 4L))))
                .isEqualTo(DONE);
        assertThat(committed(0)).isEqualTo(3);
        assertThat(play(new GroupOp.DeleteOffsets("g", List.of(partition(0))))).isEqualTo(DONE);
        assertThat(committed(0)).isEqualTo(-1);
        assertThat(committed(1)).isEqualTo(4);
        assertThat(play(new GroupOp.Delete("g"))).isEqualTo(DONE);
        assertThat(table).isEqualTo(GroupTable.EMPTY);
        assertRefused(play(new GroupOp.Delete("g")), ErrorCode.UNKNOWN_GROUP);
    }

    @Test
    void aResetOfWhatIsNotThereIsRefused() {
        assertRefused(play(new GroupOp.Reset("g", Map.of(partition(4), 1L))), ErrorCode.INVALID_ARGUMENT);
        assertRefused(play(new GroupOp.Reset("g", Map.of(partition(0), -1L))), ErrorCode.INVALID_ARGUMENT);
        assertThat(play(new GroupOp.Reset("g", Map.of(partition(0), 5L)))).isEqualTo(DONE);
        assertThat(committed(0)).isEqualTo(5);
    }

    @Test
    void aTopicThatGrowsIsDealtOutAndADeletedOneForgotten() {
        joined("a");
        play(commit("a", 0, 10));
        topology = GroupWorld.topology(topic(0, 6));
        play(new GroupOp.TopicsChanged());
        assertThat(owned("a")).hasSize(6);
        // What is only not known stays until it is given back.
        topology = GroupWorld.topology();
        play(new GroupOp.TopicsChanged());
        assertThat(owned("a")).hasSize(6);
        assertThat(committed(0)).isEqualTo(10);
        topology = topology.without(Set.of(topic(0, 6).id()));
        play(new GroupOp.TopicsChanged());
        assertThat(owned("a")).isEmpty();
        assertThat(committed(0)).isEqualTo(-1);
    }

    @Test
    void aGroupGoesWhenNobodyHasUsedItForSoLong() {
        long retention = GroupWorld.LIMITS.retention().toMillis();
        joined("a");
        play(commit("a", 0, 10));
        now += 10 * retention;
        play(new GroupOp.Expire());
        assertThat(committed(0)).as("it has a member").isEqualTo(10);
        play(new GroupOp.Leave("g", "a"));
        now += retention;
        play(new GroupOp.Expire());
        assertThat(committed(0)).isEqualTo(10);
        now++;
        play(new GroupOp.Expire());
        assertThat(table).isEqualTo(GroupTable.EMPTY);
        play(new GroupOp.Reset("g", Map.of(partition(0), 5L)));
        now += retention;
        play(new GroupOp.Expire());
        assertThat(committed(0)).as("it was set back lately").isEqualTo(5);
        now++;
        play(new GroupOp.Expire());
        assertThat(table).isEqualTo(GroupTable.EMPTY);
    }

    @Test
    void thereIsABoundForEverything() {
        rules = new GroupRules(new GroupLimits(1, 2, 1 << 20, GroupWorld.LIMITS.retention()));
        joined("a");
        joined("b");
        assertRefused(joined("c"), ErrorCode.LIMIT_EXCEEDED);
        assertRefused(play(joining("h", "d", null, "t0")), ErrorCode.LIMIT_EXCEEDED);
        assertRefused(play(new GroupOp.Reset("h", Map.of(partition(0), 1L))), ErrorCode.LIMIT_EXCEEDED);
        // Who is there may say so again.
        assertThat(joined("a")).isEqualTo(DONE);
        rules = new GroupRules(new GroupLimits(1, 2, table.weight() + 40, GroupWorld.LIMITS.retention()));
        assertRefused(play(commit("a", 0, 1)), ErrorCode.LIMIT_EXCEEDED);
        rules = new GroupRules(new GroupLimits(1, 2, table.weight() + 60, GroupWorld.LIMITS.retention()));
        assertThat(play(commit("a", 0, 1))).isEqualTo(DONE);
        assertThat(play(commit("a", 0, 2))).isEqualTo(DONE);
    }
}
