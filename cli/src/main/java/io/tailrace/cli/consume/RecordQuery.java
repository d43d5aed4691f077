package io.tailrace.cli.consume;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.cli.client.Server;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which records are to be printed, and how they are asked for. */
public interface RecordQuery {
    /** How many at most, or {@code null} for no bound. */
    @Nullable
    Long count();

    /** Whether to end at what was the end when the request came. */
    default boolean untilEnd() {
        return false;
    }

    /** Asks for them; {@code data} is how key and value are to come. */
    InputStream open(Server server, String data, Duration timeout);

    /**
     * Those of a topic.
     *
     * @param from where to begin, as the HTTP API takes it
     * @param partitions which of them, all if empty
     */
    record OfTopic(
            String topic,
            String from,
            List<Integer> partitions,
            @Nullable Long count,
            boolean untilEnd) implements RecordQuery {
        @Override
        public InputStream open(Server server, String data, Duration timeout) {
            StringBuilder path = new StringBuilder("/v1/topics/")
                    .append(Server.escaped(topic))
                    .append("/records?data=")
                    .append(data)
                    .append("&from=")
                    .append(Server.escaped(from));
            partitions.forEach(partition -> path.append("&partition=").append(partition));
            if (count != null) {
                path.append("&limit=").append(count);
            }
            return server.openLines(path.append(untilEnd ? "&until=end" : "").toString(), timeout);
        }
    }

    /**
     * Those that a group deals to a consumer.
     *
     * @param consumer what it is called
     * @param from where to begin in a partition of which the group has committed nothing
     * @param instanceId of a static member, {@code null} for any other
     * @param untilEnd whether to end when the group has committed what was there when the request came
     */
    record OfGroup(
            String group,
            String consumer,
            List<String> topics,
            String from,
            @Nullable String instanceId,
            @Nullable Long count,
            boolean untilEnd)
            implements RecordQuery {
        @Override
        public InputStream open(Server server, String data, Duration timeout) {
            ObjectNode wish =
                    JsonNodeFactory.instance.objectNode().put("from", from).put("data", data);
            topics.forEach(wish.putArray("topics")::add);
            if (instanceId != null) {
                wish.put("group_instance_id", instanceId);
            }
            if (untilEnd) {
                wish.put("until", "end");
            }
            return server.openLines(
                    GroupCommits.path(group, consumer) + "/records",
                    wish.toString().getBytes(StandardCharsets.UTF_8),
                    timeout);
        }
    }
}
