package io.tailrace.streams.runtime;

import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.streams.state.StateBackend;
import io.tailrace.streams.state.StoreHost;
import io.tailrace.streams.topology.SubTopology;
import io.tailrace.streams.topology.Topology;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All that a task has to know.
 *
 * @param part of the topology that it runs
 * @param log its partition of the topic in which the tasks of this part have their logs
 * @param globals what every instance has a copy of; {@code null}: there is no such store
 * @param backend opens the place of its committed state; called once per life of the task
 */
record TaskSetup(
        Tailrace tailrace,
        String application,
        TaskId id,
        Topology topology,
        SubTopology part,
        TaskTopics topics,
        PartitionId log,
        @Nullable GlobalStores globals,
        Supplier<StateBackend> backend,
        StreamSettings settings) {
    /** One of a topology without global stores. */
    TaskSetup(
            Tailrace tailrace,
            String application,
            TaskId id,
            Topology topology,
            SubTopology part,
            TaskTopics topics,
            PartitionId log,
            Supplier<StateBackend> backend,
            StreamSettings settings) {
        this(tailrace, application, id, topology, part, topics, log, null, backend, settings);
    }

    /** The task's own stores, and those of which every instance has a copy. */
    StoreHost host(StoreHost own) {
        return globals == null ? own : globals.beside(own);
    }
}
