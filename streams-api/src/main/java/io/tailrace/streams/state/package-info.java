/**
 * What a stream task remembers: stores of keys and values, each a typed view of ordered bytes. Where the bytes are (in memory, in RocksDB) and
 * who hears of every change (the task's log) is the host's affair, so that each kind of store exists once.
 */
@NullMarked
package io.tailrace.streams.state;

import org.jspecify.annotations.NullMarked;
