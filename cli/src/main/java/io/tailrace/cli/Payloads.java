package io.tailrace.cli;

import io.tailrace.streams.ProducerRecord;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Records made beforehand and sent over and over, so that a bench measures what becomes of them and not how they are made. They
 * have no key.
 */
final class Payloads {
    private static final int DIFFERENT = 64;
    /** A stream takes its records from the common budget in such portions. */
    private static final int PORTION = 256;

    private final List<ProducerRecord<byte[], byte[]>> records;

    /** Random values of that size for one partition. */
    Payloads(String topic, int partition, int size) {
        Random random = new Random(partition);
        List<ProducerRecord<byte[], byte[]>> made = new ArrayList<>();
        for (int i = 0; i < DIFFERENT; i++) {
            byte[] value = new byte[size];
            random.nextBytes(value);
            made.add(ProducerRecord.<byte[], byte[]>of(topic, value).withPartition(partition));
        }
        this.records = List.copyOf(made);
    }

    /**
     * A stream that takes from a budget which it may share with others, until that is used up.
     *
     * @param progress is told of every portion
     */
    Source<ProducerRecord<byte[], byte[]>, NotUsed> source(AtomicLong budget, LongConsumer progress) {
        return Source.fromIterator(() -> new Taking(records, budget, progress));
    }

    private static final class Taking implements Iterator<ProducerRecord<byte[], byte[]>> {
        private final List<ProducerRecord<byte[], byte[]>> records;
        private final AtomicLong budget;
        private final LongConsumer progress;
        private long portion;
        private int next;

        Taking(List<ProducerRecord<byte[], byte[]>> records, AtomicLong budget, LongConsumer progress) {
            this.records = records;
            this.budget = budget;
            this.progress = progress;
        }

        @Override
        public boolean hasNext() {
            if (portion > 0) {
                return true;
            }
            portion = Math.min(PORTION, Math.max(0, budget.getAndAdd(-PORTION)));
            progress.accept(portion);
            return portion > 0;
        }

        @Override
        public ProducerRecord<byte[], byte[]> next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            portion--;
            next = (next + 1) & (DIFFERENT - 1);
            return records.get(next);
        }
    }
}
