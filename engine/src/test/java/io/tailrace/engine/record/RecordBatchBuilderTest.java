package io.tailrace.engine.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordBatchBuilderTest {
    private static final byte[] TEN = new byte[10];

    @Test
    void aFullBatchRefusesAndStaysAsItIs() {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 200);
        int accepted = 0;
        while (builder.append(1, TEN, TEN)) {
            accepted++;
        }
        assertThat(accepted).isEqualTo((200 - RecordBatch.HEADER_BYTES) / 27);
        RecordBatch batch = builder.build();
        assertThat(batch.recordCount()).isEqualTo(accepted).isEqualTo(builder.recordCount());
        assertThat(batch.sizeInBytes()).isEqualTo(builder.sizeInBytes()).isLessThanOrEqualTo(200);
        batch.ensureWellFormed(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {61, 100, 10_000, 1 << 20})
    void aRecordThatNoBatchCanHoldIsRefusedByName(int maxBytes) {
        int overhead = 61 + 7 + 2 + 2;
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, maxBytes);
        byte[] value = new byte[Math.max(0, maxBytes - overhead + 10)];
        assertThatThrownBy(() -> builder.append(1, null, value))
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.RECORD_TOO_LARGE));
        assertThat(builder.isEmpty()).isTrue();
    }

    @Test
    void aRecordMayFillTheBatchToTheLastByte() {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 61 + 7);
        assertThat(builder.append(1, new byte[0], new byte[0])).isTrue();
        assertThat(builder.sizeInBytes()).isEqualTo(68);
        assertThat(builder.append(1, null, null)).isFalse();
    }

    @Test
    void aRecycledArrayIsUsedAndItsOldBytesDoNotShow() {
        byte[] recycled = new byte[1000];
        java.util.Arrays.fill(recycled, (byte) 0xee);
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1 << 20, recycled);
        builder.append(1, TEN, TEN);
        RecordBatch batch = builder.build();
        assertThat(builder.buffer()).isSameAs(recycled);
        assertThat(batch.bytes())
                .isEqualTo(RecordFixture.batch(Compression.NONE, List.of(new RecordFixture(1, TEN, TEN, Headers.EMPTY)))
                        .bytes());
    }

    @Test
    void anArrayTooSmallForTheHeaderIsReplaced() {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1 << 20, new byte[0]);
        builder.append(1, TEN, TEN);
        builder.build().ensureWellFormed(0);
    }

    @Test
    void arraysAndBuffersEncodeTheSame() {
        Headers headers = Headers.EMPTY.with("h", "v");
        RecordBatchBuilder arrays = new RecordBatchBuilder(Compression.NONE, 1000);
        RecordBatchBuilder buffers = new RecordBatchBuilder(Compression.NONE, 1000);
        byte[] bytes = {0, 1, 2, 3, 4};
        ByteBuffer slice = ByteBuffer.wrap(bytes, 1, 3);
        arrays.append(7, new byte[] {1, 2, 3}, null, headers);
        arrays.append(6, null, new byte[] {1, 2, 3}, Headers.EMPTY);
        buffers.append(7, slice, (ByteBuffer) null, headers);
        buffers.append(6, (ByteBuffer) null, slice, Headers.EMPTY);
        assertThat(slice.position()).isEqualTo(1);
        assertThat(buffers.build().bytes()).isEqualTo(arrays.build().bytes());
    }

    @Test
    void aBatchIsBuiltOnceAndNeverEmpty() {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1000);
        assertThatThrownBy(builder::build).isInstanceOf(IllegalStateException.class);
        builder.append(1, null, null);
        builder.build();
        assertThatThrownBy(builder::build).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> builder.append(1, null, null)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void argumentsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> new RecordBatchBuilder(Compression.NONE, 60))
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
        assertThatThrownBy(() -> new RecordBatchBuilder(Compression.NONE, 600).append(-2, null, null))
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    }

    @Test
    void viewsOfKeyAndValueAreThoseOfTheArray() {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1000);
        builder.append(1, new byte[] {1, 2}, new byte[] {3});
        RecordCursor cursor = builder.build().cursor(0);
        assertThat(cursor.next()).isTrue();
        Record record = cursor.record();
        assertThat(record.key()).isEqualTo(ByteBuffer.wrap(record.array(), record.keyAt(), record.keySize()));
        assertThat(record.value()).isEqualTo(ByteBuffer.wrap(record.array(), record.valueAt(), record.valueSize()));
        assertThat(record.array()).isSameAs(builder.buffer());
        assertThat(cursor.next()).isFalse();
    }

    @Test
    void directBuffersAreReadToo() {
        List<RecordFixture> records = RecordFixture.random(4, 20);
        ByteBuffer heap = RecordFixture.batch(Compression.NONE, records).bytes();
        ByteBuffer direct = ByteBuffer.allocateDirect(heap.remaining() + 3).position(3);
        direct.put(heap).position(3);
        assertThat(RecordFixture.of(RecordBatch.at(direct).records(0))).isEqualTo(records);
    }
}
