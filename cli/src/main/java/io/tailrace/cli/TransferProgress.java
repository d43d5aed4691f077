package io.tailrace.cli;

import io.tailrace.cli.client.ServerProblem;
import io.tailrace.cli.transfer.TransferListener;
import io.tailrace.engine.error.TailraceException;
import java.util.Locale;

/** Says on standard error how an export or import goes on: that the server is asked again always, how far it is only where somebody is looking. */
final class TransferProgress implements TransferListener, AutoCloseable {
    private static final long REDRAW_NANOS = 200_000_000;
    private static final int LONGEST_DETAIL = 1_000;
    private static final String ERASE = "\r\u001B[2K";

    private final Terminal terminal;
    private final String what;
    /** Nothing is drawn for what is done in a moment. */
    private long drawnNanos = System.nanoTime() + REDRAW_NANOS;

    private boolean drawn;

    /** Of something that begins so: {@code orders-0: }. */
    TransferProgress(Terminal terminal, String what) {
        this.terminal = terminal;
        this.what = what;
    }

    @Override
    public void progress(long records, long bytes) {
        if (terminal.errIsTerminal() && System.nanoTime() - drawnNanos > REDRAW_NANOS) {
            terminal.err()
                    .print(String.format(
                            Locale.ROOT, "%s%s%,d records, %,d MB", ERASE, what, records, bytes / 1_000_000));
            terminal.err().flush();
            drawnNanos = System.nanoTime();
            drawn = true;
        }
    }

    @Override
    public void retrying(TailraceException why) {
        close();
        terminal.err()
                .println("trying again: "
                        + Escaped.text(ServerProblem.codeName(why) + " " + why.getMessage(), LONGEST_DETAIL));
    }

    /** Takes the line of progress away, so that something else can be said. */
    @Override
    public void close() {
        if (drawn) {
            terminal.err().print(ERASE);
            terminal.err().flush();
            drawn = false;
        }
    }
}
