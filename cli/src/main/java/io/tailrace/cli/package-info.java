/**
 * The command line: one picocli class per verb, named after it. {@link io.tailrace.cli.Main} puts them together and turns
 * failures into one line and an exit code; {@code Terminal} is where output goes, {@code EmbeddedNode} what the verbs run on.
 * {@code start} serves over HTTP; {@code topic}, {@code produce} and {@code consume} speak to a server and start no actor system.
 * The benches use Sources and Sinks and nothing beneath them.
 */
@NullMarked
package io.tailrace.cli;

import org.jspecify.annotations.NullMarked;
