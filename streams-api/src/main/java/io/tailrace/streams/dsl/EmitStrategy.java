package io.tailrace.streams.dsl;

/** When what has become of a window is told. */
public enum EmitStrategy {
    /** At each record that changes it. */
    ON_WINDOW_UPDATE,
    /** Once, when it is closed: when the time of the stream has passed its end and the grace period. */
    ON_WINDOW_CLOSE;

    /** {@link #ON_WINDOW_UPDATE}. */
    public static EmitStrategy onWindowUpdate() {
        return ON_WINDOW_UPDATE;
    }

    /** {@link #ON_WINDOW_CLOSE}. */
    public static EmitStrategy onWindowClose() {
        return ON_WINDOW_CLOSE;
    }
}
