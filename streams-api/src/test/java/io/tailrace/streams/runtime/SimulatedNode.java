package io.tailrace.streams.runtime;

import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicChange;
import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.cluster.catalog.Topics;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.cluster.placement.Appended;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.cluster.placement.Partitions;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.Partition;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.Replica;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;

/** A node of {@link SimulatedPartition}s. */
final class SimulatedNode implements Tailrace, Topics, Partitions {
    private final Map<String, Topic> topics = new LinkedHashMap<>();
    private final Map<PartitionId, SimulatedPartition> partitions = new LinkedHashMap<>();
    private final int maxProducers;

    SimulatedNode(int maxProducers) {
        this.maxProducers = maxProducers;
    }

    Topic withTopic(String name, int count, TopicSettings settings) {
        UUID id = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
        Topic topic = new Topic(name, id, count, 1, settings);
        topics.put(name, topic);
        for (int number = 0; number < count; number++) {
            partitions.put(topic.partition(number), new SimulatedPartition(maxProducers));
        }
        return topic;
    }

    Topic topic(String name) {
        return topics.get(name);
    }

    SimulatedPartition partition(String topic, int number) {
        return partitions.get(topics.get(topic).partition(number));
    }

    List<SimulatedPartition> all() {
        return List.copyOf(partitions.values());
    }

    @Override
    public CompletionStage<Appended> append(PartitionId partition, RecordBatch batch) {
        return partitions.get(partition).append(batch);
    }

    @Override
    public CompletionStage<OffsetRange> deleteRecords(PartitionId partition, long beforeOffset) {
        partitions.get(partition).deleteBelow(beforeOffset);
        return CompletableFuture.completedStage(partitions.get(partition).range());
    }

    @Override
    public PartitionReader reader(PartitionId partition) {
        return partitions.get(partition).reader();
    }

    @Override
    public CompletionStage<Topic> describe(String name) {
        Topic topic = topics.get(name);
        return topic != null
                ? CompletableFuture.completedStage(topic)
                : CompletableFuture.failedStage(
                        new TailraceException(ErrorCode.UNKNOWN_TOPIC, "There is no topic " + name + "."));
    }

    @Override
    public CompletionStage<List<Topic>> list() {
        return CompletableFuture.completedStage(List.copyOf(topics.values()));
    }

    @Override
    public Topics topics() {
        return this;
    }

    @Override
    public Partitions partitions() {
        return this;
    }

    @Override
    public CompletionStage<Topic> create(NewTopic topic) {
        throw new UnsupportedOperationException("create");
    }

    @Override
    public CompletionStage<Topic> alter(String name, TopicChange change) {
        throw new UnsupportedOperationException("alter");
    }

    @Override
    public CompletionStage<Topic> delete(String name) {
        throw new UnsupportedOperationException("delete");
    }

    @Override
    public CompletionStage<Partition.Description> describe(PartitionId partition) {
        throw new UnsupportedOperationException("describe");
    }

    @Override
    public CompletionStage<Replica.Standing> replica(PartitionId partition) {
        throw new UnsupportedOperationException("replica");
    }

    @Override
    public CompletionStage<Replica.Standing> recoverUncleanly(PartitionId partition) {
        throw new UnsupportedOperationException("recoverUncleanly");
    }

    @Override
    public ActorSystem<?> system() {
        throw new UnsupportedOperationException("system");
    }

    @Override
    public String nodeName() {
        return "simulated";
    }

    @Override
    public boolean ready() {
        return true;
    }

    @Override
    public Path dataDirectory() {
        throw new UnsupportedOperationException("dataDirectory");
    }

    @Override
    public void close() {}
}
