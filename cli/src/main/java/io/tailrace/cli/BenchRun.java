package io.tailrace.cli;

import java.util.function.Consumer;

/** Runs a bench on a node of its own, which is closed and cleared away in every case. */
final class BenchRun {
    private BenchRun() {}

    /** Returns the exit code. */
    static int with(BenchOptions options, Consumer<EmbeddedNode> bench) {
        Thread running = Thread.currentThread();
        try (Interruption interruption = Interruption.calling(running::interrupt);
                EmbeddedNode node = options.startNode()) {
            bench.accept(node);
            return interruption.interrupted() ? Main.INTERRUPTED : 0;
        }
    }
}
