package io.tailrace.streams.topology;

/** By which time a {@link Punctuator} is called. */
public enum PunctuationType {
    /** The time of the events, which stands still while there are none: first with the first record, then when that much has passed. */
    STREAM_TIME,
    /** The time of the clock: first when that much has passed. */
    WALL_CLOCK_TIME
}
