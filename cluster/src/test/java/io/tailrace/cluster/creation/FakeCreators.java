package io.tailrace.cluster.creation;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.partition.PartitionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Nodes that make replicas in memory, each in its way. */
public final class FakeCreators implements ReplicaCreators {
    /** How a node answers. */
    public enum Way {
        MAKES,
        MAKES_AND_SAYS_IT_TWICE,
        REFUSES,
        IS_BUSY,
        IS_SILENT,
        SAYS_IT_IS_AT_IT
    }

    private final Map<UUID, Way> ways = new HashMap<>();
    private final Map<UUID, Set<PartitionId>> made = new HashMap<>();
    private final Map<UUID, Integer> asked = new HashMap<>();
    private final List<Integer> sizes = new ArrayList<>();

    /** From now on that node is like that; at first each makes what it is asked for. */
    public synchronized void set(UUID node, Way way) {
        ways.put(node, way);
    }

    /** What has been made on that node. */
    public synchronized Set<PartitionId> made(UUID node) {
        return Set.copyOf(made.getOrDefault(node, Set.of()));
    }

    /** How often that node has been asked for something. */
    public synchronized int asked(UUID node) {
        return asked.getOrDefault(node, 0);
    }

    /** How many replicas each request was for. */
    public synchronized List<Integer> sizes() {
        return List.copyOf(sizes);
    }

    @Override
    public synchronized void tell(UUID node, ReplicaCreator.Request asked) {
        ReplicaCreator.Create message = (ReplicaCreator.Create) asked;
        this.asked.merge(node, 1, Integer::sum);
        sizes.add(message.replicas().size());
        UUID request = message.request();
        switch (ways.getOrDefault(node, Way.MAKES)) {
            case MAKES -> {
                make(node, message);
                message.replyTo().tell(new ReplicaCreator.Created(request));
            }
            case MAKES_AND_SAYS_IT_TWICE -> {
                make(node, message);
                message.replyTo().tell(new ReplicaCreator.Created(request));
                message.replyTo().tell(new ReplicaCreator.Created(request));
            }
            case REFUSES ->
                message.replyTo().tell(new ReplicaCreator.NotCreated(request, ErrorCode.DISK_FULL, "No room."));
            case IS_BUSY ->
                message.replyTo().tell(new ReplicaCreator.NotCreated(request, ErrorCode.PARTITION_BUSY, "Later."));
            case SAYS_IT_IS_AT_IT -> message.replyTo().tell(new ReplicaCreator.Creating(request));
            case IS_SILENT -> {}
        }
    }

    private void make(UUID node, ReplicaCreator.Create message) {
        Set<PartitionId> here = made.computeIfAbsent(node, none -> new LinkedHashSet<>());
        message.replicas().forEach(replica -> {
            if (!replica.voters().contains(node)) {
                throw new AssertionError(node + " is no voter of " + replica);
            }
            here.add(replica.partition());
        });
    }
}
