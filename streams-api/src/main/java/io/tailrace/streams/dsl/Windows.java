package io.tailrace.streams.dsl;

import java.time.Duration;

/** How event time is cut into windows whose bounds do not depend on what comes, so that a window is known by its start. */
public sealed interface Windows permits TimeWindows, SlidingWindows, UnlimitedWindows {
    /** How long a window is, from its start to its end. */
    Duration size();

    /** How long after a window's end its records are still awaited, by the time of the stream. */
    Duration grace();
}
