package io.tailrace.cli.client;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import org.jspecify.annotations.Nullable;

/** No answer came, or not all of it. */
public final class ServerUnreachable extends TailraceException {
    private static final long serialVersionUID = 1L;

    private final boolean sent;

    ServerUnreachable(String message, boolean sent, @Nullable Throwable cause) {
        super(ErrorCode.SERVER_UNREACHABLE, message, cause);
        this.sent = sent;
    }

    /** Whether the request, or some of it, may have reached the server: what it asked for may then have been done. */
    public boolean sent() {
        return sent;
    }
}
