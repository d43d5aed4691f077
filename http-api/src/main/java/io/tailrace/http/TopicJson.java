package io.tailrace.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.placement.OffsetRange;
import java.io.IOException;
import java.util.List;
import java.util.Map;
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
     * @param node the name of the node that leads its partitions
     * @param offsets of each partition
     */
    static ByteString single(Topic topic, String node, List<OffsetRange> offsets) {
        return Json.object(json -> {
            writeHead(json, topic);
            json.writeArrayFieldStart("partitions");
            for (int i = 0; i < offsets.size(); i++) {
                json.writeStartObject();
                json.writeNumberField("partition", i);
                json.writeStringField("leader", node);
                json.writeArrayFieldStart("replicas");
                json.writeString(node);
                json.writeEndArray();
                writeOffsets(json, offsets.get(i));
                json.writeEndObject();
            }
            json.writeEndArray();
        });
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
