package io.tailrace.cluster.group;

import java.util.Set;

/**
 * A member as assignors see it.
 *
 * @param topics the names of those topics that are there and that it wants to read
 */
record Subscriber(String memberId, Set<String> topics) {}
