/**
 * Topics as backpressured {@code Source}s and {@code Sink}s, with the names and semantics of pekko-connectors-kafka:
 * {@code Producer} and {@code Consumer}, their settings, records and serdes.
 */
@NullMarked
package io.tailrace.streams;

import org.jspecify.annotations.NullMarked;
