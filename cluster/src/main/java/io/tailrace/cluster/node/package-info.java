/**
 * A Tailrace node: {@code Tailrace} starts it or finds it in an application, reads its settings
 * and owns its life. The composition root.
 */
@NullMarked
package io.tailrace.cluster.node;

import org.jspecify.annotations.NullMarked;
