package io.tailrace.cli.produce;

/** What has become of the records. Written by the thread that sends, read by any. */
public final class Tally {
    private volatile long stored;
    private volatile long refused;
    private volatile long lastLine;

    void add(LineBatch batch, BatchReport report) {
        stored += report.stored();
        refused += report.refused();
        lastLine = batch.lastLine();
    }

    /** Acknowledged. */
    public long stored() {
        return stored;
    }

    /** Refused one by one. */
    public long refused() {
        return refused;
    }

    /** The last line whose outcome is known; 0 for none. */
    public long lastLine() {
        return lastLine;
    }

    /** The same for people. */
    public String told() {
        return records(stored) + " stored" + (refused == 0 ? "" : ", " + refused + " refused");
    }

    private static String records(long count) {
        return count == 1 ? "1 record" : count + " records";
    }
}
