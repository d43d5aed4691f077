package io.tailrace.streams;

/**
 * As whom a producer writes to a partition (KIP-98). Its batches are numbered from 0; the next epoch begins at 0 again and
 * fences what is left of this one.
 *
 * @param id 63 random bits: nobody hands them out
 * @param epoch from 0
 */
record ProducerIdentity(long id, short epoch) {
    /** Whether there is an epoch after this one. */
    boolean hasNext() {
        return epoch < Short.MAX_VALUE;
    }

    /** The same producer in its next epoch. */
    ProducerIdentity next() {
        return new ProducerIdentity(id, (short) (epoch + 1));
    }
}
