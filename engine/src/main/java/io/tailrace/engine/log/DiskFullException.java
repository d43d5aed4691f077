package io.tailrace.engine.log;

import java.io.IOException;

/** A write found no room on the volume (ENOSPC) or in the quota (EDQUOT). */
public final class DiskFullException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What could not be written. */
    public DiskFullException(String message, IOException cause) {
        super(message, cause);
    }

    /** What could not be written. */
    public DiskFullException(String message) {
        super(message);
    }
}
