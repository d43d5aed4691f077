package io.tailrace.cluster.group;

import org.jspecify.annotations.Nullable;

/**
 * A partition that a member has got.
 *
 * @param partition which
 * @param generation of the group in which it was dealt to the member: every commit of it carries that
 * @param committed where to go on, {@code null} if the group has never committed anything of it
 */
public record Assigned(
        TopicPartitionId partition,
        int generation,
        @Nullable CommittedOffset committed) {}
