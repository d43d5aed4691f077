package io.tailrace.cluster.formation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What one node does when the others say this or that. */
class FormationTest {
    private static final UUID CLUSTER = new UUID(0, 100);
    private static final List<Founder> FOUNDERS = List.of(founder(1), founder(2), founder(3));
    private static final List<NodeAddress> SEEDS =
            FOUNDERS.stream().map(Founder::address).toList();
    private static final Membership MEMBER = Membership.member(CLUSTER, FOUNDERS);

    private long now;

    private static Founder founder(int number) {
        return new Founder(new UUID(0, number), new NodeAddress("host", number), "n" + number);
    }

    private static Self self(int number) {
        Founder founder = founder(number);
        return new Self(founder.nodeId(), founder.name(), founder.address(), number, true);
    }

    private static Formation formation(int number, Membership stored) {
        return new Formation(self(number), stored, SEEDS, () -> CLUSTER);
    }

    private static Status status(int number, Membership membership, Status.Phase phase, @Nullable Integer candidate) {
        return new Status(
                self(number),
                SEEDS,
                membership,
                phase,
                phase == Status.Phase.FORMING ? founder(number).nodeId() : null,
                candidate == null ? null : founder(candidate).nodeId(),
                phase == Status.Phase.UP ? List.of(peer(number)) : List.of());
    }

    private static Peer peer(int number) {
        return new Peer(
                founder(number).nodeId(),
                founder(number).name(),
                founder(number).address(),
                number);
    }

    /** A round in which these answer; what the node then wants, but for messages. */
    private List<Action> round(Formation formation, Status... answers) {
        now += Formation.ROUND_MILLIS;
        List<Action> wanted = new ArrayList<>();
        long round = 0;
        for (Action action : formation.tick(now)) {
            if (action instanceof Action.Send send && send.message() instanceof FormationMessage.Hello hello) {
                round = hello.round();
            } else {
                wanted.add(action);
            }
        }
        for (Status answer : answers) {
            wanted.addAll(formation.heard(new FormationMessage.Here(round, answer), now));
        }
        return wanted;
    }

    @Test
    void leastSeedProposesWhenAllAreThere() {
        Formation least = formation(1, Membership.blank());
        assertThat(round(least, status(2, Membership.blank(), Status.Phase.WAITING, null)))
                .isEmpty();
        assertThat(round(least, status(3, Membership.blank(), Status.Phase.WAITING, null)))
                .containsExactly(new Action.Store(Membership.founding(CLUSTER, FOUNDERS)));
        assertThat(least.status().membership())
                .as("nothing is said before it is durable")
                .isEqualTo(Membership.blank());
    }

    @Test
    void otherSeedsOnlyAgree() {
        Formation other = formation(2, Membership.blank());
        assertThat(round(
                        other,
                        status(1, Membership.blank(), Status.Phase.WAITING, null),
                        status(3, Membership.blank(), Status.Phase.WAITING, null)))
                .isEmpty();
        Membership founding = Membership.founding(CLUSTER, FOUNDERS);
        assertThat(round(other, status(1, founding, Status.Phase.WAITING, null)))
                .containsExactly(new Action.Store(founding));
    }

    @Test
    void seedsThatDifferFoundNothing() {
        Formation least = formation(1, Membership.blank());
        Status short2 = new Status(
                self(2), SEEDS.subList(0, 2), Membership.blank(), Status.Phase.WAITING, null, null, List.of());
        assertThat(round(least, short2, status(3, Membership.blank(), Status.Phase.WAITING, null)))
                .isEmpty();
        assertThat(least.waitingFor()).contains("the same seeds everywhere");
    }

    @Test
    void blankSeedBesideAClusterThatIsNotUpFoundsNothing() {
        Formation least = formation(1, Membership.blank());
        assertThat(round(
                        least,
                        status(2, MEMBER, Status.Phase.WAITING, null),
                        status(3, Membership.blank(), Status.Phase.WAITING, null)))
                .isEmpty();
        assertThat(round(least, status(2, MEMBER, Status.Phase.UP, null))).containsExactly(new Action.Store(MEMBER));
    }

    @Test
    void clusterIsFormedByTheLeastWhenAMajorityNamesIt() {
        Formation least = formation(1, MEMBER);
        assertThat(round(least, status(2, MEMBER, Status.Phase.WAITING, null))).isEmpty();
        assertThat(round(least, status(2, MEMBER, Status.Phase.WAITING, 1))).containsExactly(new Action.Form());
    }

    @Test
    void minorityDoesNotForm() {
        Formation alone = formation(1, MEMBER);
        for (int i = 0; i < 1_000; i++) {
            assertThat(round(alone)).isEmpty();
        }
        assertThat(alone.waitingFor()).startsWith("a majority of the founders, 2 of ");
    }

    @Test
    void lateAnswerCountsForNothing() {
        Formation least = formation(1, MEMBER);
        round(least);
        now += Answers.FRESH_MILLIS + 1;
        assertThat(least.heard(new FormationMessage.Here(1, status(2, MEMBER, Status.Phase.WAITING, 1)), now))
                .isEmpty();
        assertThat(least.status().candidate()).isNull();
    }

    @Test
    void onlyFoundersJoinAClusterThatIsNotUp() {
        Status forming = status(1, MEMBER, Status.Phase.FORMING, 1);
        assertThat(round(formation(2, MEMBER), forming))
                .containsExactly(new Action.Join(founder(1).address()));
        assertThat(round(formation(4, MEMBER), forming)).isEmpty();
    }

    @Test
    void formedClusterThatIsOutrunIsGivenUp() {
        Formation former = formation(1, MEMBER);
        Status waiting = status(2, MEMBER, Status.Phase.WAITING, 1);
        assertThat(round(former, waiting)).containsExactly(new Action.Form());
        former.viewed(new View(View.Standing.JOINING, List.of(peer(1))), now);
        List<Action> wanted = new ArrayList<>();
        for (long begun = now; now - begun <= Formation.PATIENCE_MILLIS + Formation.ROUND_MILLIS; ) {
            wanted.addAll(round(former, status(2, MEMBER, Status.Phase.UP, null)));
        }
        assertThat(wanted).singleElement().isInstanceOf(Action.Restart.class);
    }

    @Test
    void memberWithoutTheMajorityOfTheFoundersGivesUp() {
        Formation up = formation(1, MEMBER);
        assertThat(up.viewed(new View(View.Standing.UP, List.of(peer(2), peer(1))), now))
                .isEmpty();
        assertThat(up.viewed(new View(View.Standing.UP, List.of(peer(1), peer(4))), now))
                .singleElement()
                .isInstanceOf(Action.Restart.class);
    }

    @Test
    void oneOfTwoWithOneNameIsRefused() {
        Self twin = new Self(founder(3).nodeId(), "n1", founder(3).address(), 3, true);
        Status other = new Status(twin, SEEDS, MEMBER, Status.Phase.WAITING, null, null, List.of());
        assertThat(round(formation(1, MEMBER), other)).doesNotHaveAnyElementsOfTypes(Action.Refuse.class);
        Formation refused = new Formation(twin, MEMBER, SEEDS, () -> CLUSTER);
        assertThat(round(refused, status(1, MEMBER, Status.Phase.WAITING, null)))
                .singleElement()
                .extracting(action -> ((Action.Refuse) action).code())
                .isEqualTo(ErrorCode.NODE_NAME_TAKEN);
    }

    @Test
    void twoNodesThatJoinedAtOnceWithOneNameAreToldApartByAge() {
        Formation younger = formation(1, MEMBER);
        Peer twin = new Peer(new UUID(0, 9), "n1", new NodeAddress("host", 9), 9);
        assertThat(younger.viewed(new View(View.Standing.UP, List.of(peer(2), twin, peer(1))), now))
                .singleElement()
                .isInstanceOf(Action.Refuse.class);
        Formation older = formation(1, MEMBER);
        assertThat(older.viewed(new View(View.Standing.UP, List.of(peer(2), peer(1), twin)), now))
                .isEmpty();
    }

    @Test
    void nodeThatFindsItsPastAmongTheMembersWaitsUntilItIsGone() {
        Peer past = new Peer(founder(1).nodeId(), "n1", new NodeAddress("elsewhere", 9), 99);
        Status up = new Status(self(2), SEEDS, MEMBER, Status.Phase.UP, null, null, List.of(peer(2), peer(3), past));
        Formation returned = formation(1, MEMBER);
        assertThat(round(returned, up)).isEmpty();
        assertThat(returned.waitingFor()).contains("elsewhere:9");
        assertThat(round(returned, status(2, MEMBER, Status.Phase.UP, null)))
                .containsExactly(new Action.Join(founder(2).address()));
    }
}
