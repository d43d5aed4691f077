/**
 * The journal and snapshot store of the partition's persistent child, over the log that the partition leads. With
 * {@code cluster.journal} the only room with classic-Pekko and Scala types.
 */
@NullMarked
package io.tailrace.engine.journal;

import org.jspecify.annotations.NullMarked;
