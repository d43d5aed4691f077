package io.tailrace.engine.log;

/**
 * What opening a log found and did, for the caller to report.
 *
 * @param clean whether the log had been closed and was found as it was left, so that nothing was scanned
 * @param truncatedBytes bytes of a torn tail that were cut off; 0 if none were
 * @param segmentsScanned how many segments were read through
 * @param scannedBytes how many bytes that were
 * @param epochIndexRebuilt whether the epoch index was missing or damaged and was made again from the batches
 * @param recoveryPointLost whether the recovery point was missing or damaged, so that everything was checked
 */
public record Recovery(
        boolean clean,
        long truncatedBytes,
        int segmentsScanned,
        long scannedBytes,
        boolean epochIndexRebuilt,
        boolean recoveryPointLost) {}
