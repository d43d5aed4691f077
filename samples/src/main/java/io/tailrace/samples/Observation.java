package io.tailrace.samples;

/**
 * What one record says, for those who count.
 *
 * @param group under which it is counted
 * @param timeMillis when it happened, milliseconds since 1970
 * @param amount what is added up besides the count: a measured value, a size
 */
public record Observation(String group, long timeMillis, double amount) {}
