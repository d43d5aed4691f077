package io.tailrace.cli.produce;

import io.tailrace.engine.error.TailraceException;

/** Is told how sending goes on, by the thread that sends. */
public interface ProduceListener {
    /** The server refused these lines, for the same reason each. */
    void refused(long firstLine, long lastLine, String code, String detail);

    /** The server does not take a batch at the moment; it is sent again, until {@code --timeout} is over. */
    void retrying(TailraceException why);

    /** So many records have been stored since the beginning. */
    void stored(long records);
}
