/**
 * What can go wrong, by name: {@link io.tailrace.engine.error.ErrorCode} is the one table of stable error codes, and
 * {@link io.tailrace.engine.error.TailraceException} carries one of them with a sentence that says what to do;
 * {@link io.tailrace.engine.error.Failures} finds it in what futures wrap around it.
 */
@NullMarked
package io.tailrace.engine.error;

import org.jspecify.annotations.NullMarked;
