package io.tailrace.cluster.sharding;

import io.tailrace.cluster.placement.PlacementGroup;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.cluster.sharding.ShardCoordinator;
import org.apache.pekko.dispatch.Futures;
import scala.collection.immutable.IndexedSeq;
import scala.concurrent.Future;

/**
 * Puts each shard, which is a placement group, on the first of its voters that lives, and moves it there when that one has come back
 * ({@link GroupAllocation}). A group that is not known here yet, or none of whose voters lives, is put nowhere: whoever asks
 * for it asks again, every {@code retry-interval} of the region. Used by the shard coordinator alone, one call at a time.
 */
public final class VoterAllocation extends ShardCoordinator.AbstractShardAllocationStrategy {
    private final Function<PlacementGroup, Optional<List<UUID>>> voters;
    private final Supplier<Set<UUID>> live;
    private final Supplier<Set<UUID>> departing;
    private final Function<ActorRef, Optional<UUID>> nodeOf;
    private final Settling settling;

    /**
     * By what is known on this node.
     *
     * @param voters of a group, the preferred leader first; empty while they are not known
     * @param live the nodes that are up and can be reached
     * @param departing those that would be, if they were not about to leave
     * @param nodeOf the node that a shard region is on, if it is a member
     * @param settle how long a node has to be live before anything is moved to it
     */
    public VoterAllocation(
            Function<PlacementGroup, Optional<List<UUID>>> voters,
            Supplier<Set<UUID>> live,
            Supplier<Set<UUID>> departing,
            Function<ActorRef, Optional<UUID>> nodeOf,
            Duration settle,
            LongSupplier nanoClock) {
        this.voters = voters;
        this.live = live;
        this.departing = departing;
        this.nodeOf = nodeOf;
        this.settling = new Settling(settle, nanoClock);
    }

    @Override
    public Future<ActorRef> allocateShard(
            ActorRef requester, String shard, Map<ActorRef, IndexedSeq<String>> allocations) {
        Map<UUID, ActorRef> regions = regions(allocations.keySet());
        return votersOf(shard)
                .flatMap(allocation(regions.keySet())::leader)
                .map(regions::get)
                .map(Futures::successful)
                // Not a failure, which would be an error in the log at each attempt.
                .orElseGet(() -> Futures.<ActorRef>promise().future());
    }

    @Override
    public Future<Set<String>> rebalance(Map<ActorRef, IndexedSeq<String>> allocations, Set<String> inProgress) {
        Map<UUID, ActorRef> regions = regions(allocations.keySet());
        Map<String, UUID> leaders = new TreeMap<>();
        regions.forEach((node, region) -> {
            IndexedSeq<String> shards = allocations.get(region);
            for (int n = 0; shards != null && n < shards.length(); n++) {
                leaders.put(shards.apply(n), node);
            }
        });
        return Futures.successful(allocation(regions.keySet()).moves(leaders, this::votersOf, inProgress));
    }

    /** With the nodes that live and have a region. */
    private GroupAllocation allocation(Collection<UUID> withRegion) {
        Set<UUID> able = new HashSet<>(live.get());
        able.retainAll(withRegion);
        Set<UUID> leaving = new HashSet<>(departing.get());
        leaving.retainAll(withRegion);
        return new GroupAllocation(able, settling.of(able), leaving);
    }

    private Map<UUID, ActorRef> regions(Collection<ActorRef> all) {
        Map<UUID, ActorRef> regions = new HashMap<>();
        all.forEach(region -> nodeOf.apply(region).ifPresent(node -> regions.put(node, region)));
        return regions;
    }

    private Optional<List<UUID>> votersOf(String shard) {
        return PlacementGroup.parse(shard).flatMap(voters);
    }
}
