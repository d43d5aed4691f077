package io.tailrace.engine.error;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A failure with a stable {@link ErrorCode} and one line that says what is wrong and what to do. The message is meant for
 * people and may change; the code is meant for programs and does not.
 */
public class TailraceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    /** An error with its code and its one line. */
    public TailraceException(ErrorCode code, String message) {
        this(code, message, null);
    }

    /** The same with the failure beneath it, which is {@code null} when there is none. */
    public TailraceException(ErrorCode code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = Objects.requireNonNull(code, "code");
    }

    /** The stable code, never {@code null}. */
    public ErrorCode code() {
        return code;
    }
}
