package io.tailrace.streams;

import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** A partition that is read in the stage itself. */
final class ReadingShare<K, V> implements PartitionShare {
    private final ReadingHost<K, V> host;
    private PartitionReading<K, V> reading;
    private boolean paused;

    private ReadingShare(ReadingHost<K, V> host, PartitionReading<K, V> reading, boolean paused) {
        this.host = host;
        this.reading = reading;
        this.paused = paused;
    }

    /** Begins that. */
    static <K, V> ReadingShare<K, V> begin(ReadingHost<K, V> host, PartitionReading<K, V> reading, boolean paused) {
        ReadingShare<K, V> share = new ReadingShare<>(host, reading, paused);
        share.begin();
        return share;
    }

    private void begin() {
        holdChanged();
        host.begin(reading);
    }

    /** Below which offset everything was emitted since it began or sought. */
    long emittedTo() {
        return reading.emittedTo();
    }

    @Override
    public void pause(boolean paused) {
        this.paused = paused;
        holdChanged();
    }

    @Override
    public void holdChanged() {
        OwnedPartition owned = reading.owned();
        reading.pause(paused || (owned != null && owned.term().isHeld()));
    }

    @Override
    public void seek(long offset, @Nullable OwnedPartition next, LongConsumer emittedTo) {
        host.end(reading);
        emittedTo.accept(reading.emittedTo());
        reading = reading.from(offset, next);
        begin();
    }

    @Override
    public void end(LongConsumer emittedTo) {
        host.end(reading);
        emittedTo.accept(reading.emittedTo());
    }
}
