package io.tailrace.cluster.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

class DeframerTest {
    private final AtomicInteger tooLarge = new AtomicInteger();
    private final List<Frame> frames = new ArrayList<>();

    private static ByteString frame(int kind, int payloadBytes) {
        byte[] payload = new byte[payloadBytes];
        new Random(kind).nextBytes(payload);
        return Frame.encode(new byte[] {(byte) kind, 1, 2}, List.of(ByteBuffer.wrap(payload)));
    }

    private Deframer deframer(int maxFrameBytes) {
        return new Deframer(maxFrameBytes, tooLarge::incrementAndGet);
    }

    @Test
    void framesAreFoundHoweverTheirBytesAreCut() {
        Random random = new Random(7);
        for (int run = 0; run < 200; run++) {
            frames.clear();
            ByteString all = ByteString.emptyByteString();
            for (int kind = 1; kind <= 10; kind++) {
                all = all.concat(frame(kind, random.nextInt(300)));
            }
            ByteBuffer bytes = ByteBuffer.wrap(all.toArray());
            Deframer deframer = deframer(1000);
            while (bytes.hasRemaining()) {
                int length = Math.min(bytes.remaining(), 1 + random.nextInt(200));
                deframer.feed(bytes.slice(bytes.position(), length), frames::add);
                bytes.position(bytes.position() + length);
            }
            assertThat(frames).extracting(Frame::kind).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
            for (Frame frame : frames) {
                ByteString again = frame(frame.kind(), frame.payload().remaining());
                assertThat(TestFrames.bytes(frame))
                        .isEqualTo(again.drop(Frame.PREFIX_BYTES).toArray());
            }
        }
    }

    @Test
    void aFrameThatIsTooLongIsSteppedOver() {
        ByteBuffer bytes = ByteBuffer.wrap(
                frame(1, 10).concat(frame(2, 5000)).concat(frame(3, 10)).toArray());
        Deframer deframer = deframer(1000);
        while (bytes.hasRemaining()) {
            deframer.feed(bytes.slice(bytes.position(), 1), frames::add);
            bytes.position(bytes.position() + 1);
        }
        assertThat(frames).extracting(Frame::kind).containsExactly(1, 3);
        assertThat(tooLarge).hasValue(1);
    }

    @Test
    void anyBitOfPrefixOrHeadThatIsWrongIsNoticed() {
        for (int bit = 0; bit < (Frame.PREFIX_BYTES + 3) * 8; bit++) {
            byte[] bytes = frame(1, 10).toArray();
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            Deframer deframer = deframer(1000);
            try {
                deframer.feed(ByteBuffer.wrap(bytes), frames::add);
            } catch (TailraceException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.SERIALIZATION_FAILED);
            }
            assertThat(frames).as("bit %s", bit).isEmpty();
        }
    }

    @Test
    void whatIsNoFrameIsRefusedAtOnce() {
        assertThatThrownBy(() -> deframer(1000).feed(ByteBuffer.wrap(new byte[12]), frames::add))
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SERIALIZATION_FAILED));
    }
}
