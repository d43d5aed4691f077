package io.tailrace.streams;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicChange;
import io.tailrace.cluster.catalog.Topics;
import io.tailrace.cluster.group.Groups;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.cluster.placement.Appended;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.cluster.placement.Partitions;
import io.tailrace.cluster.quota.Throttles;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.Partition;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.Replica;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A node in memory: real batches in lists, and faults that tests switch on. */
final class FakeTailrace implements Tailrace, Topics, Partitions {
    private final ActorSystem<Void> system;
    private final Map<String, Topic> topics = new ConcurrentHashMap<>();
    private final Map<PartitionId, FakePartition> partitions = new ConcurrentHashMap<>();
    final FakeGroups groups = new FakeGroups(topics::values);
    volatile Throttles throttles = new Throttles();
    /** So many look-ups fail with PARTITION_UNAVAILABLE. */
    final AtomicInteger unavailableLookUps = new AtomicInteger();

    FakeTailrace() {
        this(ConfigFactory.load());
    }

    FakeTailrace(Config config) {
        system = ActorSystem.create(Behaviors.<Void>empty(), "streams-test", config);
    }

    FakeTailrace withTopic(String name, int partitions) {
        return withTopic(NewTopic.of(name, partitions));
    }

    FakeTailrace withTopic(NewTopic topic) {
        create(topic).toCompletableFuture().join();
        return this;
    }

    /** The topic is deleted and made again under its name, which makes it another topic. */
    void recreate(String name, int partitions) {
        topics.put(
                name,
                new Topic(
                        name, UUID.randomUUID(), partitions, 1, topics.get(name).settings()));
    }

    /** The same topic gets more partitions. */
    void grow(String name, int partitions) {
        Topic before = topics.get(name);
        topics.put(name, new Topic(name, before.id(), partitions, 1, before.settings()));
        groups.topicsChanged();
    }

    FakePartition partition(String topic, int number) {
        return partition(topics.get(topic).partition(number));
    }

    FakePartition partition(PartitionId id) {
        return partitions.computeIfAbsent(id, key -> new FakePartition(key));
    }

    @Override
    public ActorSystem<?> system() {
        return system;
    }

    @Override
    public java.nio.file.Path dataDirectory() {
        return java.nio.file.Path.of("nowhere");
    }

    @Override
    public String nodeName() {
        return "fake";
    }

    @Override
    public boolean ready() {
        return true;
    }

    @Override
    public Topics topics() {
        return this;
    }

    @Override
    public Groups groups() {
        return groups;
    }

    @Override
    public Throttles throttles() {
        return throttles;
    }

    @Override
    public Partitions partitions() {
        return this;
    }

    @Override
    public CompletionStage<Topic> create(NewTopic topic) {
        UUID id = UUID.nameUUIDFromBytes(topic.name().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        Topic created = new Topic(topic.name(), id, topic.partitions(), 1, topic.settings());
        topics.put(topic.name(), created);
        groups.topicsChanged();
        return CompletableFuture.completedStage(created);
    }

    @Override
    public CompletionStage<List<Topic>> list() {
        return CompletableFuture.completedStage(List.copyOf(topics.values()));
    }

    @Override
    public CompletionStage<Topic> describe(String name) {
        if (unavailableLookUps.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            return CompletableFuture.failedStage(
                    new TailraceException(ErrorCode.PARTITION_UNAVAILABLE, "The catalogue is being recovered."));
        }
        Topic topic = topics.get(name);
        return topic == null
                ? CompletableFuture.failedStage(
                        new TailraceException(ErrorCode.UNKNOWN_TOPIC, "There is no topic " + name + "."))
                : CompletableFuture.completedStage(topic);
    }

    @Override
    public CompletionStage<Topic> alter(String name, TopicChange change) {
        return CompletableFuture.failedStage(new UnsupportedOperationException("alter"));
    }

    @Override
    public CompletionStage<Topic> delete(String name) {
        return CompletableFuture.failedStage(new UnsupportedOperationException("delete"));
    }

    @Override
    public CompletionStage<OffsetRange> deleteRecords(PartitionId partition, long beforeOffset) {
        return CompletableFuture.failedStage(new UnsupportedOperationException("deleteRecords"));
    }

    @Override
    public CompletionStage<Appended> append(PartitionId partition, RecordBatch batch) {
        if (topics.values().stream().noneMatch(topic -> topic.id().equals(partition.topicId()))) {
            return CompletableFuture.failedStage(
                    new TailraceException(ErrorCode.UNKNOWN_TOPIC, "The topic of " + partition + " was deleted."));
        }
        return partition(partition).append(batch);
    }

    @Override
    public CompletionStage<Partition.Description> describe(PartitionId partition) {
        return CompletableFuture.completedStage(new Partition.Description("n", 1, 0, 0, 0, List.of()));
    }

    @Override
    public CompletionStage<Replica.Standing> replica(PartitionId partition) {
        throw new UnsupportedOperationException("It has no replicas.");
    }

    @Override
    public CompletionStage<Replica.Standing> recoverUncleanly(PartitionId partition) {
        throw new UnsupportedOperationException("It has no replicas.");
    }

    @Override
    public PartitionReader reader(PartitionId partition) {
        return partition(partition).reader();
    }

    @Override
    public void close() {
        system.terminate();
    }
}
