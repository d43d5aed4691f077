package io.tailrace.cli.consume;

/** Hears what has been printed. */
public interface PrintListener {
    /** Nobody. */
    PrintListener NONE = new PrintListener() {
        @Override
        public void printed(byte[] buffer, int start, int length) {}

        @Override
        public boolean wantsFlush() {
            return false;
        }

        @Override
        public void flushed() {}
    };

    /** The record of that line, as the server sent it, is on its way to the output. */
    void printed(byte[] buffer, int start, int length);

    /** Whether it is to be flushed now, though there is more to print. */
    boolean wantsFlush();

    /** All that was printed has been written. May take a while, in which nothing is printed. */
    void flushed();
}
