package io.tailrace.streams.runtime;

import java.util.List;

/**
 * The instances of applications that have answered.
 *
 * @param instances by application, then by node
 * @param unanswered how many are known and have not: their node has ended, or is too busy
 */
public record StreamInstances(List<StreamInstance> instances, int unanswered) {
    /** Takes a copy of the list. */
    public StreamInstances {
        instances = List.copyOf(instances);
    }
}
