package io.tailrace.streams.runtime;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An instance of an application, on whichever node it runs, as of a moment ago.
 *
 * @param application its name
 * @param instance its id, new with each start
 * @param node the name of its node
 * @param state what it is doing
 * @param failure why it cannot run, if so, else {@code null}
 * @param tasks those that it was dealt, by number
 */
public record StreamInstance(
        String application,
        String instance,
        String node,
        StreamState state,
        @Nullable String failure,
        List<TaskStatus> tasks) {
    /** Takes a copy of the list. */
    public StreamInstance {
        tasks = List.copyOf(tasks);
    }
}
