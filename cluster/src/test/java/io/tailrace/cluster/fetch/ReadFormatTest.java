package io.tailrace.cluster.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.cluster.link.Fixtures;
import io.tailrace.cluster.link.Frame;
import io.tailrace.cluster.link.GoldenFiles;
import io.tailrace.cluster.link.TestFrames;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ReadFormatTest {
    private static final PartitionId PARTITION = new PartitionId(new UUID(1, 2), 3);
    private static final List<ReadRequest> REQUESTS = List.of(
            new ReadRequest.Fetch(5, PARTITION, 1234, 1 << 20),
            new ReadRequest.Offsets(5, PARTITION),
            new ReadRequest.OffsetForTime(5, PARTITION, -7),
            new ReadRequest.Close(5));
    private static final List<ReadResponse> RESPONSES = List.of(
            new ReadResponse.Batches(ByteBuffer.wrap(new byte[] {1, 2, 3}), 99),
            new ReadResponse.Range(new OffsetRange(3, 9)),
            new ReadResponse.AtTime(OptionalLong.of(4)),
            new ReadResponse.Failed(ErrorCode.OFFSET_OUT_OF_RANGE, "Not there.", 3, 9));

    private final GoldenFiles golden = new GoldenFiles(ReadFormatTest.class);

    @Test
    void everyTypeHasAFixture() {
        assertThat(Fixtures.types(ReadRequest.class))
                .allSatisfy(type -> assertThat(REQUESTS).hasAtLeastOneElementOfType(type));
        assertThat(Fixtures.types(ReadResponse.class))
                .allSatisfy(type -> assertThat(RESPONSES).hasAtLeastOneElementOfType(type));
    }

    @Test
    void everythingComesBackAsItWasInTheBytesOfVersionOne() {
        for (ReadRequest request : REQUESTS) {
            Frame frame = TestFrames.of(ReadFormat.encode(42, request));
            assertThat(ReadFormat.request(frame)).isEqualTo(new ReadFormat.Numbered<>(42, request));
            golden.check(request.getClass().getSimpleName() + "-v1", TestFrames.bytes(frame));
        }
        for (ReadResponse response : RESPONSES) {
            Frame frame = TestFrames.of(ReadFormat.encode(42, response));
            assertThat(ReadFormat.response(frame)).isEqualTo(new ReadFormat.Numbered<>(42, response));
            golden.check(response.getClass().getSimpleName() + "-v1", TestFrames.bytes(frame));
        }
    }

    @Test
    void anotherVersionOrTypeIsAnsweredByName() {
        for (int at : new int[] {1, 10}) {
            Frame frame = TestFrames.of(ReadFormat.encode(42, REQUESTS.get(1)));
            frame.head().put(at, (byte) 77);
            assertThatThrownBy(() -> ReadFormat.request(frame))
                    .isInstanceOfSatisfying(ReadFormat.UnknownRequest.class, e -> assertThat(e.id())
                            .isEqualTo(42))
                    .hasMessageContaining("77");
        }
    }

    @Test
    void whatIsCutOffIsRefused() {
        for (ReadRequest request : REQUESTS) {
            Frame frame = TestFrames.of(ReadFormat.encode(42, request));
            for (int length = 0; length < frame.head().limit(); length++) {
                Frame cut = new Frame(frame.head().slice(0, length), frame.payload());
                assertThatThrownBy(() -> ReadFormat.request(cut))
                        .isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                                .isEqualTo(ErrorCode.SERIALIZATION_FAILED));
            }
        }
    }
}
