package io.tailrace.cluster.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.cluster.catalog.Catalog;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Assignors of an application's own. */
class AssignorsTest {
    private static final Assignor FIRST = new Assignor("first");
    private static final List<TopicPartitionId> PARTITIONS = List.of(id(0), id(1), id(2), id(3));
    private static final List<PartitionAssignor.Member> MEMBERS = List.of(member("a", "t0"), member("b", "t0"));

    private static TopicPartitionId id(int number) {
        return new TopicPartitionId("t0", GroupWorld.topic(0, 4).partition(number));
    }

    private static PartitionAssignor.Member member(String id, String topic) {
        return new PartitionAssignor.Member(id, "client", null, "n0", Set.of(topic));
    }

    /** One that always answers that. */
    private static PartitionAssignor answering(String name, Map<TopicPartitionId, String> answer) {
        return new PartitionAssignor() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Map<TopicPartitionId, String> assign(
                    List<Member> members, List<TopicPartitionId> partitions, Map<TopicPartitionId, String> owners) {
                return answer;
            }
        };
    }

    private static Map<TopicPartitionId, String> assigned(Assignors assignors, Assignor assignor) {
        return assignors.assign(assignor, MEMBERS, PARTITIONS, Map.of());
    }

    @Test
    void aGroupIsDealtOutByItsOwn() {
        Topology topology =
                Topology.of(Catalog.of(List.of(GroupWorld.topic(0, 4))), Assignors.with(List.of(new FirstTakesAll())));
        GroupRules rules = new GroupRules(GroupWorld.LIMITS);
        Draft draft = new Draft(GroupTable.EMPTY, rules, topology, 1000);
        for (String member : List.of("a", "b")) {
            draft.add(new GroupOp.Join(
                    "g", GroupWorld.joining("g", member, null, "t0").member(), FIRST));
        }
        draft.finish();
        Group group = draft.ahead().find("g");
        assertThat(group.assignor()).isEqualTo(FIRST);
        assertThat(group.owned()).containsOnlyKeys("a");
        assertThat(Target.of(group, topology).of("a")).hasSize(4);
    }

    @Test
    void oneThatIsNotKnownIsRefused() {
        Draft draft = new Draft(
                GroupTable.EMPTY, new GroupRules(GroupWorld.LIMITS), GroupWorld.topology(GroupWorld.topic(0, 4)), 1000);
        draft.add(new GroupOp.Join("g", GroupWorld.joining("g", "a", null, "t0").member(), FIRST));
        assertThat(draft.outcomes().get(0)).isInstanceOfSatisfying(Outcome.Refused.class, refused -> {
            assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
            assertThat(refused.message()).contains("first", "tailrace.groups.assignors");
        });
    }

    @Test
    void anAnswerThatIsNotPossibleIsReplacedByAUniformOne() {
        Map<TopicPartitionId, String> uniform = assigned(Assignors.BUILT_IN, Assignor.UNIFORM);
        TopicPartitionId other =
                new TopicPartitionId("t1", GroupWorld.topic(1, 1).partition(0));
        for (Map<TopicPartitionId, String> wrong :
                List.of(Map.of(id(0), "nobody"), Map.of(other, "a"), Map.of(id(0), "a", other, "b"))) {
            assertThat(assigned(Assignors.with(List.of(answering("first", wrong))), FIRST))
                    .isEqualTo(uniform);
        }
        // As after a fail-over to a node that does not have it.
        assertThat(assigned(Assignors.BUILT_IN, FIRST)).isEqualTo(uniform);
    }

    @Test
    void somePartitionsMayBeNobodys() {
        Map<TopicPartitionId, String> one = Map.of(id(2), "b");
        assertThat(assigned(Assignors.with(List.of(answering("first", one))), FIRST))
                .isEqualTo(one);
    }

    @Test
    void eachHasANameOfItsOwn() {
        for (List<PartitionAssignor> wrong : List.of(
                List.of(answering("uniform", Map.of())),
                List.of(answering("", Map.of())),
                List.of(answering("a", Map.of()), answering("a", Map.of())))) {
            assertThatThrownBy(() -> Assignors.with(wrong))
                    .isInstanceOfSatisfying(
                            TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SETTING));
        }
    }
}
