/**
 * What speaks to a server over HTTP: {@link io.tailrace.cli.client.Server} sends a request and gives its answer or its problem,
 * {@link io.tailrace.cli.client.ByteLines} cuts bytes into lines. No actor system is started here and none is needed.
 */
@NullMarked
package io.tailrace.cli.client;

import org.jspecify.annotations.NullMarked;
