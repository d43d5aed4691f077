package io.tailrace.cluster.link;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.util.ByteString;

/** Frames as they come out at the other end. */
public final class TestFrames {
    private TestFrames() {}

    /** The one frame in these bytes. */
    public static Frame of(ByteString bytes) {
        List<Frame> frames = new ArrayList<>();
        new Deframer(1 << 20, () -> {}).feed(ByteBuffer.wrap(bytes.toArray()), frames::add);
        return frames.get(0);
    }

    /** Its head and its payload. */
    public static byte[] bytes(Frame frame) {
        return ByteBuffer.allocate(frame.head().remaining() + frame.payload().remaining())
                .put(frame.head().duplicate())
                .put(frame.payload().duplicate())
                .array();
    }
}
