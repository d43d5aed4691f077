/** What the state of stream tasks costs. */
@NullMarked
package io.tailrace.benchmarks.state;

import org.jspecify.annotations.NullMarked;
