/**
 * Reading a replica that lives on another node: {@link io.tailrace.cluster.fetch.RemoteReaders} asks,
 * {@link io.tailrace.cluster.fetch.ReadServer} answers, over the lane READS of the links. {@link io.tailrace.cluster.fetch.ReadFormat}
 * draws the bytes.
 */
@NullMarked
package io.tailrace.cluster.fetch;

import org.jspecify.annotations.NullMarked;
