/**
 * State on disk, in RocksDB: one database per task, in which all of its stores lie side by side. {@link io.tailrace.streams.state.rocks.RocksBackend} knows what the bytes mean,
 * {@code RocksDatabase} keeps what is native from being used when it is gone, and {@link io.tailrace.streams.state.rocks.RocksMemory} bounds what all databases of a
 * process hold in memory.
 */
@NullMarked
package io.tailrace.streams.state.rocks;

import org.jspecify.annotations.NullMarked;
