package io.tailrace.cluster.placement;

import io.tailrace.engine.partition.Partition;
import io.tailrace.engine.partition.PartitionEnvironment;
import io.tailrace.engine.partition.PartitionId;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.ShardCoordinator;
import org.apache.pekko.cluster.sharding.typed.ShardingMessageExtractor;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;

/** The shard region of the partitions: it starts them where they belong and finds them. It carries questions, never batches. */
public final class PartitionRegion {
    private static final EntityTypeKey<Partition.Command> TYPE =
            EntityTypeKey.create(Partition.Command.class, "tailrace-partition");

    private static final char SEPARATOR = '/';

    private PartitionRegion() {}

    /**
     * Starts the region on this node.
     *
     * @param hostRole only members with that role host partitions; empty for all
     * @param allocation where a shard, which is a placement group, is put
     */
    public static ActorRef<PartitionEnvelope> start(
            ActorSystem<?> system,
            PartitionEnvironment environment,
            Optional<String> hostRole,
            ShardCoordinator.ShardAllocationStrategy allocation) {
        Entity<Partition.Command, PartitionEnvelope> entity = Entity.of(
                        TYPE, context -> Partition.create(partition(context.getEntityId()), environment))
                .withStopMessage(Partition.Stop.INSTANCE)
                .withAllocationStrategy(allocation)
                .withMessageExtractor(new Extractor());
        return ClusterSharding.get(system).init(hostRole.map(entity::withRole).orElse(entity));
    }

    /**
     * The way to the region from a node that hosts no partitions.
     *
     * @param hostRole of the members that do
     */
    public static ActorRef<PartitionEnvelope> proxy(ActorSystem<?> system, String hostRole) {
        return ClusterSharding.get(system)
                .init(Entity.of(TYPE, context -> Behaviors.<Partition.Command>stopped())
                        .withMessageExtractor(new Extractor())
                        .withRole(hostRole));
    }

    /** An entity's id is its group's text, which names its shard, and its partition's. */
    private static PartitionId partition(String entityId) {
        return PartitionId.parse(entityId.substring(entityId.indexOf(SEPARATOR) + 1));
    }

    private static final class Extractor extends ShardingMessageExtractor<PartitionEnvelope, Partition.Command> {
        @Override
        public String entityId(PartitionEnvelope envelope) {
            return envelope.group().text() + SEPARATOR + envelope.partition().text();
        }

        @Override
        public String shardId(String entityId) {
            return entityId.substring(0, entityId.indexOf(SEPARATOR));
        }

        @Override
        public Partition.Command unwrapMessage(PartitionEnvelope envelope) {
            return envelope.message();
        }
    }
}
