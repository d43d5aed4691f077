/**
 * Ordered, bounded links between the nodes of a cluster: TCP connections of our own on Pekko Streams, with TLS by configuration. A link
 * carries {@link io.tailrace.cluster.link.Frame}s one way, on one of three {@link io.tailrace.cluster.link.Lane}s, so that a
 * heartbeat never waits behind megabytes of batches. {@link io.tailrace.cluster.link.Links} is the door; beneath it
 * {@code PeerLink} connects again and again, {@code ClientSession} and {@code ServerSession} are the two ends of one connection,
 * {@code SessionStage} is their place in a stream, {@code Outbox} is what waits. What is inside a frame is the business of
 * {@code cluster.replication} and {@code cluster.fetch}.
 */
@NullMarked
package io.tailrace.cluster.link;

import org.jspecify.annotations.NullMarked;
