/**
 * The command line: one picocli class per verb.
 */
@NullMarked
package io.tailrace.cli;

import org.jspecify.annotations.NullMarked;
