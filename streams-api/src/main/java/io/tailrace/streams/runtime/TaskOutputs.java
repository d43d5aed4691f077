package io.tailrace.streams.runtime;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.Headers;
import io.tailrace.engine.record.RecordBatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** The outputs of a task: they wait in batches for a commit, and are brought to their partitions. */
final class TaskOutputs implements RunOutput {
    private static final int RECORD_OVERHEAD_BYTES = 64;

    private final Tailrace tailrace;
    private final TaskTopics known;
    private final TaskLoop loop;
    private final Questions questions;
    private final long producerId;
    private final short firstEpoch;
    private final int firstSticky;
    private final Runnable progressed;
    private final Map<String, OutputTopic> topics = new HashMap<>();
    /** Records whose topic, chosen by themselves, is being looked up. */
    private final Map<String, List<Waiting>> waiting = new HashMap<>();

    private final Map<PartitionId, OutputPartition> partitions = new LinkedHashMap<>();
    private final Map<PartitionId, OutputSender> senders = new HashMap<>();
    /** Of those that hold records. */
    private final Set<OutputPartition> filled = new LinkedHashSet<>();

    /** How many batches are not known to be stored, by commit. */
    private final TreeMap<Long, Integer> undelivered = new TreeMap<>();

    private long openBytes;

    /** A record that goes to its topic as soon as that is known. */
    private record Waiting(int bytes, Consumer<OutputTopic> adding) {}

    /**
     * Of one life of a task.
     *
     * @param producerId under which all is sent
     * @param firstEpoch of partitions that nothing has been sent to
     * @param progressed called when a topic has been found, or a batch stored
     */
    TaskOutputs(
            Tailrace tailrace,
            TaskTopics known,
            TaskLoop loop,
            Questions questions,
            long producerId,
            short firstEpoch,
            int firstSticky,
            Runnable progressed) {
        this.tailrace = tailrace;
        this.known = known;
        this.loop = loop;
        this.questions = questions;
        this.producerId = producerId;
        this.firstEpoch = firstEpoch;
        this.firstSticky = firstSticky;
        this.progressed = progressed;
    }

    /** Goes on with the sequence numbers that the log has. */
    void resume(Map<PartitionId, TaskLogFormat.Output> outputs) {
        outputs.forEach((id, from) -> partitions.put(id, new OutputPartition(id, producerId, from)));
    }

    @Override
    public void send(
            String topic,
            @Nullable IntUnaryOperator partition,
            byte @Nullable [] key,
            byte @Nullable [] value,
            long timestamp,
            Headers headers) {
        OutputTopic found = topics.get(topic);
        if (found == null) {
            found = lookUp(topic);
        }
        if (found == null) {
            int bytes = RECORD_OVERHEAD_BYTES + length(key) + length(value);
            openBytes += bytes;
            waiting.computeIfAbsent(topic, name -> new ArrayList<>())
                    .add(new Waiting(bytes, there -> add(there, partition, key, value, timestamp, headers)));
        } else {
            add(found, partition, key, value, timestamp, headers);
        }
    }

    private static int length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    private @Nullable OutputTopic lookUp(String name) {
        Topic there = known.find(name).orElse(null);
        if (there != null) {
            OutputTopic topic = new OutputTopic(there, firstSticky);
            topics.put(name, topic);
            return topic;
        }
        if (!waiting.containsKey(name)) {
            questions.ask(() -> tailrace.topics().describe(name), topic -> found(name, topic));
        }
        return null;
    }

    private void found(String name, Topic there) {
        OutputTopic topic = new OutputTopic(there, firstSticky);
        topics.put(name, topic);
        List<Waiting> records = waiting.remove(name);
        if (records != null) {
            for (Waiting record : records) {
                openBytes -= record.bytes();
                record.adding().accept(topic);
            }
        }
        progressed.run();
    }

    private void add(
            OutputTopic topic,
            @Nullable IntUnaryOperator chosen,
            byte @Nullable [] key,
            byte @Nullable [] value,
            long timestamp,
            Headers headers) {
        OutputPartition partition = topic.partition(chosen, key, this::open);
        filled.add(partition);
        try {
            openBytes += partition.append(key, value, timestamp, headers);
        } catch (TailraceException e) {
            throw new TailraceException(
                    e.code(), "An output to topic " + topic.topic().name() + " failed: " + e.getMessage(), e);
        }
    }

    private OutputPartition open(Topic topic, int number) {
        OutputPartition partition = partitions.computeIfAbsent(
                topic.partition(number),
                id -> new OutputPartition(id, producerId, new TaskLogFormat.Output(firstEpoch, 0)));
        partition.follow(topic);
        return partition;
    }

    /** Whether some records wait for their topic to be found: no commit can be made before. */
    boolean isLookingUp() {
        return !waiting.isEmpty();
    }

    /** Whether anything waits to be taken. */
    boolean isEmpty() {
        return filled.isEmpty();
    }

    /** How many bytes wait to be taken. */
    long openBytes() {
        return openBytes;
    }

    /** Takes all that waits, as batches of that commit, which count as not delivered from here on. */
    List<OutputBatch> take(long commit) {
        List<OutputBatch> batches = new ArrayList<>();
        for (OutputPartition partition : filled) {
            take(partition, commit, batches);
        }
        topics.values().forEach(OutputTopic::moveOn);
        filled.clear();
        openBytes = 0;
        return batches;
    }

    /** Sends what waits for partitions that take it at once, for that commit. What waits for others fills its batches meanwhile. */
    void sendWhatCanGo(long commit) {
        List<OutputBatch> batches = new ArrayList<>();
        filled.removeIf(partition -> {
            if (!sender(partition).isFree()) {
                return false;
            }
            openBytes -= partition.waitingBytes();
            take(partition, commit, batches);
            return true;
        });
        if (!batches.isEmpty()) {
            topics.values().forEach(OutputTopic::moveOn);
            batches.forEach(this::send);
        }
    }

    private void take(OutputPartition partition, long commit, List<OutputBatch> batches) {
        for (RecordBatch batch : partition.take()) {
            batches.add(new OutputBatch(commit, batches.size(), partition, batch, false));
            undelivered.merge(commit, 1, Integer::sum);
        }
    }

    /** Sends those that an earlier life may have sent. */
    void replay(List<TaskLogFormat.Slot> slots) {
        for (TaskLogFormat.Slot slot : slots) {
            OutputPartition partition = partitions.computeIfAbsent(
                    slot.partition(),
                    id -> new OutputPartition(id, producerId, new TaskLogFormat.Output(firstEpoch, 0)));
            undelivered.merge(slot.commit(), 1, Integer::sum);
            send(new OutputBatch(slot.commit(), slot.number(), partition, slot.batch(), true));
        }
    }

    /** Brings it to its partition, behind those before it. */
    void send(OutputBatch batch) {
        sender(batch.partition).send(batch);
    }

    private OutputSender sender(OutputPartition partition) {
        return senders.computeIfAbsent(
                partition.id(),
                id -> new OutputSender(partition, tailrace.partitions(), loop, this::stored, progressed));
    }

    /** The partitions that have forgotten under which producer they got what they have, and so take nothing more: to be renewed. */
    List<OutputSender> forgotten() {
        return senders.values().stream().filter(OutputSender::isForgotten).toList();
    }

    private void stored(OutputBatch batch) {
        undelivered.computeIfPresent(batch.commit, (commit, count) -> count == 1 ? null : count - 1);
        progressed.run();
    }

    /** Whether all that was taken is stored. */
    boolean isDelivered() {
        return undelivered.isEmpty();
    }

    /**
     * The first commit whose outputs are not all known to be stored.
     *
     * @param otherwise the answer if there is none
     */
    long firstUndelivered(long otherwise) {
        return undelivered.isEmpty() ? otherwise : undelivered.firstKey();
    }
}
