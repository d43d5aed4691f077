package io.tailrace.test.torture;

import io.tailrace.cli.Main;
import java.util.Arrays;

/**
 * The program {@code tailrace} with a {@link Door} to its HTTP server: {@code NodeMain <address> <port> <arguments of tailrace…>}. The
 * door is killed and paused with the node, since it is the same process.
 */
public final class NodeMain {
    private NodeMain() {}

    /** Runs the program. */
    public static void main(String[] args) {
        if (!args[0].equals(NodeProcess.LOOPBACK)) {
            Door.open(args[0], NodeProcess.LOOPBACK, Integer.parseInt(args[1]));
        }
        Main.main(Arrays.copyOfRange(args, 2, args.length));
    }
}
