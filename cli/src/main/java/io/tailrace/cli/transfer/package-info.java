/**
 * A partition's records out to a file of Kafka's batches ({@link io.tailrace.cli.transfer.ExportRun}), and such a file, of whatever log, in
 * ({@link io.tailrace.cli.transfer.ImportRun}); over HTTP, a few batches in memory at a time.
 */
@NullMarked
package io.tailrace.cli.transfer;

import org.jspecify.annotations.NullMarked;
