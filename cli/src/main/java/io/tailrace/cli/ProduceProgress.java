package io.tailrace.cli;

import io.tailrace.cli.client.ServerProblem;
import io.tailrace.cli.produce.ProduceListener;
import io.tailrace.engine.error.TailraceException;
import java.util.Locale;

/** Says on standard error how producing goes on: what went wrong always, how far it is only where somebody is looking. */
final class ProduceProgress implements ProduceListener, AutoCloseable {
    private static final long REDRAW_NANOS = 200_000_000;
    private static final int LONGEST_DETAIL = 1_000;
    private static final String ERASE = "\r\u001B[2K";

    private final Terminal terminal;
    /** Nothing is drawn for what is done in a moment. */
    private long drawnNanos = System.nanoTime() + REDRAW_NANOS;

    private boolean drawn;

    ProduceProgress(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void refused(long firstLine, long lastLine, String code, String detail) {
        close();
        String lines = firstLine == lastLine ? "line " + firstLine : "lines " + firstLine + " to " + lastLine;
        terminal.err().println("refused: " + lines + ": " + Escaped.text(code + " " + detail, LONGEST_DETAIL));
    }

    @Override
    public void retrying(TailraceException why) {
        close();
        terminal.err()
                .println("trying again: "
                        + Escaped.text(ServerProblem.codeName(why) + " " + why.getMessage(), LONGEST_DETAIL));
    }

    @Override
    public void stored(long records) {
        if (terminal.errIsTerminal() && System.nanoTime() - drawnNanos > REDRAW_NANOS) {
            terminal.err().print(String.format(Locale.ROOT, "%s%,d records stored", ERASE, records));
            terminal.err().flush();
            drawnNanos = System.nanoTime();
            drawn = true;
        }
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
