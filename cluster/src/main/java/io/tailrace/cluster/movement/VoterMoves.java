package io.tailrace.cluster.movement;

import io.tailrace.cluster.catalog.Catalog;
import io.tailrace.cluster.catalog.MoveReport;
import io.tailrace.cluster.movement.VoterSteps.Bring;
import io.tailrace.cluster.movement.VoterSteps.Remove;
import io.tailrace.cluster.movement.VoterSteps.Step;
import io.tailrace.cluster.placement.GroupMove;
import io.tailrace.cluster.placement.Placement;
import io.tailrace.cluster.placement.PlacementGroup;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.replication.Replica;
import io.tailrace.engine.replication.quorum.ReplicaId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the voters of what is led on this node follow the places that the catalogue wishes for, a few partitions at a time, and reports how far
 * they have come. Looks at what moves every second, at all else now and then and when nodes come or go, since a replica may have been lost. Nothing that is
 * known here has to be right: the log of each partition decides who votes in it. Thread-safe.
 */
public final class VoterMoves {
    private static final Logger LOG = LoggerFactory.getLogger(VoterMoves.class);

    /** A learner costs the disks and the links of both nodes. */
    private static final int AT_ONCE = 4;
    /** So many looks from one at everything to the next, from one report to the next, and until nodes have to name their replicas anew. */
    private static final int LOOKS_AT_ALL = 10;

    private static final int LOOKS_PER_REPORT = 2;
    private static final int LOOKS_PER_NAME = 30;
    /** And at so many looks after a node came or went, since that is when replicas turn out to be lost. */
    private static final int LOOKS_AFTER_CHANGE = 5;

    /** What failed is left in peace for so long. */
    private static final long AGAIN_NANOS = 3_000_000_000L;

    private static final int MAX_REPORTS = 10_000;

    private final UUID self;
    private final Supplier<List<LedReplica>> ledHere;
    private final Changes changes;
    private final Supplier<Set<UUID>> live;
    private final Consumer<List<MoveReport>> reports;
    private final LongSupplier nanoClock;
    private final Map<PartitionId, UUID> underWay = new HashMap<>();
    private final Map<PartitionId, Map<UUID, ReplicaId>> named = new HashMap<>();
    private final Map<PartitionId, Map<UUID, Long>> failed = new HashMap<>();
    private final Map<PartitionId, MoveReport> reached = new HashMap<>();
    private Catalog catalog = Catalog.EMPTY;
    private Placement placement = Catalog.EMPTY.placement(List.of());
    private Set<UUID> upBefore = Set.of();
    private int looks;
    private int looksAtAll;

    /** What is done for it elsewhere. */
    public interface Changes {
        /** Which replica that node has of the partition, made if there is none. */
        CompletionStage<ReplicaId> prepare(UUID node, PartitionId partition, long number);

        /** Lets it vote, or no longer. */
        CompletionStage<Void> changeVoter(PartitionId partition, ReplicaId replica, boolean votes);

        /** Makes sure that somebody leads the partition. */
        CompletionStage<Void> start(PartitionId partition);
    }

    /**
     * Of a node.
     *
     * @param ledHere what is led here just now
     * @param live the nodes that are up and can be reached
     * @param reports takes what is to be told to the catalogue
     */
    public VoterMoves(
            UUID self,
            Supplier<List<LedReplica>> ledHere,
            Changes changes,
            Supplier<Set<UUID>> live,
            Consumer<List<MoveReport>> reports,
            LongSupplier nanoClock) {
        this.self = self;
        this.ledHere = ledHere;
        this.changes = changes;
        this.live = live;
        this.reports = reports;
        this.nanoClock = nanoClock;
    }

    /** From now on by this state. */
    public synchronized void follow(Catalog now, Placement places) {
        catalog = now;
        placement = places;
        reached.values().removeIf(report -> {
            GroupMove move = now.groups().move(report.group());
            return move == null || move.number() != report.number() || move.hasArrived() != report.settled();
        });
    }

    /** To be called every second. */
    public void look() {
        List<LedReplica> led = ledHere.get();
        Set<PartitionId> leading = new HashSet<>();
        List<Runnable> asks = new ArrayList<>();
        List<MoveReport> told = null;
        Set<UUID> up = live.get();
        synchronized (this) {
            looks++;
            if (!up.equals(upBefore)) {
                upBefore = Set.copyOf(up);
                looksAtAll = LOOKS_AFTER_CHANGE;
            }
            boolean atAll = looks % LOOKS_AT_ALL == 0 || looksAtAll-- > 0;
            for (LedReplica replica : led) {
                PartitionId partition = replica.partition();
                leading.add(partition);
                PlacementGroup group = placement.group(partition).orElse(null);
                boolean due = group != null
                        && (catalog.groups().move(group) != null
                                || named.containsKey(partition)
                                || failed.containsKey(partition)
                                || atAll);
                if (group != null && due && !underWay.containsKey(partition)) {
                    asks.add(() -> replica.status()
                            .get()
                            .thenAccept(status -> consider(partition, group, replica.self(), status)));
                }
            }
            forgetAllBut(leading);
            asks.addAll(internalsToStart(leading));
            if (looks % LOOKS_PER_REPORT == 0 && !catalog.groups().moves().isEmpty()) {
                told = List.copyOf(reached.values());
            }
        }
        asks.forEach(Runnable::run);
        if (told != null) {
            reports.accept(told);
        }
    }

    private void forgetAllBut(Set<PartitionId> leading) {
        named.keySet().retainAll(leading);
        failed.keySet().retainAll(leading);
        if (looks % LOOKS_PER_NAME == 0) {
            named.clear();
        }
    }

    /** Nobody else starts the partition of a persistent actor that does not write just now, and only who leads it can move it. */
    private List<Runnable> internalsToStart(Set<PartitionId> leading) {
        List<Runnable> starts = new ArrayList<>();
        if (looks % LOOKS_AT_ALL == 0 && !catalog.groups().moves().isEmpty()) {
            Set<UUID> up = live.get();
            catalog.internals().forEach((id, place) -> {
                PartitionId partition = new PartitionId(id, 0);
                PlacementGroup group = PlacementGroup.of(partition, place.replicas());
                Optional<UUID> first = catalog.groups().voters(group).stream()
                        .flatMap(List::stream)
                        .filter(up::contains)
                        .findFirst();
                if (place.placed()
                        && catalog.groups().move(group) != null
                        && first.filter(self::equals).isPresent()
                        && !leading.contains(partition)) {
                    starts.add(() -> changes.start(partition));
                }
            });
        }
        return starts;
    }

    /** How one of them stands; on any thread. */
    private void consider(PartitionId partition, PlacementGroup group, ReplicaId leader, Replica.Status status) {
        CompletionStage<Void> work;
        synchronized (this) {
            Set<UUID> wished = group.isControl()
                    ? new LinkedHashSet<>(placement.voters(group).orElse(List.of()))
                    : catalog.groups().stayingOrComing(group);
            if (!status.committed() || wished.isEmpty() || underWay.containsKey(partition)) {
                return;
            }
            VoterSteps steps = new VoterSteps(status.voters(), leader, wished);
            report(partition, group, steps);
            Set<UUID> able = new HashSet<>(live.get());
            able.removeAll(justFailed(partition));
            Step step = steps.next(status.live(), named.getOrDefault(partition, Map.of()), able);
            if (step == VoterSteps.Nothing.INSTANCE || underWay.size() >= AT_ONCE) {
                return;
            }
            UUID about = step instanceof Bring bring
                    ? bring.node()
                    : UUID.fromString(((Remove) step).replica().nodeId());
            if (justFailed(partition).contains(about)) {
                return;
            }
            underWay.put(partition, about);
            work = step instanceof Bring
                    ? bring(partition, about, status)
                    : changes.changeVoter(partition, ((Remove) step).replica(), false);
        }
        work.whenComplete((done, failure) -> ended(partition, failure));
    }

    private void report(PartitionId partition, PlacementGroup group, VoterSteps steps) {
        GroupMove move = catalog.groups().move(group);
        if (move != null && reached.size() < MAX_REPORTS) {
            boolean is = move.hasArrived()
                    ? steps.areExactly(catalog.groups().voters(group).orElse(List.of()))
                    : steps.haveAll(move.target());
            if (is) {
                reached.put(partition, new MoveReport(partition, group, move.number(), move.hasArrived()));
            }
        }
    }

    private CompletionStage<Void> bring(PartitionId partition, UUID node, Replica.Status status) {
        return changes.prepare(node, partition, catalog.groups().moveCount()).thenCompose(replica -> {
            name(partition, node, replica);
            boolean another = status.voters().ids().stream()
                    .anyMatch(voter -> voter.nodeId().equals(replica.nodeId()));
            if (another) {
                // It votes already, or what it replaces has to go first.
                return CompletableFuture.completedStage(null);
            }
            LOG.info("Partition {} gets the replica {}", partition, replica);
            return changes.changeVoter(partition, replica, true);
        });
    }

    private synchronized void name(PartitionId partition, UUID node, ReplicaId replica) {
        named.computeIfAbsent(partition, none -> new HashMap<>()).put(node, replica);
    }

    private Set<UUID> justFailed(PartitionId partition) {
        Map<UUID, Long> all = failed.getOrDefault(partition, new HashMap<>());
        all.values().removeIf(since -> nanoClock.getAsLong() - since >= AGAIN_NANOS);
        if (all.isEmpty()) {
            failed.remove(partition);
        }
        return all.keySet();
    }

    private synchronized void ended(PartitionId partition, Throwable failure) {
        UUID about = underWay.remove(partition);
        if (failure != null && about != null) {
            failed.computeIfAbsent(partition, none -> new HashMap<>()).put(about, nanoClock.getAsLong());
            LOG.info(
                    "The voters of partition {} stay for now: {}",
                    partition,
                    Failures.named(failure).getMessage());
        }
    }
}
