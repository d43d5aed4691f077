package io.tailrace.cluster.catalog;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.partition.PartitionId;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** The catalogue of one node: a sorted map in memory, a file that remembers it. Reads do not wait for writes. */
public final class TopicCatalog implements Topics {
    /** More partitions than this in one topic is a slip of the keyboard. */
    public static final int MAX_PARTITIONS = 10_000;

    private final CatalogFile file;
    private final Executor io;
    private final Object writing = new Object();
    private volatile SortedMap<String, Topic> byName = new TreeMap<>();

    /**
     * Reads the catalogue. Blocking.
     *
     * @throws TailraceException CORRUPT_LOG, IO_FAILED
     */
    public TopicCatalog(FileStore files, Path path, Executor io) {
        this.file = new CatalogFile(files, path);
        this.io = io;
        SortedMap<String, Topic> read = new TreeMap<>();
        file.read().forEach(topic -> read.put(topic.name(), topic));
        this.byName = read;
    }

    @Override
    public CompletionStage<Topic> create(NewTopic topic) {
        return answer(() -> {
            TopicName.checked(topic.name());
            check(topic);
            synchronized (writing) {
                if (byName.containsKey(topic.name())) {
                    throw new TailraceException(
                            ErrorCode.TOPIC_EXISTS,
                            "Topic '" + topic.name() + "' is already there: describe it, or choose another name.");
                }
                Topic created = new Topic(topic.name(), UUID.randomUUID(), topic.partitions(), topic.settings());
                SortedMap<String, Topic> next = new TreeMap<>(byName);
                next.put(created.name(), created);
                file.write(next.values());
                byName = next;
                return created;
            }
        });
    }

    private static void check(NewTopic topic) {
        SettingNames.check("partitions", topic.partitions(), 1, MAX_PARTITIONS);
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
    public CompletionStage<List<Topic>> list() {
        return CompletableFuture.completedFuture(List.copyOf(byName.values()));
    }

    @Override
    public CompletionStage<Topic> describe(String name) {
        Topic topic = byName.get(name);
        if (topic != null) {
            return CompletableFuture.completedFuture(topic);
        }
        try {
            TopicName.checked(name);
        } catch (TailraceException e) {
            return CompletableFuture.failedFuture(e);
        }
        return CompletableFuture.failedFuture(new TailraceException(
                ErrorCode.UNKNOWN_TOPIC, "There is no topic '" + name + "': create it first, or mind the spelling."));
    }

    /** The topic that a partition belongs to, if both are there. */
    public Optional<Topic> topicOf(PartitionId partition) {
        return byName.values().stream()
                .filter(topic -> topic.id().equals(partition.topicId()) && partition.partition() < topic.partitions())
                .findFirst();
    }

    /** Runs on the I/O executor and fails with the bare cause. */
    private <T> CompletionStage<T> answer(Supplier<T> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        io.execute(() -> {
            try {
                answer.complete(work.get());
            } catch (CompletionException e) {
                answer.completeExceptionally(e.getCause() == null ? e : e.getCause());
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }
}
