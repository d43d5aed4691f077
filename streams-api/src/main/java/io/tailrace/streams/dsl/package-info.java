/**
 * The stream-processing DSL. A {@link io.tailrace.streams.dsl.StreamBuilder} makes {@link io.tailrace.streams.dsl.EventStream}s and {@link io.tailrace.streams.dsl.EventTable}s, whose
 * operators are named as those of Kafka Streams, and do what those do; {@code docs/dsl.md} lists the intended differences.
 */
@NullMarked
package io.tailrace.streams.dsl;

import org.jspecify.annotations.NullMarked;
