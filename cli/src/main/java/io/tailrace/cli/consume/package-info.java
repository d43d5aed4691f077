/**
 * Records as they come over HTTP, to bytes on standard output: {@link io.tailrace.cli.consume.ConsumeRun} reads the lines,
 * a {@link io.tailrace.cli.consume.RecordPrinter} makes of each what is to be printed.
 */
@NullMarked
package io.tailrace.cli.consume;

import org.jspecify.annotations.NullMarked;
