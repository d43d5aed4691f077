/**
 * Who is told to leave when nodes do not hear each other (decision 25): {@code SilenceDetector} says when one is not heard any more,
 * {@code Downing} decides who stays, {@code DowningActor} carries it out.
 */
@NullMarked
package io.tailrace.cluster.downing;

import org.jspecify.annotations.NullMarked;
