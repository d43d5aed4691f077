/**
 * The API of streams against a node that is real: what {@code streams-api} tests over partitions and a coordinator in memory holds with files, a catalogue and
 * the coordinator of consumer groups. One node serves all of these tests; each has topics and a group of its own.
 */
@NullMarked
package io.tailrace.test.streams;

import org.jspecify.annotations.NullMarked;
