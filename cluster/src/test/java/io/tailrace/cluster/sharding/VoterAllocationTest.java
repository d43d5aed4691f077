package io.tailrace.cluster.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.placement.GroupLayout;
import io.tailrace.cluster.placement.PlacementGroup;
import io.tailrace.cluster.placement.PlacementGroups;
import io.tailrace.cluster.placement.StorageNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.sharding.ShardRegion;
import org.apache.pekko.cluster.sharding.typed.GetShardRegionState;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.ShardingMessageExtractor;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pekko's own sharding, on actor systems of this process, with the settings that nodes have. */
class VoterAllocationTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final String STOP = "stop";
    private static final EntityTypeKey<String> TYPE = EntityTypeKey.create(String.class, "where");
    private static final List<UUID> NODES = List.of(new UUID(1, 1), new UUID(2, 2), new UUID(3, 3));
    private static final PlacementGroups GROUPS = PlacementGroups.NONE.with(
            3, GroupLayout.of(3, NODES.stream().map(StorageNode::of).toList()));
    private static final List<PlacementGroup> SHARDS =
            IntStream.range(0, 18).mapToObj(n -> new PlacementGroup(3, n)).toList();

    private final Map<UUID, Peer> peers = new TreeMap<>();
    private volatile Set<UUID> departing = Set.of();

    /** One of the nodes, as far as sharding is concerned. */
    private final class Peer {
        private final ActorSystem system;
        private final Cluster cluster;
        private final ActorRef<ShardingEnvelope<String>> region;

        Peer(UUID id, Optional<Address> seed) {
            Config reference = ConfigFactory.load();
            this.system = ActorSystem.create(
                    "allocation",
                    ConfigFactory.parseMap(Map.of(
                                    "pekko.cluster.roles", List.of("storage", "id=" + id),
                                    "pekko.cluster.jmx.enabled", "off",
                                    "pekko.loglevel", System.getProperty("pl", "WARNING")))
                            .withFallback(reference.getConfig("tailrace.actor-system"))
                            .withFallback(reference));
            this.cluster = Cluster.get(system);
            cluster.join(seed.orElse(cluster.selfAddress()));
            VoterAllocation allocation = new VoterAllocation(
                    GROUPS::voters, this::live, () -> departing, this::nodeOf, Duration.ofSeconds(3), System::nanoTime);
            this.region = ClusterSharding.get(Adapter.toTyped(system))
                    .init(Entity.of(TYPE, context -> untilStopped())
                            .withStopMessage(STOP)
                            .withRole("storage")
                            .withAllocationStrategy(allocation)
                            .withMessageExtractor(new EachItsShard()));
        }

        private static Behavior<String> untilStopped() {
            return Behaviors.receive(String.class)
                    .onMessageEquals(STOP, Behaviors::stopped)
                    .onAnyMessage(start -> Behaviors.same())
                    .build();
        }

        private Map<UUID, Member> members() {
            Map<UUID, Member> byId = new HashMap<>();
            for (Member member : cluster.state().getMembers()) {
                member.getRoles().stream()
                        .filter(role -> role.startsWith("id=") && member.status() == MemberStatus.up())
                        .forEach(role -> byId.put(UUID.fromString(role.substring(3)), member));
            }
            return byId;
        }

        Set<UUID> live() {
            Map<UUID, Member> byId = members();
            byId.values().removeAll(cluster.state().getUnreachable());
            byId.keySet().removeAll(departing);
            return new HashSet<>(byId.keySet());
        }

        private Optional<UUID> nodeOf(org.apache.pekko.actor.ActorRef actor) {
            Address path = actor.path().address();
            Address address = path.hasLocalScope() ? cluster.selfAddress() : path;
            return members().entrySet().stream()
                    .filter(member -> member.getValue().address().equals(address))
                    .map(Map.Entry::getKey)
                    .findFirst();
        }

        Set<String> shards() {
            ActorRef<org.apache.pekko.cluster.sharding.typed.ClusterShardingQuery> states =
                    ClusterSharding.get(Adapter.toTyped(system)).shardState();
            try {
                return AskPattern
                        .<org.apache.pekko.cluster.sharding.typed.ClusterShardingQuery,
                                ShardRegion.CurrentShardRegionState>
                                ask(
                                        states,
                                        replyTo -> new GetShardRegionState(TYPE, replyTo),
                                        Duration.ofSeconds(3),
                                        Adapter.toTyped(system).scheduler())
                        .toCompletableFuture()
                        .get()
                        .getShards()
                        .stream()
                        .map(ShardRegion.ShardState::shardId)
                        .collect(java.util.stream.Collectors.toSet());
            } catch (InterruptedException | ExecutionException e) {
                return Set.of();
            }
        }
    }

    private static final class EachItsShard extends ShardingMessageExtractor<ShardingEnvelope<String>, String> {
        @Override
        public String entityId(ShardingEnvelope<String> envelope) {
            return envelope.entityId();
        }

        @Override
        public String shardId(String entityId) {
            return entityId;
        }

        @Override
        public String unwrapMessage(ShardingEnvelope<String> envelope) {
            return envelope.message();
        }
    }

    @AfterEach
    void stop() {
        peers.values().forEach(peer -> peer.system.terminate());
    }

    private void start(UUID id) {
        Optional<Address> seed = peers.values().stream().findFirst().map(peer -> peer.cluster.selfAddress());
        peers.put(id, new Peer(id, seed));
    }

    private void awaitLive(UUID... live) {
        await().atMost(PATIENCE).until(() -> peers.values().stream()
                .allMatch(peer -> peer.live().equals(Set.of(live))));
    }

    /** Messages start shards; they are lost while shards move. */
    private Map<String, UUID> whereShardsAre() {
        Map<String, UUID> where = new TreeMap<>();
        peers.forEach((id, peer) -> peer.shards().forEach(shard -> where.put(shard, id)));
        Peer any = peers.values().iterator().next();
        SHARDS.forEach(shard -> any.region.tell(new ShardingEnvelope<>(shard.text(), "start")));
        return where;
    }

    private static Map<String, UUID> firstOf(Set<UUID> live) {
        Map<String, UUID> where = new TreeMap<>();
        SHARDS.forEach(shard -> where.put(
                shard.text(),
                GROUPS.voters(shard).orElseThrow().stream()
                        .filter(live::contains)
                        .findFirst()
                        .orElseThrow()));
        return where;
    }

    @Test
    void shardsAreOnTheFirstVoterThatLivesAndComeBackToTheFirst() {
        UUID a = NODES.get(0);
        UUID b = NODES.get(1);
        UUID c = NODES.get(2);
        NODES.forEach(this::start);
        awaitLive(a, b, c);
        await().atMost(PATIENCE).until(() -> whereShardsAre().equals(firstOf(Set.of(a, b, c))));

        // The first one has the coordinator.
        Peer gone = peers.remove(a);
        Address address = gone.cluster.selfAddress();
        gone.system.terminate();
        peers.get(b).cluster.down(address);
        await().atMost(PATIENCE).until(() -> whereShardsAre().equals(firstOf(Set.of(b, c))));

        start(a);
        awaitLive(a, b, c);
        await().atMost(PATIENCE).until(() -> whereShardsAre().equals(firstOf(Set.of(a, b, c))));
    }

    @Test
    void shardsOfANodeThatIsAboutToLeaveGoToOthersWhileItIsAMemberStill() {
        UUID a = NODES.get(0);
        UUID b = NODES.get(1);
        start(a);
        start(b);
        awaitLive(a, b);
        await().atMost(PATIENCE).until(() -> whereShardsAre().equals(firstOf(Set.of(a, b))));
        departing = Set.of(a);
        await().atMost(PATIENCE).until(() -> whereShardsAre().equals(firstOf(Set.of(b))));
    }

    @Test
    void aShardThatIsNotKnownIsPutNowhere() {
        start(NODES.get(0));
        awaitLive(NODES.get(0));
        peers.get(NODES.get(0)).region.tell(new ShardingEnvelope<>("7-1", "start"));
        await().atMost(PATIENCE).until(() -> whereShardsAre().size() == SHARDS.size());
        assertThat(whereShardsAre()).doesNotContainKey("7-1");
    }
}
