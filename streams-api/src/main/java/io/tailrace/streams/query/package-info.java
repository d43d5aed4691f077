/**
 * Looking into the stores of a running application. A store is a typed view of bytes, here as in a task: what differs is where the bytes come from, the committed state on this node
 * ({@link io.tailrace.streams.state.StateBackend}), or page by page from another. So there is one implementation of each kind of store.
 */
@NullMarked
package io.tailrace.streams.query;

import org.jspecify.annotations.NullMarked;
