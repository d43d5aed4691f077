/** Compaction end to end: topics that keep the newest record of each key, on real nodes, compared with a map. */
@NullMarked
package io.tailrace.test.compaction;

import org.jspecify.annotations.NullMarked;
