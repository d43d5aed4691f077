package io.tailrace.streams.runtime;

import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.topology.Topology;
import java.util.function.Function;
import org.apache.pekko.actor.typed.Behavior;
import org.jspecify.annotations.Nullable;

/**
 * All that an instance of an application has to know.
 *
 * @param instance its id, which no other has
 * @param tasks begins the life of a task
 */
record ApplicationSetup(
        Tailrace tailrace,
        String name,
        String instance,
        Topology topology,
        StreamSettings settings,
        Function<TaskSetup, Behavior<TaskActor.Command>> tasks) {
    TaskSetup task(TaskSlot task, TaskTopics topics, @Nullable GlobalStores globals, OpenStates states) {
        return new TaskSetup(
                tailrace,
                name,
                task.id,
                topology,
                task.part,
                topics,
                task.log,
                globals,
                () -> states.watched(task.id, StateBackends.open(this, task)),
                settings);
    }
}
