package io.tailrace.cluster.formation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides how one node becomes a member of its cluster: pure, so that the simulation drives what runs in production.
 *
 * <pre>
 *   blank ──(all seeds blank and unanimous: Founding)──▶ founding ──(all have agreed)──▶ member
 *   blank ──(a seed's cluster is up)──────────────────────────────────────────────────▶ member
 *
 *   member, WAITING ──(somebody of the cluster is up)────────────────────▶ JOINING ──▶ UP
 *                   ──(a founder forms, and this is a founder)───────────▶ JOINING ──▶ UP
 *                   ──(a majority of founders waits and names this one)──▶ FORMING ──▶ UP
 * </pre>
 *
 * <p>Why two sides of a network cannot both be up: what is formed is not up before a majority of the founders is in it
 * ({@code min-nr-of-members}; others than founders do not join before), an actor system is in one cluster only, and a node whose
 * cluster has lost the majority gives its actor system up. Naming candidates makes a second forming rare, it is not what
 * makes it harmless: of two that cannot both come up the one formed by the greater id begins again.
 *
 * <p>Not thread-safe. Times are milliseconds of a monotonic clock.
 */
final class Formation {
    /** How often everybody is asked. */
    static final long ROUND_MILLIS = 200;
    /** How long something has to last before a node acts on it that could also be a moment's picture. */
    static final long PATIENCE_MILLIS = 5_000;
    /** How long other clusters have to answer in the place of one's own. */
    static final long FOREIGN_MILLIS = 2_000;
    /** How long a node listens that hears less than half of those it knows of. */
    static final long LISTENING_MILLIS = 3_000;
    /** A join or a forming that takes longer began with a picture that is no longer true. */
    static final long JOIN_MILLIS = 20_000;
    /** Members with this node's id or name that are asked whether they live. */
    private static final int MAX_PROBES = 64;

    private static final long NEVER = Long.MIN_VALUE;

    private final Self self;
    private final List<NodeAddress> seeds;
    private final Founding founding;
    private final Conflicts conflicts;
    private final Answers answers = new Answers();
    private final Set<NodeAddress> probes = new TreeSet<>();
    private final Lasting foreign = new Lasting(FOREIGN_MILLIS);
    private final Lasting elsewhere = new Lasting(PATIENCE_MILLIS);
    private final List<Action> wanted = new ArrayList<>();
    private Membership membership;
    private boolean storing;
    private Status.Phase phase = Status.Phase.WAITING;
    private long phaseSince = NEVER;
    private @Nullable UUID former;
    private @Nullable UUID candidate;
    private View view = View.NONE;
    private boolean over;
    private String waitingFor = "the first answers";

    /**
     * A node at its start.
     *
     * @param stored what its data directory says
     * @param seeds its setting
     * @param clusterIds draws the id of a cluster that is founded
     */
    Formation(Self self, Membership stored, List<NodeAddress> seeds, Supplier<UUID> clusterIds) {
        this.self = self;
        this.membership = stored;
        this.seeds = seeds.stream().sorted().distinct().toList();
        this.founding = new Founding(self, this.seeds, clusterIds);
        this.conflicts = new Conflicts(self);
    }

    /** A round: everybody is asked, and what is due is done. To be called every {@link #ROUND_MILLIS}. */
    List<Action> tick(long nowMillis) {
        if (phaseSince == NEVER) {
            phaseSince = nowMillis;
        }
        if (!over && phase != Status.Phase.UP) {
            long round = answers.begin(nowMillis);
            Status mine = status();
            contacts().forEach(to -> wanted.add(new Action.Send(to, new FormationMessage.Hello(round, mine))));
        }
        return decided(nowMillis);
    }

    /** Somebody said something. */
    List<Action> heard(FormationMessage message, long nowMillis) {
        if (message instanceof FormationMessage.Hello hello) {
            wanted.add(new Action.Send(
                    hello.status().self().address(), new FormationMessage.Here(hello.round(), status())));
            return taken();
        }
        if (message instanceof FormationMessage.Here here
                && contacts().contains(here.status().self().address())) {
            answers.accept(here, nowMillis);
            return decided(nowMillis);
        }
        return taken();
    }

    /** This is durable now. */
    List<Action> stored(Membership durable, long nowMillis) {
        membership = durable;
        storing = false;
        return decided(nowMillis);
    }

    /** Pekko's cluster has changed. */
    List<Action> viewed(View now, long nowMillis) {
        boolean entered = view.standing() != View.Standing.UP && now.standing() == View.Standing.UP;
        view = now;
        switch (now.standing()) {
            case JOINING -> {
                if (phase == Status.Phase.WAITING) {
                    // Let in after it had stopped waiting for that.
                    become(Status.Phase.JOINING, former, nowMillis);
                }
            }
            case UP -> {
                if (entered) {
                    become(Status.Phase.UP, null, nowMillis);
                    conflicts.withOlderMember(now.peers()).ifPresent(this::end);
                }
            }
            case GONE -> restart("it is no longer a member of the cluster");
            case NONE -> {}
        }
        return decided(nowMillis);
    }

    /** What this node says of itself. */
    Status status() {
        return new Status(
                self, seeds, membership, phase, former, candidate, phase == Status.Phase.UP ? view.peers() : List.of());
    }

    Membership membership() {
        return membership;
    }

    /** What is still missing, for a person; empty if nothing is. */
    String waitingFor() {
        return waitingFor;
    }

    /** Everybody who may know more: seeds, founders, and those who may be this node's doubles. */
    private Set<NodeAddress> contacts() {
        Set<NodeAddress> all = new TreeSet<>(seeds);
        membership.founders().stream()
                .filter(founder -> !founder.nodeId().equals(self.nodeId()))
                .forEach(founder -> all.add(founder.address()));
        all.addAll(probes);
        all.remove(self.address());
        return all;
    }

    private List<Action> decided(long nowMillis) {
        if (!over && !storing) {
            switch (phase) {
                case WAITING -> decideWaiting(answers.fresh(nowMillis), nowMillis);
                case JOINING, FORMING -> decideUnderWay(answers.fresh(nowMillis), nowMillis);
                case UP -> decideUp();
            }
        }
        return taken();
    }

    private List<Action> taken() {
        List<Action> taken = List.copyOf(wanted);
        wanted.clear();
        return taken;
    }

    private void decideWaiting(List<Status> fresh, long nowMillis) {
        Optional<Action.Refuse> refusal = conflicts.withLiving(membership, fresh);
        if (refusal.isEmpty()) {
            refusal = conflicts.withOtherClusters(membership, fresh, contacts().size());
            if (!foreign.lasts(refusal.isPresent(), nowMillis) && refusal.isPresent()) {
                waitingFor = "a node of this cluster; " + refusal.get().message();
                return;
            }
        }
        if (refusal.isPresent()) {
            end(refusal.get());
            return;
        }
        switch (membership.state()) {
            case BLANK -> take(founding.ofBlank(fresh));
            case FOUNDING -> take(founding.ofAgreed(membership, fresh));
            case MEMBER -> decideMember(fresh, nowMillis);
        }
    }

    private void take(Founding.Step step) {
        waitingFor = step.missing();
        Membership store = step.store();
        if (store != null) {
            storing = true;
            wanted.add(new Action.Store(store));
        }
    }

    private void decideMember(List<Status> fresh, long nowMillis) {
        List<Status> ours = fresh.stream()
                .filter(other -> other.isOf(membership.clusterId()))
                .toList();
        Optional<Status> up = ours.stream().filter(Status::isUp).findFirst();
        if (up.isPresent()) {
            joinWhoIsUp(up.get(), nowMillis);
            return;
        }
        if (!self.storage() || !membership.isFounder(self.nodeId())) {
            waitingFor = "cluster " + membership.clusterId() + " to be up";
            return;
        }
        Optional<Status> forming = ours.stream()
                .filter(other -> other.phase() == Status.Phase.FORMING)
                .min(Comparator.comparing(other -> other.self().nodeId()));
        if (forming.isPresent()) {
            Self at = forming.get().self();
            candidate = at.nodeId();
            join(at.address(), at.nodeId(), nowMillis);
            return;
        }
        formWithMajority(ours, nowMillis);
    }

    private void joinWhoIsUp(Status up, long nowMillis) {
        List<Peer> doubles = conflicts.mayBeLiving(up.peers());
        if (doubles.isEmpty()) {
            join(up.self().address(), null, nowMillis);
            return;
        }
        for (Peer peer : doubles) {
            if (probes.size() < MAX_PROBES) {
                probes.add(peer.address());
            }
        }
        waitingFor = "the cluster to notice that the node at " + doubles.get(0).address()
                + " with this node's name or id is gone";
    }

    private void formWithMajority(List<Status> ours, long nowMillis) {
        List<Status> electors = ours.stream()
                .filter(other -> other.phase() == Status.Phase.WAITING
                        && other.self().storage()
                        && other.membership().state() == Membership.State.MEMBER
                        && membership.isFounder(other.self().nodeId()))
                .toList();
        candidate = null;
        if (electors.size() + 1 < membership.majority()) {
            waitingFor = "a majority of the founders, " + membership.majority() + " of " + membership.founders()
                    + "; with this one " + (electors.size() + 1) + " are there";
            return;
        }
        UUID least = electors.stream()
                .map(other -> other.self().nodeId())
                .reduce(self.nodeId(), (one, other) -> one.compareTo(other) <= 0 ? one : other);
        candidate = least;
        if (hasHeardTooFew(ours.size(), nowMillis)) {
            waitingFor = "answers from more of the nodes that it knows of";
            return;
        }
        long votes = 1
                + electors.stream()
                        .filter(other -> least.equals(other.candidate()))
                        .count();
        waitingFor = "the node that is to form the cluster";
        if (least.equals(self.nodeId()) && votes >= membership.majority()) {
            become(Status.Phase.FORMING, self.nodeId(), nowMillis);
            waitingFor = "the other founders to join";
            wanted.add(new Action.Form());
        }
    }

    /** Who can form alone, or with few, gives the others time to say that they are up already, or of another cluster. */
    private boolean hasHeardTooFew(int answers, long nowMillis) {
        return 2 * answers < contacts().size() && nowMillis - phaseSince < LISTENING_MILLIS;
    }

    private void join(NodeAddress at, @Nullable UUID formedBy, long nowMillis) {
        become(Status.Phase.JOINING, formedBy, nowMillis);
        waitingFor = "the cluster to let this node in, through " + at;
        wanted.add(new Action.Join(at));
    }

    private void decideUnderWay(List<Status> fresh, long nowMillis) {
        long lasted = nowMillis - phaseSince;
        if (phase == Status.Phase.JOINING && view.standing() == View.Standing.NONE) {
            if (lasted > PATIENCE_MILLIS) {
                become(Status.Phase.WAITING, null, nowMillis);
                decideWaiting(fresh, nowMillis);
            }
            return;
        }
        boolean better = fresh.stream()
                .filter(other -> other.isOf(membership.clusterId()))
                .anyMatch(this::isBetterThanWhereThisNodeIs);
        if (elsewhere.lasts(better, nowMillis)) {
            restart("the cluster is up, or is coming up, without this node");
        } else if (lasted > JOIN_MILLIS) {
            restart("the cluster did not come up with this node within " + JOIN_MILLIS / 1_000 + " s");
        }
    }

    private boolean isBetterThanWhereThisNodeIs(Status other) {
        if (other.isUp()) {
            return other.peers().stream().noneMatch(peer -> peer.uid() == self.uid());
        }
        UUID mine = former;
        return mine != null
                && other.phase() == Status.Phase.FORMING
                && other.self().nodeId().compareTo(mine) < 0;
    }

    private void decideUp() {
        waitingFor = "";
        long founders = view.peers().stream()
                .filter(peer -> membership.isFounder(peer.nodeId()))
                .map(Peer::nodeId)
                .distinct()
                .count();
        if (founders < membership.majority()) {
            restart("a majority of the founders is no longer in the cluster: " + founders + " of "
                    + membership.founders().size() + " are");
        }
    }

    private void become(Status.Phase next, @Nullable UUID formedBy, long nowMillis) {
        phase = next;
        phaseSince = nowMillis;
        former = formedBy;
        elsewhere.reset();
    }

    private void restart(String why) {
        end(new Action.Restart(why));
    }

    private void end(Action last) {
        if (!over) {
            over = true;
            wanted.add(last);
        }
    }
}
