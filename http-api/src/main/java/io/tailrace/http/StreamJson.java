package io.tailrace.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tailrace.streams.TopicPartition;
import io.tailrace.streams.runtime.StreamInstance;
import io.tailrace.streams.runtime.StreamInstances;
import io.tailrace.streams.runtime.TaskStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.pekko.util.ByteString;

/** Stream applications as JSON. */
final class StreamJson {
    private static final Comparator<TopicPartition> BY_NAME =
            Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition);

    private StreamJson() {}

    /** A task, and where it runs. */
    private record Placed(StreamInstance instance, TaskStatus task) {}

    static ByteString list(StreamInstances all) {
        Map<String, List<StreamInstance>> byName = new TreeMap<>();
        all.instances().forEach(each -> byName.computeIfAbsent(each.application(), name -> new ArrayList<>())
                .add(each));
        return Json.object(json -> {
            json.writeArrayFieldStart("streams");
            for (Map.Entry<String, List<StreamInstance>> application : byName.entrySet()) {
                json.writeStartObject();
                head(json, application.getKey(), application.getValue());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeNumberField("unanswered", all.unanswered());
        });
    }

    private static void head(JsonGenerator json, String name, List<StreamInstance> instances) throws IOException {
        List<TaskStatus> tasks =
                instances.stream().flatMap(each -> each.tasks().stream()).toList();
        json.writeStringField("name", name);
        json.writeNumberField("instances", instances.size());
        json.writeNumberField("tasks", tasks.size());
        json.writeNumberField(
                "running",
                tasks.stream()
                        .filter(task -> task.state() == TaskStatus.State.RUNNING)
                        .count());
        json.writeNumberField("lag", tasks.stream().mapToLong(StreamJson::lag).sum());
        json.writeNumberField(
                "recordsPerSecond",
                tasks.stream().mapToDouble(TaskStatus::recordsPerSecond).sum());
    }

    private static long lag(TaskStatus task) {
        return task.lags().values().stream().mapToLong(Long::longValue).sum();
    }

    static ByteString single(String name, StreamInstances found) {
        return Json.object(json -> {
            head(json, name, found.instances());
            json.writeNumberField("unanswered", found.unanswered());
            json.writeArrayFieldStart("members");
            for (StreamInstance instance : found.instances()) {
                json.writeStartObject();
                json.writeStringField("instance", instance.instance());
                json.writeStringField("node", instance.node());
                json.writeStringField("state", instance.state().name());
                json.writeStringField("failure", instance.failure());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("assignments");
            List<Placed> tasks = found.instances().stream()
                    .flatMap(instance -> instance.tasks().stream().map(task -> new Placed(instance, task)))
                    .sorted(Comparator.comparing(
                            (Placed placed) -> placed.task().id()))
                    .toList();
            for (Placed task : tasks) {
                json.writeStartObject();
                write(json, task);
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    private static void write(JsonGenerator json, Placed placed) throws IOException {
        TaskStatus task = placed.task();
        json.writeStringField("task", task.id().toString());
        json.writeStringField("state", task.state().name());
        json.writeStringField("node", placed.instance().node());
        json.writeStringField("instance", placed.instance().instance());
        json.writeNumberField("lag", lag(task));
        json.writeNumberField("records", task.records());
        json.writeNumberField("recordsPerSecond", task.recordsPerSecond());
        json.writeNumberField("stateBytes", task.stateBytes());
        if (task.streamTime() < 0) {
            json.writeNullField("streamTime");
        } else {
            json.writeNumberField("streamTime", task.streamTime());
        }
        json.writeNumberField("restoredUpTo", task.restoredUpTo());
        json.writeNumberField("restoreTo", task.restoreTo());
        json.writeNumberField("commits", task.commits());
        json.writeStringField("error", task.error());
        json.writeArrayFieldStart("partitions");
        Map<TopicPartition, Long> positions = new TreeMap<>(BY_NAME);
        positions.putAll(task.positions());
        for (Map.Entry<TopicPartition, Long> position : positions.entrySet()) {
            json.writeStartObject();
            json.writeStringField("topic", position.getKey().topic());
            json.writeNumberField("partition", position.getKey().partition());
            json.writeNumberField("position", position.getValue());
            Long lag = task.lags().get(position.getKey());
            if (lag == null) {
                json.writeNullField("lag");
            } else {
                json.writeNumberField("lag", lag);
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** What a reset deletes, or would delete. */
    static ByteString reset(String name, boolean executed, List<String> topics) {
        return Json.object(json -> {
            json.writeStringField("name", name);
            json.writeBooleanField("executed", executed);
            json.writeArrayFieldStart("topics");
            for (String topic : topics) {
                json.writeString(topic);
            }
            json.writeEndArray();
        });
    }
}
