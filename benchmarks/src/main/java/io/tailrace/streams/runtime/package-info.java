/** Benchmarks of what is not public: tasks by themselves, without an application around them. */
@org.jspecify.annotations.NullMarked
package io.tailrace.streams.runtime;
