/**
 * The HTTP, SSE and WebSocket doors, over Sources and Sinks only. Nothing is served yet: this room is reserved, so that the
 * storeys above and beneath it are already in their order.
 */
@NullMarked
package io.tailrace.http;

import org.jspecify.annotations.NullMarked;
