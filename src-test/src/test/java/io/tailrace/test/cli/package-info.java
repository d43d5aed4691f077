/** The command line as users get it: the shaded jar, run as a process of its own. */
@NullMarked
package io.tailrace.test.cli;

import org.jspecify.annotations.NullMarked;
