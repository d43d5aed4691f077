package io.tailrace.cluster.link;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the bytes of a connection into frames. Each frame gets an array of its own, filled as the bytes come, so they are copied once; its
 * length is believed only up to the limit, a longer frame is stepped over. For one thread at a time.
 */
final class Deframer {
    private final ByteBuffer prefix = ByteBuffer.allocate(Frame.PREFIX_BYTES);
    private final Runnable onTooLarge;
    private int maxFrameBytes;
    private @Nullable ByteBuffer body;
    private int skip;

    /**
     * Before the first byte.
     *
     * @param maxFrameBytes of head and payload together
     * @param onTooLarge hears of each frame that was stepped over
     */
    Deframer(int maxFrameBytes, Runnable onTooLarge) {
        this.maxFrameBytes = maxFrameBytes;
        this.onTooLarge = onTooLarge;
    }

    /** Another limit for the frames that have not begun. */
    void limit(int maxBytes) {
        maxFrameBytes = maxBytes;
    }

    /**
     * Takes the bytes and gives out each frame that they complete.
     *
     * @throws TailraceException SERIALIZATION_FAILED if no frame begins where one should; nothing can be read from then on
     */
    void feed(ByteBuffer bytes, Consumer<Frame> frames) {
        while (bytes.hasRemaining()) {
            if (skip > 0) {
                int skipped = Math.min(skip, bytes.remaining());
                bytes.position(bytes.position() + skipped);
                skip -= skipped;
            } else if (body == null) {
                move(bytes, prefix);
                if (!prefix.hasRemaining()) {
                    begin();
                    completed(frames);
                }
            } else {
                move(bytes, body);
                completed(frames);
            }
        }
    }

    private static void move(ByteBuffer from, ByteBuffer to) {
        int length = Math.min(from.remaining(), to.remaining());
        to.put(to.position(), from, from.position(), length);
        to.position(to.position() + length);
        from.position(from.position() + length);
    }

    private void begin() {
        int length = prefix.getInt(0);
        int headLength = prefix.getInt(4);
        boolean possible = length >= 1 && headLength >= 1 && headLength <= length && headLength <= Frame.MAX_HEAD_BYTES;
        if (!possible) {
            throw broken("a frame of " + length + " bytes with a head of " + headLength);
        }
        if (length > maxFrameBytes) {
            skip = length;
            prefix.clear();
            onTooLarge.run();
        } else {
            body = ByteBuffer.allocate(length);
        }
    }

    private void completed(Consumer<Frame> frames) {
        ByteBuffer whole = body;
        if (whole == null || whole.hasRemaining()) {
            return;
        }
        int headLength = prefix.getInt(4);
        ByteBuffer head = whole.slice(0, headLength);
        if (prefix.getInt(8) != Frame.crc(prefix.getInt(0), headLength, head)) {
            throw broken("a head that fails its checksum");
        }
        prefix.clear();
        body = null;
        frames.accept(new Frame(head, whole.slice(headLength, whole.capacity() - headLength)));
    }

    private static TailraceException broken(String what) {
        return new TailraceException(
                ErrorCode.SERIALIZATION_FAILED,
                "No frame can be read any more, there is " + what
                        + ": what is connected is no node, or the bytes were damaged.");
    }
}
