/**
 * Small programs that show one thing each, and that the demo and the tests run.
 */
@NullMarked
package io.tailrace.samples;

import org.jspecify.annotations.NullMarked;
