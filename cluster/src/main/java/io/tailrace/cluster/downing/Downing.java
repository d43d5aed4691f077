package io.tailrace.cluster.downing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * Decides who leaves when some members do not hear each other. Those stay who all hear each other and have a majority of the founders
 * among them; a link that is broken costs one of its two ends, whoever has the most broken links, not both. Pure.
 */
final class Downing {
    private Downing() {}

    /**
     * A member.
     *
     * @param key tells it from all others, also from an earlier life of its node
     * @param founder the founder that it is, by its node's id; empty if it is none
     * @param upNumber how old it is as a member, the oldest has the least
     */
    record Candidate(String key, String founder, int upNumber) {
        boolean isFounder() {
            return !founder.isEmpty();
        }
    }

    /** One of the two does not hear the other. */
    record BrokenLink(String one, String other) {}

    /**
     * What a member has to do.
     *
     * @param down whom it tells to leave, perhaps itself; none if that is another's business
     * @param clear whether it is to be done at once: each that is to leave has more broken links than those it does not hear, else it may be
     *     the other that is about to be missed by everybody. Who leaves by itself is never in a hurry: if the others can go on without it
     *     they do, and tell it; if all of them stood still, they are about to hear each other again
     */
    record Decision(List<Candidate> down, boolean clear) {
        Decision {
            down = List.copyOf(down);
        }
    }

    private record Staying(List<Candidate> bestFirst, boolean clear) {}

    private record Links(long toFounders, long all) implements Comparable<Links> {
        @Override
        public int compareTo(Links other) {
            return toFounders != other.toFounders
                    ? Long.compare(toFounders, other.toFounders)
                    : Long.compare(all, other.all);
        }
    }

    /** Founders before others, the old before the young. */
    private static final Comparator<Candidate> BEST_FIRST = Comparator.comparing(Candidate::isFounder)
            .reversed()
            .thenComparingInt(Candidate::upNumber)
            .thenComparing(Candidate::key);

    /**
     * Whom this member tells to leave, perhaps itself; nobody if that is another's business. All that see the same decide the same; who is to stay and comes first of those acts, and who is not
     * to stay leaves by itself, since it may not be told.
     *
     * @param members all that have not been told to leave yet
     * @param founders how many nodes founded the cluster
     */
    static Decision decide(Candidate self, Set<Candidate> members, Set<BrokenLink> broken, int founders) {
        if (broken.isEmpty()) {
            return new Decision(List.of(), true);
        }
        Staying found = staying(members, broken);
        List<Candidate> staying = found.bestFirst;
        long present = staying.stream()
                .filter(Candidate::isFounder)
                .map(Candidate::founder)
                .distinct()
                .count();
        if (!staying.contains(self) || present <= founders / 2) {
            return new Decision(List.of(self), false);
        }
        List<Candidate> down = members.stream()
                .filter(member -> staying.get(0).equals(self) && !staying.contains(member))
                .sorted(BEST_FIRST)
                .toList();
        return new Decision(down, found.clear);
    }

    /** Who all hear each other: one after the other goes who hears the fewest, until no broken link is left. */
    private static Staying staying(Set<Candidate> members, Set<BrokenLink> broken) {
        List<Candidate> staying = new ArrayList<>(members);
        staying.sort(BEST_FIRST);
        boolean clear = true;
        while (true) {
            Candidate worst = null;
            Links most = new Links(0, 0);
            for (Candidate each : staying) {
                Links links = brokenLinks(each, staying, broken);
                // Of equals the last one: the youngest.
                if (links.all > 0 && links.compareTo(most) >= 0) {
                    worst = each;
                    most = links;
                }
            }
            if (worst == null) {
                return new Staying(staying, clear);
            }
            clear &= hasMoreThanThoseItDoesNotHear(worst, most, staying, broken);
            staying.remove(worst);
        }
    }

    private static boolean hasMoreThanThoseItDoesNotHear(
            Candidate worst, Links most, List<Candidate> among, Set<BrokenLink> broken) {
        return among.stream()
                .filter(other -> isBroken(worst, other, broken))
                .allMatch(other -> brokenLinks(other, among, broken).all < most.all);
    }

    private static Links brokenLinks(Candidate of, List<Candidate> among, Set<BrokenLink> broken) {
        List<Candidate> notHeard =
                among.stream().filter(other -> isBroken(of, other, broken)).toList();
        return new Links(notHeard.stream().filter(Candidate::isFounder).count(), notHeard.size());
    }

    private static boolean isBroken(Candidate one, Candidate other, Set<BrokenLink> broken) {
        return broken.contains(new BrokenLink(one.key, other.key))
                || broken.contains(new BrokenLink(other.key, one.key));
    }
}
