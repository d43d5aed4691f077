/**
 * Records and the bytes that hold them: Kafka's record batch v2 (magic 2), byte for byte, encoded once by the producer and
 * read in place by everybody else. Uses the JDK and the compression codecs only.
 */
@NullMarked
package io.tailrace.engine.record;

import org.jspecify.annotations.NullMarked;
