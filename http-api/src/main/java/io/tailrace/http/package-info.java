/**
 * The HTTP door, as docs/http.md describes it: {@link io.tailrace.http.HttpServer} serves a node's topics over Sources and Sinks. The
 * router asks one routes class per resource who answers a path; what goes wrong becomes a problem (RFC 9457) whose status
 * stands in one table.
 */
@NullMarked
package io.tailrace.http;

import org.jspecify.annotations.NullMarked;
