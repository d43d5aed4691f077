/** The stream-processing DSL beside Kafka Streams: the same topologies over the same records. */
@NullMarked
package io.tailrace.test.dsl;

import org.jspecify.annotations.NullMarked;
