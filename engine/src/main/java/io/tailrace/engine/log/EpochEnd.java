package io.tailrace.engine.log;

/**
 * Where an epoch ends in a log: the answer by which two logs find the point at which they part (KIP-101, KIP-279).
 *
 * @param epoch the largest epoch in this log that is not above the one asked for, or -1 if there is none
 * @param endOffset the offset after that epoch's last record; without such an epoch, the log's start
 */
public record EpochEnd(int epoch, long endOffset) {}
