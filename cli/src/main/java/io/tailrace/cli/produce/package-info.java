/**
 * Lines to records, over HTTP. A thread reads and encodes ({@link io.tailrace.cli.produce.LineReader}) into the batch that is
 * open ({@link io.tailrace.cli.produce.OutgoingLines}) while another sends the batch before
 * ({@link io.tailrace.cli.produce.ProduceRun}): batching follows backpressure, there is no timer. At most two batches are held.
 */
@NullMarked
package io.tailrace.cli.produce;

import org.jspecify.annotations.NullMarked;
