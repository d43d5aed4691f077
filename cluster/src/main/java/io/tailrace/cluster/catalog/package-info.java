/**
 * The topics there are, with their settings, and the files that remember them.
 */
@NullMarked
package io.tailrace.cluster.catalog;

import org.jspecify.annotations.NullMarked;
