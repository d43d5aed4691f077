package io.tailrace.streams;

import io.tailrace.engine.error.TailraceException;

/** One record on its way whose place somebody wants to know. Records of {@link Producer#plainSink} have none. */
abstract class Delivery {
    private long timestamp;
    private int keySize;
    private int valueSize;

    /** Called by the core when the record is in its batch. */
    final void accepted(long timestamp, int keySize, int valueSize) {
        this.timestamp = timestamp;
        this.keySize = keySize;
        this.valueSize = valueSize;
    }

    /** Called by the core when the record is stored; offset -1 if it is not known where. */
    final void stored(String topic, int partition, long offset, long appendTimeMillis) {
        long time = appendTimeMillis >= 0 ? appendTimeMillis : timestamp;
        stored(new RecordMetadata(topic, partition, offset, time, keySize, valueSize));
    }

    abstract void stored(RecordMetadata metadata);

    /** The record has certainly or perhaps not been stored, and will not be sent again. */
    abstract void failed(TailraceException error);
}
