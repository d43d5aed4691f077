/** Runs a topology in a test: no engine, no threads, no clock but the test's. */
@NullMarked
package io.tailrace.streams.testkit;

import org.jspecify.annotations.NullMarked;
