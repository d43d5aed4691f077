/**
 * Small programs that show one thing each, and that the demo and the tests run.
 *
 * <p>{@link io.tailrace.samples.CountingPipeline} is the whole of it: records from a source go into a topic, a stream
 * application counts them in windows, the counts go into a second topic, and a second consumer shows them. What goes in comes from
 * {@link io.tailrace.samples.FileLines} or {@link io.tailrace.samples.MachineMeasurements}; what a line says is told by a
 * {@link io.tailrace.samples.LineFormat}.
 */
@NullMarked
package io.tailrace.samples;

import org.jspecify.annotations.NullMarked;
