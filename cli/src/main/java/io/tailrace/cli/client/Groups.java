package io.tailrace.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.StringJoiner;

/**
 * The consumer groups of a server, as docs/http.md has them. Each call throws {@link ServerProblem} if the server refuses and
 * {@link ServerUnreachable} if it does not answer.
 */
public final class Groups {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Server server;

    /** Those of that server. */
    public Groups(Server server) {
        this.server = server;
    }

    /**
     * Some partitions of a topic.
     *
     * @param numbers of the partitions, all if empty
     */
    public record TopicSelection(String topic, List<Integer> numbers) {
        /** Takes a copy. */
        public TopicSelection {
            numbers = List.copyOf(numbers);
        }
    }

    /** All of them: {@code {"groups":[...]}}. */
    public JsonNode list() {
        return json(server.call("GET", "/v1/groups", null, PATIENCE));
    }

    /** One of them, with the partitions of these topics, or of all if there are none. */
    public JsonNode get(String group, List<String> topics) {
        StringJoiner query = new StringJoiner("&", "?", "");
        query.setEmptyValue("");
        topics.forEach(topic -> query.add("topic=" + Server.escaped(topic)));
        return json(server.call("GET", path(group) + query, null, PATIENCE));
    }

    /**
     * Sets where a group goes on, or says what would come of that.
     *
     * @param selections which partitions; all that the group has committed if empty
     * @param to as the HTTP API has it
     * @param execute whether it is to be done
     */
    public JsonNode resetOffsets(String group, List<TopicSelection> selections, JsonNode to, boolean execute) {
        ObjectNode wish = JsonBodies.object().put("execute", execute).set("to", to);
        if (selections.isEmpty()) {
            wish.put("all_topics", true);
        } else {
            ArrayNode topics = wish.putArray("topics");
            ArrayNode partitions = wish.putArray("partitions");
            for (TopicSelection selection : selections) {
                if (selection.numbers().isEmpty()) {
                    topics.add(selection.topic());
                }
                selection.numbers().forEach(number -> partitions
                        .addObject()
                        .put("topic", selection.topic())
                        .put("partition", number));
            }
        }
        return json(server.call("POST", path(group) + "/reset-offsets", JsonBodies.bytes(wish), PATIENCE));
    }

    /** Forgets a group and its offsets. */
    public void delete(String group) {
        server.call("DELETE", path(group), null, PATIENCE);
    }

    /** Forgets what a group has committed of these; gives what that was. */
    public JsonNode deleteOffsets(String group, List<TopicSelection> selections) {
        StringJoiner query = new StringJoiner("&", "?", "");
        for (TopicSelection selection : selections) {
            String topic = Server.escaped(selection.topic());
            if (selection.numbers().isEmpty()) {
                query.add("topic=" + topic);
            }
            selection.numbers().forEach(number -> query.add("partition=" + topic + ":" + number));
        }
        return json(server.call("DELETE", path(group) + "/offsets" + query, null, PATIENCE));
    }

    /** Puts a member out of its group. */
    public void removeMember(String group, String memberId) {
        server.call("DELETE", path(group) + "/members/" + Server.escaped(memberId), null, PATIENCE);
    }

    private static String path(String group) {
        return "/v1/groups/" + Server.escaped(group);
    }

    private JsonNode json(byte[] body) {
        return JsonBodies.read(body, server);
    }
}
