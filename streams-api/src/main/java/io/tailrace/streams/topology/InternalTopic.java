package io.tailrace.streams.topology;

import org.jspecify.annotations.Nullable;

/**
 * A topic that belongs to the topology: records go through it to the partitions of their keys. It is made when the application starts, under the
 * application's name and this one.
 *
 * @param name unique in the topology
 * @param partitions how many; {@code null}: as many as what is read into it has, or what it is joined with
 */
public record InternalTopic(String name, @Nullable Integer partitions) {}
