package io.tailrace.cli.transfer;

/**
 * What has become of the records of a file.
 *
 * @param stored records that the server has acknowledged
 * @param skipped records that were not wanted again
 * @param markers control batches, which no reader sees
 * @param uncommitted records of transactions that were aborted or have no end
 */
public record Imported(long stored, long skipped, long markers, long uncommitted) {
    static final Imported NOTHING = new Imported(0, 0, 0, 0);

    Imported withStored(long records) {
        return new Imported(stored + records, skipped, markers, uncommitted);
    }

    Imported withSkipped(long records) {
        return new Imported(stored, skipped + records, markers, uncommitted);
    }

    Imported withMarker() {
        return new Imported(stored, skipped, markers + 1, uncommitted);
    }

    Imported withUncommitted(long records) {
        return new Imported(stored, skipped, markers, uncommitted + records);
    }

    /** In words. */
    public String told() {
        return stored + (stored == 1 ? " record" : " records") + " imported"
                + (skipped == 0 ? "" : ", " + skipped + " skipped")
                + (markers == 0 ? "" : ", " + markers + " control batches left out")
                + (uncommitted == 0 ? "" : ", " + uncommitted + " records of uncommitted transactions left out");
    }
}
