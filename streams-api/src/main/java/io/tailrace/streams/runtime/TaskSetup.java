package io.tailrace.streams.runtime;

import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.streams.state.StateBackend;
import io.tailrace.streams.topology.SubTopology;
import io.tailrace.streams.topology.Topology;
import java.util.function.Supplier;

/**
 * All that a task has to know.
 *
 * @param part of the topology that it runs
 * @param log its partition of the topic in which the tasks of this part have their logs
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
        Supplier<StateBackend> backend,
        StreamSettings settings) {}
