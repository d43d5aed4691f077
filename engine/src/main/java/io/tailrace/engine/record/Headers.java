package io.tailrace.engine.record;

/** Placeholder. */
public final class Headers {
    /** None. */
    public static final Headers EMPTY = new Headers();

    private Headers() {}

    /** How many there are. */
    public int size() {
        return 0;
    }
}
