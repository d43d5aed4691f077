package io.tailrace.cluster.node;

/**
 * Closes nodes when the JVM is told to end. Pekko's own hook would begin with the shutdown of the actor system, which is too late for what a node does
 * before it ({@link NodeEnd}).
 */
final class JvmEnd {
    private JvmEnd() {}

    /** Closes that node then, unless it has ended before. */
    static void closes(Tailrace node) {
        Thread hook = new Thread(node::close, "tailrace-node-close");
        unlessEnding(() -> Runtime.getRuntime().addShutdownHook(hook));
        node.whenEnded()
                .whenComplete((ended, failure) ->
                        unlessEnding(() -> Runtime.getRuntime().removeShutdownHook(hook)));
    }

    private static void unlessEnding(Runnable change) {
        try {
            change.run();
        } catch (IllegalStateException ending) {
            // The JVM is ending already: what is not closed by now recovers with the next start.
        }
    }
}
