package io.tailrace.cli.produce;

/**
 * What has become of the records.
 *
 * @param stored how many were acknowledged
 * @param refused how many were refused one by one
 * @param lastLine the last line whose outcome is known, 0 for none
 */
public record Tally(long stored, long refused, long lastLine) {
    static final Tally NOTHING = new Tally(0, 0, 0);

    Tally plus(LineBatch batch, BatchReport report) {
        return new Tally(stored + report.stored(), refused + report.refused(), batch.lastLine());
    }

    /** The same for people. */
    public String told() {
        return (stored == 1 ? "1 record" : stored + " records") + " stored"
                + (refused == 0 ? "" : ", " + refused + " refused");
    }
}
