/** What is said of a copy of a node's data directory that was made while the node ran; docs/backup.md tells what it is for. */
@NullMarked
package io.tailrace.cluster.backup;

import org.jspecify.annotations.NullMarked;
