package io.tailrace.cli.consume;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.cli.client.Server;
import io.tailrace.cli.client.ServerProblem;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Commits for a consumer of a group what has been printed: whenever nothing more is there at the moment, and after so many records. While a
 * commit is under way the next records come together, so there are fewer commits the more there is to print.
 */
public final class GroupCommits implements PrintListener {
    /** A server sends some thousands before it waits for a commit. */
    private static final int MOST_RECORDS = 1000;

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final JsonFactory JSON = new JsonFactory();

    private record Place(String topic, int partition) {}

    private final Server server;
    private final String path;
    private final Consumer<ServerProblem> onRefusal;
    /** Of each partition the offset of the next record to read. */
    private final Map<Place, Long> offsets = new HashMap<>();

    private int records;

    /**
     * Of that consumer, at the server that it reads from.
     *
     * @param onRefusal hears of commits that came too late for some of their partitions: those are another consumer's by now, and printing goes on
     */
    public GroupCommits(Server server, String group, String consumer, Consumer<ServerProblem> onRefusal) {
        this.server = server;
        this.onRefusal = onRefusal;
        this.path = path(group, consumer) + "/commit";
    }

    static String path(String group, String consumer) {
        return "/v1/groups/" + Server.escaped(group) + "/consumers/" + Server.escaped(consumer);
    }

    @Override
    public void printed(byte[] buffer, int start, int length) {
        String topic = null;
        int partition = -1;
        long offset = -1;
        try (JsonParser json = JSON.createParser(buffer, start, length)) {
            json.nextToken();
            // They stand before what is long.
            while (topic == null || partition < 0 || offset < 0) {
                String field = json.nextFieldName();
                if (field == null) {
                    throw new IOException("no place");
                }
                json.nextToken();
                switch (field) {
                    case "topic" -> topic = json.getText();
                    case "partition_id" -> partition = json.getIntValue();
                    case "offset" -> offset = json.getLongValue();
                    default -> json.skipChildren();
                }
            }
        } catch (IOException e) {
            throw new TailraceException(
                    ErrorCode.SERIALIZATION_FAILED,
                    "The server sent a record without a topic, a partition or an offset.",
                    e);
        }
        offsets.put(new Place(topic, partition), offset + 1);
        records++;
    }

    @Override
    public boolean wantsFlush() {
        return records >= MOST_RECORDS;
    }

    @Override
    public void flushed() {
        if (records == 0) {
            return;
        }
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ArrayNode all = body.putArray("offsets");
        offsets.forEach((place, offset) -> all.addObject()
                .put("topic", place.topic())
                .put("partition", place.partition())
                .put("offset", offset));
        try {
            server.call("POST", path, body.toString().getBytes(StandardCharsets.UTF_8), PATIENCE);
        } catch (ServerProblem problem) {
            if (problem.code() != ErrorCode.STALE_COMMIT) {
                throw problem;
            }
            onRefusal.accept(problem);
        }
        offsets.clear();
        records = 0;
    }
}
