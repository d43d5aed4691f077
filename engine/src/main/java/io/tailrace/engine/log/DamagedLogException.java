package io.tailrace.engine.log;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.nio.file.Path;

/** {@link ErrorCode#CORRUPT_LOG} with the place from which on the log cannot be kept, for who has peers to get it from again. */
final class DamagedLogException extends TailraceException {
    private static final long serialVersionUID = 1L;

    private final transient Place place;

    DamagedLogException(Path file, Place place, String what) {
        super(ErrorCode.CORRUPT_LOG, LogErrors.corruption(file, place.position(), what));
        this.place = place;
    }

    /**
     * Where the good part of a log ends.
     *
     * @param segment the base offset of the segment that it ends in; those above cannot be kept, nor can its own file if it is missing
     * @param position the good part of that segment, in bytes
     * @param offset the offset after the last good record
     */
    record Place(long segment, long position, long offset) {
        /** Nothing can be kept: not even where the log begins is known. */
        static final Place EVERYTHING = new Place(0, 0, 0);
    }

    Place place() {
        return place;
    }
}
