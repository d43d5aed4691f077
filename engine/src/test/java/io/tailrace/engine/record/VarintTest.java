package io.tailrace.engine.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.apache.kafka.common.utils.ByteUtils;
import org.junit.jupiter.api.Test;

class VarintTest {
    @Test
    void intsAreWrittenAsKafkaWritesThemAndReadBack() {
        Random random = new Random(1);
        byte[] bytes = new byte[Varint.MAX_INT_BYTES];
        for (int i = 0; i < 100_000; i++) {
            int value =
                    i < 4 ? new int[] {0, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}[i] : random.nextInt() >> (i % 32);
            int size = Varint.write(bytes, 0, value);
            ByteBuffer theirs = ByteBuffer.allocate(Varint.MAX_INT_BYTES);
            ByteUtils.writeVarint(value, theirs);
            assertThat(Arrays.copyOf(bytes, size)).isEqualTo(Arrays.copyOf(theirs.array(), theirs.position()));
            assertThat(Varint.sizeOf(value)).isEqualTo(size);
            ByteCursor in = new ByteCursor(bytes, 0, size);
            assertThat(in.readVarint()).isEqualTo(value);
            assertThat(in.position).isEqualTo(size);
        }
    }

    @Test
    void longsAreWrittenAsKafkaWritesThemAndReadBack() {
        Random random = new Random(2);
        byte[] bytes = new byte[Varint.MAX_LONG_BYTES];
        for (int i = 0; i < 100_000; i++) {
            long value = i < 4 ? new long[] {0, -1, Long.MAX_VALUE, Long.MIN_VALUE}[i] : random.nextLong() >> (i % 64);
            int size = Varint.write(bytes, 0, value);
            ByteBuffer theirs = ByteBuffer.allocate(Varint.MAX_LONG_BYTES);
            ByteUtils.writeVarlong(value, theirs);
            assertThat(Arrays.copyOf(bytes, size)).isEqualTo(Arrays.copyOf(theirs.array(), theirs.position()));
            assertThat(Varint.sizeOf(value)).isEqualTo(size);
            ByteCursor in = new ByteCursor(bytes, 0, size);
            assertThat(in.readVarlong()).isEqualTo(value);
            assertThat(in.position).isEqualTo(size);
        }
    }

    @Test
    void numbersThatAreTooLongOrCutOffAreCorrupt() {
        byte[] endless = new byte[20];
        Arrays.fill(endless, (byte) 0xff);
        assertCorrupt(() -> new ByteCursor(endless, 0, 20).readVarint());
        assertCorrupt(() -> new ByteCursor(endless, 0, 20).readVarlong());
        assertCorrupt(() -> new ByteCursor(endless, 0, 3).readVarint());
        assertCorrupt(() -> new ByteCursor(endless, 0, 0).readVarlong());
        endless[4] = 0x10;
        assertCorrupt(() -> new ByteCursor(endless, 0, 20).readVarint());
        endless[4] = (byte) 0xff;
        endless[9] = 2;
        assertCorrupt(() -> new ByteCursor(endless, 0, 20).readVarlong());
    }

    private static void assertCorrupt(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                .isEqualTo(ErrorCode.CORRUPT_BATCH));
    }
}
