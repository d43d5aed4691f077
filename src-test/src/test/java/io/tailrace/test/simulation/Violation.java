package io.tailrace.test.simulation;

/** A rule has been seen broken. */
final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Violation(String what) {
        super(what);
    }
}
