package io.tailrace.samples;

/**
 * A measured value.
 *
 * @param name what was measured, such as {@code cpu/core0}
 * @param unit of the value, such as {@code %} or {@code MB}
 * @param timeMillis when, milliseconds since 1970
 * @param value the figure
 */
public record Measurement(String name, String unit, long timeMillis, double value) {}
