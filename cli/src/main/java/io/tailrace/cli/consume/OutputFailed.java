package io.tailrace.cli.consume;

import java.io.IOException;
import java.util.Locale;

/** What is printed cannot be written any more. */
public final class OutputFailed extends IOException {
    private static final long serialVersionUID = 1L;

    OutputFailed(IOException cause) {
        super(cause.getMessage(), cause);
    }

    /** Whether it is only that nobody reads on, as with {@code | head}. Java knows nothing but the system's text, "Broken pipe". */
    public boolean isNobodyReading() {
        return String.valueOf(getMessage()).toLowerCase(Locale.ROOT).contains("pipe");
    }
}
