package io.tailrace.streams;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * MurmurHash2, 32 bits, by Austin Appleby, with the seed that Kafka's producers use: so a key goes to the same partition
 * whichever of the two writes it.
 */
final class Murmur2 {
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int SEED = 0x9747b28c;
    private static final int M = 0x5bd1e995;
    private static final int R = 24;

    private Murmur2() {}

    static int hash(byte[] data) {
        int length = data.length;
        int h = SEED ^ length;
        int words = length & ~3;
        for (int i = 0; i < words; i += 4) {
            int k = (int) INTS.get(data, i) * M;
            k = (k ^ (k >>> R)) * M;
            h = h * M ^ k;
        }
        int left = length - words;
        if (left > 0) {
            for (int i = length - 1; i >= words; i--) {
                h ^= (data[i] & 0xff) << (8 * (i - words));
            }
            h *= M;
        }
        h = (h ^ (h >>> 13)) * M;
        return h ^ (h >>> 15);
    }
}
