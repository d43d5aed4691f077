package io.tailrace.cluster.journal;

import java.util.List;

/**
 * An atomic write on its way to the log.
 *
 * @param firstSequenceNr of its events
 * @param lastSequenceNr of its events
 * @param writer which start of the actor it comes from
 * @param events empty if the write was rejected: then it is not stored, but its sequence numbers are used up
 * @param bytes it takes in a batch, at most
 */
record EventWrite(
        long firstSequenceNr, long lastSequenceNr, String writer, List<JournalRecord.Event> events, long bytes) {}
