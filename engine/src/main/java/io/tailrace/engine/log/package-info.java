/**
 * The segmented log of one partition. Uses the JDK only, and reaches the disk through {@link
 * io.tailrace.engine.log.FileStore} alone.
 *
 * <p>A reading order: {@link io.tailrace.engine.log.Log} is what others see, its locks and what a failure means;
 * {@code SegmentChain} is how segments grow, begin and are cut off; {@code Segment} is one file of batches with its index
 * ({@code SparseIndex} in memory, {@code IndexFile} on disk). {@code RecoveryScan} is what happens at a start, with
 * {@code RecoveryPoint}, {@code CleanStop}, {@code LogStart} and {@code EpochIndex}, the small files that it trusts, each a
 * {@code CheckedFile}. {@link io.tailrace.engine.log.LogReader} and {@code LogSearch} read. {@link
 * io.tailrace.engine.log.LogCleaning} compacts closed segments, with {@code KeyScan}, {@code SegmentRewrite} and
 * {@code CleaningRules}; {@code SegmentSwap} is how that survives a crash. {@link
 * io.tailrace.engine.log.LogCheck} verifies it all while nobody has the log open. Each on-disk layout is drawn above the class
 * that reads it.
 *
 * <p>What is believed: a file with a checksum of its own, if it matches; of a batch, what its checksum covers, and its base
 * offset and leader epoch only if they follow from the batch before and from the epoch index.
 */
@NullMarked
package io.tailrace.engine.log;

import org.jspecify.annotations.NullMarked;
