/**
 * Records and the bytes that hold them: Kafka's record batch v2 (magic 2), byte for byte, encoded once by the producer and
 * read in place by everybody else. Uses the JDK and the compression codecs only.
 *
 * <p>Read {@link io.tailrace.engine.record.RecordBatch} for the layout of a batch, {@link io.tailrace.engine.record.Record} for that of
 * a record; {@link io.tailrace.engine.record.RecordBatchBuilder} writes them, {@link io.tailrace.engine.record.RecordCursor}
 * reads them, {@link io.tailrace.engine.record.ControlRecords} makes the log's own marks. Bytes that contradict themselves
 * end in a {@link io.tailrace.engine.error.TailraceException}, whatever they are.
 */
@NullMarked
package io.tailrace.engine.record;

import org.jspecify.annotations.NullMarked;
