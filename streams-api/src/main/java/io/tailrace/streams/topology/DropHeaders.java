package io.tailrace.streams.topology;

import io.tailrace.engine.record.Headers;
import java.util.Optional;

/** The headers of a record that was dropped, in the topic where those go; they come behind its own. */
public final class DropHeaders {
    private static final String PREFIX = "__streams.dropped.";

    /** A {@link DropReason}'s name. */
    public static final String REASON = PREFIX + "reason";
    /** More of why, as text for people. */
    public static final String MESSAGE = PREFIX + "message";
    /** The name of the node that dropped it. */
    public static final String NODE = PREFIX + "node";
    /** The topic from which the record was read that was being processed. */
    public static final String TOPIC = PREFIX + "topic";
    /** Its partition. */
    public static final String PARTITION = PREFIX + "partition";
    /** Its offset. */
    public static final String OFFSET = PREFIX + "offset";

    private DropHeaders() {}

    /**
     * These headers behind others.
     *
     * @param position where the record that was being processed was read; if it is empty, nothing is said of it
     */
    public static Headers with(
            Headers headers, DropReason reason, String message, String node, Optional<RecordPosition> position) {
        Headers dropped =
                headers.with(REASON, reason.name()).with(MESSAGE, message).with(NODE, node);
        return position.map(read -> dropped.with(TOPIC, read.topic())
                        .with(PARTITION, Integer.toString(read.partition()))
                        .with(OFFSET, Long.toString(read.offset())))
                .orElse(dropped);
    }
}
