package io.tailrace.cli.produce;

import io.tailrace.cli.client.ByteLines;
import java.io.IOException;
import java.io.InputStream;

/** The thread that reads. A read cannot be interrupted, so that the process must be able to end over it. */
final class LineReader {
    /** Of a line; a server takes less by default. */
    static final int MAX_LINE_BYTES = 4 << 20;

    private LineReader() {}

    static Thread start(InputStream in, OutgoingLines out) {
        Thread thread = new Thread(() -> run(in, out), "tailrace-input");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void run(InputStream in, OutgoingLines out) {
        ByteLines lines = new ByteLines(in, MAX_LINE_BYTES);
        Exception failure = null;
        try {
            boolean more = true;
            while (more && out.wanted()) {
                if (lines.wouldWait()) {
                    out.pause(lines.pendingBytes());
                }
                more = lines.fill();
                while (lines.next()) {
                    out.add(lines);
                }
            }
            if (!more && lines.rest()) {
                out.add(lines);
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            failure = e;
        }
        out.end(failure, lines.pendingBytes());
    }
}
