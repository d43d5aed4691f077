/**
 * Consumer groups: who reads which partition, and how far each group has read. One coordinator in the cluster stores what has to survive,
 * all groups' events together, in an internal partition; a child of it for each group holds what does not (rule 19).
 */
@NullMarked
package io.tailrace.cluster.group;

import org.jspecify.annotations.NullMarked;
