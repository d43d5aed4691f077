package io.tailrace.streams.dsl;

/**
 * What an operator's node is called. Without one it gets its kind and a number, which changes when operators are added before it; what has a name keeps it.
 *
 * @param name unique in the topology
 */
public record Named(String name) {
    /** That name. */
    public static Named as(String name) {
        return new Named(name);
    }
}
