package io.tailrace.cli.transfer;

import io.tailrace.engine.error.TailraceException;

/** Hears how a transfer goes on. */
public interface TransferListener {
    /** So much is done. */
    void progress(long records, long bytes);

    /** The server cannot, for now; it is asked again. */
    void retrying(TailraceException why);
}
