package io.tailrace.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/**
 * What a command reads and where it writes. What moves, what is coloured and what is redrawn is for people only: on a pipe there is plain text.
 *
 * @param in what is to be read
 * @param data for results that are many bytes: what {@code out} writes to, unbuffered, with failures that say why
 * @param out for results that are text
 * @param err for errors and progress
 * @param outIsTerminal whether a person is looking at {@code out}
 * @param errIsTerminal whether a person is looking at {@code err}
 * @param colour whether colours are welcome where a person is looking
 * @param debug whether failures are shown with their stack traces
 * @param columns how wide the terminal is
 */
record Terminal(
        InputStream in,
        OutputStream data,
        PrintStream out,
        PrintStream err,
        boolean outIsTerminal,
        boolean errIsTerminal,
        boolean colour,
        boolean debug,
        int columns) {
    /** The launcher says here which of {@code out,err} are terminals; Java alone cannot tell them apart. */
    private static final String TERMINALS = "tailrace.terminals";

    private static final String COLUMNS = "tailrace.columns";
    private static final int DEFAULT_COLUMNS = 120;
    private static final int FEWEST_COLUMNS = 20;

    /** The terminal, or the pipes, of this process. */
    static Terminal ofProcess() {
        Map<String, String> environment = System.getenv();
        String terminals = System.getProperty(TERMINALS, isConsole() ? "out,err" : "");
        boolean dumb = "dumb".equals(environment.get("TERM"));
        boolean noColour = !environment.getOrDefault("NO_COLOR", "").isEmpty();
        List<String> named = List.of(terminals.split(",", -1));
        return new Terminal(
                System.in,
                new FileOutputStream(FileDescriptor.out),
                System.out,
                System.err,
                named.contains("out") && !dumb,
                named.contains("err") && !dumb,
                !noColour && !dumb,
                !environment.getOrDefault("TAILRACE_DEBUG", "").isEmpty(),
                columns(Integer.getInteger(COLUMNS, DEFAULT_COLUMNS)));
    }

    /** From Java 22 on there is a console even on a pipe, and only it can tell. */
    @SuppressWarnings("SystemConsoleNull") // Null it is on Java 17, and later the console itself is asked.
    private static boolean isConsole() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    /** Some terminals say 0 or 1 where they do not know. */
    private static int columns(int said) {
        return said < FEWEST_COLUMNS ? DEFAULT_COLUMNS : said;
    }

    /** Bold, where that is welcome. */
    String bold(String text) {
        return outIsTerminal && colour ? "\u001B[1m" + text + "\u001B[0m" : text;
    }

    /** Says on standard error what went well, where somebody is looking. */
    void notice(String text) {
        if (errIsTerminal) {
            err.println(text);
        }
    }

    /** Replaces the lines that were drawn before by these. */
    void redraw(int linesBefore, List<String> lines) {
        StringBuilder all = new StringBuilder();
        if (linesBefore > 0) {
            all.append("\u001B[").append(linesBefore).append('A');
        }
        for (String line : lines) {
            all.append("\u001B[2K").append(line).append('\n');
        }
        all.append("\u001B[J");
        out.print(all);
        out.flush();
    }
}
