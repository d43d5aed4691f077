package io.tailrace.cluster.downing;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.cluster.downing.Downing.BrokenLink;
import io.tailrace.cluster.downing.Downing.Candidate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** a, b, c, … are founders in the order of their age; d, e storage nodes or applications that came later. */
class DowningTest {
    private static final Candidate A = founder("a", 1);
    private static final Candidate B = founder("b", 2);
    private static final Candidate C = founder("c", 3);
    private static final Candidate D = new Candidate("d", "", 4);
    private static final Candidate E = new Candidate("e", "", 5);

    private static Candidate founder(String name, int upNumber) {
        return new Candidate(name, "id-" + name, upNumber);
    }

    private static Set<BrokenLink> broken(String... pairs) {
        Set<BrokenLink> links = new HashSet<>();
        for (String pair : pairs) {
            links.add(new BrokenLink(pair.substring(0, 1), pair.substring(1)));
        }
        return links;
    }

    private static String downedBy(Candidate self, Set<Candidate> members, Set<BrokenLink> broken, int founders) {
        return Downing.decide(self, members, broken, founders).down().stream()
                .map(Candidate::key)
                .collect(Collectors.joining());
    }

    @Test
    void nobodyLeavesAsLongAsAllHearEachOther() {
        assertThat(downedBy(A, Set.of(A, B, C), broken(), 3)).isEmpty();
    }

    @Test
    void whoIsHeardByNobodyLeavesByTheWordOfTheFirst() {
        Set<BrokenLink> aIsGone = broken("ba", "ca", "da");
        assertThat(downedBy(B, Set.of(A, B, C, D), aIsGone, 3)).isEqualTo("a");
        assertThat(downedBy(C, Set.of(A, B, C, D), aIsGone, 3)).isEmpty();
        assertThat(downedBy(D, Set.of(A, B, C, D), aIsGone, 3)).isEmpty();
    }

    @Test
    void whoHearsNobodyLeavesByItself() {
        assertThat(downedBy(A, Set.of(A, B, C), broken("ab", "ac"), 3)).isEqualTo("a");
    }

    @Test
    void brokenLinkCostsOneOfItsEnds() {
        Set<Candidate> all = Set.of(A, B, C);
        assertThat(downedBy(A, all, broken("ab"), 3)).isEqualTo("b");
        assertThat(downedBy(B, all, broken("ab", "ba"), 3)).isEqualTo("b");
        assertThat(downedBy(C, all, broken("ba"), 3)).isEmpty();
    }

    @Test
    void itIsNotClearWhoOfTwoIsIllUntilAnotherMissesOneOfThem() {
        Set<Candidate> all = Set.of(A, B, C);
        assertThat(Downing.decide(C, all, broken("ca"), 3).clear()).isFalse();
        assertThat(Downing.decide(C, all, broken("ca", "ba"), 3).clear()).isTrue();
        // The application would yield, but the others may be about to miss the node.
        assertThat(Downing.decide(D, Set.of(A, B, C, D), broken("da"), 3).clear())
                .isFalse();
        assertThat(Downing.decide(A, Set.of(A, B, C, D), broken("da", "db"), 3).clear())
                .isTrue();
    }

    /** A machine that has no time for any of them for a while is no reason for all to leave: the majority, if there is one, says so. */
    @Test
    void whoLeavesByItselfIsNotInAHurry() {
        Set<Candidate> all = Set.of(A, B, C);
        assertThat(Downing.decide(A, all, broken("ab", "ac"), 3).clear()).isFalse();
        assertThat(Downing.decide(A, all, broken("ab", "ac", "ba", "bc", "ca", "cb"), 3)
                        .clear())
                .isFalse();
        assertThat(Downing.decide(B, all, broken("ab", "ac"), 3).clear())
                .as("those who go on do not wait for it")
                .isTrue();
    }

    @Test
    void whoWasPausedAndTakesAllForAwayCostsNobodyElse() {
        // b hears nobody, and was heard by nobody: as Pekko sees it, all are connected indirectly.
        Set<BrokenLink> all = broken("ba", "bc", "bd", "ab", "cb", "db");
        assertThat(downedBy(A, Set.of(A, B, C, D), all, 3)).isEqualTo("b");
        assertThat(downedBy(B, Set.of(A, B, C, D), all, 3)).isEqualTo("b");
    }

    @Test
    void theSideOfTheFoundersStaysAlsoIfItIsTheSmallerOne() {
        Set<Candidate> all = Set.of(A, B, C, D, E);
        Set<BrokenLink> sides = broken("ac", "ad", "ae", "bc", "bd", "be");
        assertThat(downedBy(A, all, sides, 3)).isEqualTo("cde");
        assertThat(downedBy(C, all, sides, 3)).isEqualTo("c");
        assertThat(downedBy(D, all, sides, 3)).isEqualTo("d");
    }

    @Test
    void applicationYieldsToANode() {
        assertThat(downedBy(A, Set.of(A, B, C, D), broken("da"), 3)).isEqualTo("d");
        assertThat(downedBy(A, Set.of(A, B, C, D, E), broken("de"), 3)).isEqualTo("e");
    }

    @Test
    void whoIsLeftOfTheFoundersWithoutAMajorityLeavesToo() {
        assertThat(downedBy(A, Set.of(A, B), broken("ab"), 3)).isEqualTo("a");
        assertThat(downedBy(A, Set.of(A, B, C), broken("ab", "ac", "bc"), 3)).isEqualTo("a");
    }

    @Test
    void twoLivesOfAFounderCountOnce() {
        Candidate again = new Candidate("a2", "id-a", Integer.MAX_VALUE);
        assertThat(downedBy(A, Set.of(A, again, B, C), broken("ab", "ac"), 3)).isEqualTo("a");
        assertThat(downedBy(again, Set.of(A, again, B), broken("ab"), 3)).isEqualTo("a2");
    }

    /** Whatever is broken: all members of one mind leave the same ones, and those who stay hear each other and have the majority. */
    @Test
    void whoStaysHearsAllOthersThatStay() {
        for (int seed = 0; seed < 2000; seed++) {
            Random random = new Random(seed);
            int founders = 1 + random.nextInt(5);
            List<Candidate> members = new ArrayList<>();
            for (int i = 0; i < founders + random.nextInt(5); i++) {
                String name = Character.toString('a' + i);
                members.add(i < founders ? founder(name, i) : new Candidate(name, "", i));
            }
            Set<BrokenLink> broken = new HashSet<>();
            for (int i = random.nextInt(12); i > 0; i--) {
                String one = members.get(random.nextInt(members.size())).key();
                String other = members.get(random.nextInt(members.size())).key();
                if (!one.equals(other)) {
                    broken.add(new BrokenLink(one, other));
                }
            }
            Set<Candidate> all = new LinkedHashSet<>(members);
            Set<Candidate> downed = new HashSet<>();
            members.forEach(member ->
                    downed.addAll(Downing.decide(member, all, broken, founders).down()));
            List<Candidate> left =
                    members.stream().filter(member -> !downed.contains(member)).toList();
            assertThat(left).as("seed %d", seed).allSatisfy(one -> assertThat(left)
                    .noneMatch(other -> broken.contains(new BrokenLink(one.key(), other.key()))));
            if (!left.isEmpty()) {
                assertThat(left.stream().filter(Candidate::isFounder).count())
                        .as("seed %d", seed)
                        .isGreaterThan(founders / 2);
            }
            if (broken.isEmpty()) {
                assertThat(downed).as("seed %d", seed).isEmpty();
            }
        }
    }
}
