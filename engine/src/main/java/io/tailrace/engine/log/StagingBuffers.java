package io.tailrace.engine.log;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * The direct buffers in which batches are put together before they are written, lent for one append. Shared by all logs of
 * the process: however many logs there are, only as many buffers exist as threads append at the same moment, and only a few
 * are kept.
 */
final class StagingBuffers {
    static final int BUFFER_BYTES = 1 << 20;

    private static final int KEPT = 8;
    private static final ArrayBlockingQueue<ByteBuffer> IDLE = new ArrayBlockingQueue<>(KEPT);

    private StagingBuffers() {}

    static ByteBuffer take() {
        ByteBuffer idle = IDLE.poll();
        return idle != null ? idle.clear() : ByteBuffer.allocateDirect(BUFFER_BYTES);
    }

    /** What does not fit is left to the collector. */
    static void giveBack(ByteBuffer buffer) {
        IDLE.offer(buffer);
    }
}
