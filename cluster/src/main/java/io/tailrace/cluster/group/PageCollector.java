package io.tailrace.cluster.group;

import io.tailrace.cluster.link.FieldWriter;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.nio.ByteBuffer;

/** Puts the pages of one answer together. Belongs to one thread at a time. */
final class PageCollector {
    private final FieldWriter bytes = new FieldWriter();
    private int next;

    /** The number of the page that is to come. */
    int next() {
        return next;
    }

    /**
     * Takes that page.
     *
     * @return whether it is the last
     * @throws TailraceException SERIALIZATION_FAILED if it cannot follow those before
     */
    boolean add(GroupReply.Page page) {
        if (page.number() != next || page.count() > PagedReply.MAX_PAGES) {
            throw new TailraceException(
                    ErrorCode.SERIALIZATION_FAILED,
                    "Page " + page.number() + " of " + page.count()
                            + " of an answer about consumer groups came where page " + next
                            + " was to come: ask again.");
        }
        bytes.raw(page.bytes());
        next++;
        return next >= page.count();
    }

    /**
     * The answer whose last page that is.
     *
     * @throws TailraceException SERIALIZATION_FAILED
     */
    GroupReply whole(GroupReply.Page last) {
        return ReplyBytes.fromBytes(last.kind(), ByteBuffer.wrap(bytes.toBytes()));
    }
}
