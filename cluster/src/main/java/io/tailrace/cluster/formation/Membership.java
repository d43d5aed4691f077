package io.tailrace.cluster.formation;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What a node durably knows of its cluster. It only ever goes forward: blank, perhaps founding, member.
 *
 * @param state how far it is
 * @param clusterId of the cluster, also of one that is being founded; all zeros while blank
 * @param founders who founded it, in the order of their addresses at that time; never changed since; none while blank
 */
public record Membership(State state, UUID clusterId, List<Founder> founders) {
    private static final UUID NONE = new UUID(0, 0);

    /** How far a node is. The number is written to the disk, the name to the wire. */
    public enum State {
        /** It belongs to no cluster yet. */
        BLANK(0),
        /** It has agreed to a founding that may not have been agreed to by all. */
        FOUNDING(1),
        /** It belongs to that cluster for good. */
        MEMBER(2);

        private final int number;

        State(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }

        static Optional<State> of(int number) {
            return Arrays.stream(values())
                    .filter(state -> state.number == number)
                    .findFirst();
        }
    }

    /** Keeps the founders as they are now. */
    public Membership {
        founders = List.copyOf(founders);
    }

    /** Of a data directory that was just made. */
    public static Membership blank() {
        return new Membership(State.BLANK, NONE, List.of());
    }

    static Membership founding(UUID clusterId, List<Founder> founders) {
        return new Membership(State.FOUNDING, clusterId, founders);
    }

    /** Of a cluster that has been founded. */
    public static Membership member(UUID clusterId, List<Founder> founders) {
        return new Membership(State.MEMBER, clusterId, founders);
    }

    Membership finished() {
        return member(clusterId, founders);
    }

    boolean isBlank() {
        return state == State.BLANK;
    }

    /** Whether that node is among the founders. */
    public boolean isFounder(UUID nodeId) {
        return founders.stream().anyMatch(founder -> founder.nodeId().equals(nodeId));
    }

    /** How many founders have to be together before there is a cluster. */
    public int majority() {
        return founders.size() / 2 + 1;
    }
}
