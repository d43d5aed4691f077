package io.tailrace.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.group.TopicPartitionId;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.TopicPartition;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Which partitions a request about a group is about: those of whole topics, single ones, or all of which the group has committed something. */
final class GroupSelection {
    /** More at once are refused: each has to be asked, and all of it is one answer. */
    static final int MAX_PARTITIONS = 10_000;

    private final Set<String> topics = new LinkedHashSet<>();
    private final Set<TopicPartition> partitions = new LinkedHashSet<>();
    private boolean all;

    /** Takes the parameters {@code topic=NAME} and {@code partition=NAME:NUMBER}, each as often as it stands there. */
    static GroupSelection of(Parameters parameters) {
        GroupSelection selection = new GroupSelection();
        selection.topics.addAll(parameters.all("topic"));
        parameters.all("partition").forEach(text -> selection.partitions.add(partition(text)));
        return selection;
    }

    private static TopicPartition partition(String text) {
        int colon = text.lastIndexOf(':');
        String number = text.substring(colon + 1);
        if (colon < 1 || !number.matches("[0-9]{1,9}")) {
            throw Json.malformed("partition is '" + Json.shown(text, 60) + "': give TOPIC:NUMBER, as in orders:0.");
        }
        return new TopicPartition(text.substring(0, colon), Integer.parseInt(number));
    }

    /** Reads a field of a body; false if it is none of these. */
    boolean read(String field, JsonParser value) throws IOException {
        switch (field) {
            case "topics" -> {
                ObjectReader.require(value, JsonToken.START_ARRAY, field, "an array");
                while (value.nextToken() != JsonToken.END_ARRAY) {
                    topics.add(ObjectReader.text(value, "a topic"));
                    requireFew(topics);
                }
            }
            case "partitions" -> {
                ObjectReader.require(value, JsonToken.START_ARRAY, field, "an array");
                while (value.nextToken() != JsonToken.END_ARRAY) {
                    partitions.add(readPartition(value));
                    requireFew(partitions);
                }
            }
            case "all_topics" -> all = ObjectReader.flag(value, field);
            default -> {
                return false;
            }
        }
        return true;
    }

    private static TopicPartition readPartition(JsonParser json) throws IOException {
        String[] topic = {""};
        int[] number = {-1};
        ObjectReader.read(json, "a partition", (field, value) -> {
            switch (field) {
                case "topic" -> topic[0] = ObjectReader.text(value, field);
                case "partition" -> number[0] = (int) ObjectReader.number(value, field, 0, Integer.MAX_VALUE);
                default -> {
                    return false;
                }
            }
            return true;
        });
        if (topic[0].isEmpty() || number[0] < 0) {
            throw Json.malformed("A partition is incomplete: give {\"topic\":NAME,\"partition\":NUMBER}.");
        }
        return new TopicPartition(topic[0], number[0]);
    }

    boolean isEmpty() {
        return topics.isEmpty() && partitions.isEmpty() && !all;
    }

    /** Whether it is about what the group has committed, whatever that is. */
    boolean isAll() {
        return all;
    }

    /** Those of some that were selected. */
    NavigableSet<TopicPartitionId> among(Collection<TopicPartitionId> some) {
        NavigableSet<TopicPartitionId> selected = new TreeSet<>(TopicPartitionId.ORDER);
        for (TopicPartitionId each : some) {
            TopicPartition partition =
                    new TopicPartition(each.topic(), each.id().partition());
            if (all || topics.contains(each.topic()) || partitions.contains(partition)) {
                selected.add(each);
            }
        }
        return requireFew(selected);
    }

    /**
     * Those that there are; throws UNKNOWN_TOPIC, UNKNOWN_PARTITION.
     *
     * @param existing all topics
     * @param committed of what the group has committed something
     */
    NavigableSet<TopicPartitionId> among(List<Topic> existing, Collection<TopicPartitionId> committed) {
        Map<String, Topic> byName = new HashMap<>();
        existing.forEach(topic -> byName.put(topic.name(), topic));
        NavigableSet<TopicPartitionId> selected = new TreeSet<>(TopicPartitionId.ORDER);
        for (String name : topics) {
            Topic topic = find(byName, name);
            for (int number = 0; number < topic.partitions(); number++) {
                selected.add(new TopicPartitionId(name, topic.partition(number)));
            }
            requireFew(selected);
        }
        for (TopicPartition partition : partitions) {
            Topic topic = find(byName, partition.topic());
            int number = TopicRoutes.partitionOf(topic, partition.partition());
            selected.add(new TopicPartitionId(topic.name(), topic.partition(number)));
        }
        if (all) {
            committed.stream()
                    .filter(each -> isThere(byName.get(each.topic()), each))
                    .forEach(selected::add);
        }
        return requireFew(selected);
    }

    private static boolean isThere(@Nullable Topic topic, TopicPartitionId partition) {
        return topic != null && topic.id().equals(partition.id().topicId());
    }

    private static Topic find(Map<String, Topic> byName, String name) {
        Topic topic = byName.get(name);
        if (topic == null) {
            throw new TailraceException(
                    ErrorCode.UNKNOWN_TOPIC,
                    "There is no topic '" + Json.shown(name, 60) + "': list the topics, or mind the spelling.");
        }
        return topic;
    }

    static <T extends Collection<?>> T requireFew(T selected) {
        if (selected.size() > MAX_PARTITIONS) {
            throw new TailraceException(
                    ErrorCode.REQUEST_TOO_LARGE,
                    "These are more than " + MAX_PARTITIONS + " partitions: name fewer topics at a time.");
        }
        return selected;
    }
}
