package io.tailrace.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs commands in this process and keeps what they print. */
final class CapturedTerminal {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private InputStream in = InputStream.nullInputStream();

    /** Commands read this from then on. */
    CapturedTerminal reading(InputStream input) {
        in = input;
        return this;
    }

    CapturedTerminal reading(String input) {
        return reading(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    }

    int run(String... args) {
        return Main.run(terminal(false), args);
    }

    /** On something that says that it is a terminal. */
    int runInteractively(String... args) {
        return Main.run(terminal(true), args);
    }

    private Terminal terminal(boolean interactive) {
        return new Terminal(
                in,
                out,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                interactive,
                interactive,
                true,
                false,
                120);
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    byte[] outBytes() {
        return out.toByteArray();
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    List<String> outLines() {
        return out().lines().toList();
    }
}
