package io.tailrace.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.engine.partition.Partition;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.apache.pekko.util.ByteString;

/** Topics as JSON. */
final class TopicJson {
    private TopicJson() {}

    static ByteString list(List<Topic> topics) {
        return Json.object(json -> {
            json.writeArrayFieldStart("topics");
            for (Topic topic : topics) {
                json.writeStartObject();
                writeHead(json, topic);
                json.writeNumberField("partitions", topic.partitions());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    /**
     * One topic.
     *
     * @param partitions how each stands; empty for one that nobody leads at the moment
     * @param name of a node, by its id
     */
    static ByteString single(
            Topic topic, List<Optional<Partition.Description>> partitions, UnaryOperator<String> name) {
        return Json.object(json -> {
            writeHead(json, topic);
            json.writeArrayFieldStart("partitions");
            for (int i = 0; i < partitions.size(); i++) {
                json.writeStartObject();
                json.writeNumberField("partition", i);
                if (partitions.get(i).isPresent()) {
                    write(json, partitions.get(i).get(), name);
                } else {
                    json.writeNullField("leader");
                }
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    private static void write(JsonGenerator json, Partition.Description partition, UnaryOperator<String> name)
            throws IOException {
        json.writeStringField("leader", name.apply(partition.nodeId()));
        json.writeNumberField("epoch", partition.epoch());
        Map<String, Long> lags = new TreeMap<>();
        Set<String> offline = new TreeSet<>();
        for (Partition.ReplicaState replica : partition.replicas()) {
            String node = name.apply(replica.nodeId());
            // A node that lost its replica has two for a moment; what is wrong about either is to be seen.
            lags.merge(node, Math.max(0, partition.endOffset() - replica.endOffset()), Math::max);
            if (!replica.live()) {
                offline.add(node);
            }
        }
        json.writeArrayFieldStart("replicas");
        for (String node : lags.keySet()) {
            json.writeString(node);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("offline");
        for (String node : offline) {
            json.writeString(node);
        }
        json.writeEndArray();
        json.writeObjectFieldStart("lag");
        for (Map.Entry<String, Long> lag : lags.entrySet()) {
            json.writeNumberField(lag.getKey(), lag.getValue());
        }
        json.writeEndObject();
        writeOffsets(json, new OffsetRange(partition.startOffset(), partition.highWatermark()));
    }

    static ByteString offsets(int partition, OffsetRange range) {
        return Json.object(json -> {
            json.writeNumberField("partition", partition);
            writeOffsets(json, range);
        });
    }

    private static void writeHead(JsonGenerator json, Topic topic) throws IOException {
        json.writeStringField("name", topic.name());
        json.writeStringField("id", topic.id().toString());
        json.writeNumberField("replicas", topic.replicas());
        json.writeObjectFieldStart("settings");
        for (Map.Entry<String, String> setting : topic.settings().asMap().entrySet()) {
            json.writeStringField(setting.getKey(), setting.getValue());
        }
        json.writeEndObject();
    }

    private static void writeOffsets(JsonGenerator json, OffsetRange range) throws IOException {
        json.writeNumberField("startOffset", range.startOffset());
        json.writeNumberField("endOffset", range.endOffset());
    }
}
