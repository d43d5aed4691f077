package io.tailrace.engine.replication;

import static java.util.Objects.requireNonNull;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.log.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the two files of a {@link PromiseJournal} say. Changes nothing.
 *
 * <p>In use is the file that begins with a snapshot; of two such files the one with the higher sequence, since nothing is promised
 * in the new one before the old one is retired. A bad frame with none behind it is a write that a crash interrupted, and
 * nobody has been told of it. A bad frame with one behind it was on the disk before that one was written: it is damaged, and so is
 * a journal of which no file is in use.
 *
 * @param current which of the files is in use
 * @param lastSequence of the newest frame
 * @param startNumber the newest
 * @param promises by the replica's name
 */
record PromiseRecovery(int current, long lastSequence, long startNumber, Map<String, Promise> promises) {
    /** The names of the files. */
    static final List<String> NAMES = List.of("promises-0", "promises-1");

    /** The sequence of the frame that a new journal's second file begins with. */
    static final long NEVER_USED = 0;

    private static final long MAX_BYTES = 1 << 30;

    /**
     * Reads the files in the directory; {@code null} if there is no journal, which may be so only if there has never been one.
     *
     * @throws TailraceException CORRUPT_LOG, DATA_DIR_VERSION
     */
    static @Nullable PromiseRecovery read(FileStore files, Path directory, boolean mayBeNew) throws IOException {
        Half first = Half.read(files, directory.resolve(NAMES.get(0)));
        Half second = Half.read(files, directory.resolve(NAMES.get(1)));
        boolean isSecond = second.isInUse() && (!first.isInUse() || second.sequence() > first.sequence());
        Half current = isSecond ? second : first;
        if (current.isInUse()) {
            return current.replay(isSecond ? 1 : 0);
        }
        boolean nothing = !first.exists() && (!second.exists() || second.sequence() == NEVER_USED);
        if (nothing && mayBeNew) {
            return null;
        }
        throw damaged(nothing || first.sequence() < 0 ? first.path : second.path);
    }

    /** One of the files: its bytes, if it is there, and the frame that it begins with, if that is right. */
    private record Half(
            Path path, @Nullable ByteBuffer bytes, @Nullable PromiseFrame head) {
        static Half read(FileStore files, Path path) throws IOException {
            if (!files.exists(path)) {
                return new Half(path, null, null);
            }
            try (StoredFile file = files.openForRead(path)) {
                if (file.size() > MAX_BYTES) {
                    throw damaged(path);
                }
                ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
                file.read(bytes, 0);
                return new Half(path, bytes.flip(), PromiseFrame.at(bytes, 0, path));
            }
        }

        boolean exists() {
            return bytes != null;
        }

        boolean isInUse() {
            return head != null && head.type() == PromiseFrame.Type.SNAPSHOT;
        }

        long sequence() {
            return head == null ? -1 : head.sequence();
        }

        PromiseRecovery replay(int index) {
            Map<String, Promise> promises = new HashMap<>();
            ByteBuffer content = requireNonNull(bytes);
            PromiseFrame first = requireNonNull(head);
            PromiseFrame last = first;
            int position = 0;
            for (PromiseFrame frame = first; frame != null; frame = next(content, position, last)) {
                frame.applyTo(promises);
                last = frame;
                position += frame.size();
            }
            ensureNothingFollows(path, content, position, last.sequence() + 1);
            return new PromiseRecovery(index, last.sequence(), first.startNumber(), promises);
        }

        private @Nullable PromiseFrame next(ByteBuffer content, int position, PromiseFrame last) {
            PromiseFrame frame = PromiseFrame.at(content, position, path);
            boolean follows = frame != null
                    && frame.type() == PromiseFrame.Type.PROMISES
                    && frame.sequence() == last.sequence() + 1;
            return follows ? frame : null;
        }
    }

    /** What an earlier use of the file has left is older; the mark that all is on the disk may stand right there. */
    private static void ensureNothingFollows(Path path, ByteBuffer bytes, int end, long sequence) {
        for (int at = end; at + PromiseFrame.HEADER_BYTES <= bytes.limit(); at++) {
            PromiseFrame frame = PromiseFrame.at(bytes, at, path);
            if (frame != null && frame.sequence() >= sequence && !(at == end && isMark(frame, sequence))) {
                throw damaged(path);
            }
        }
    }

    private static boolean isMark(PromiseFrame frame, long sequence) {
        return frame.type() == PromiseFrame.Type.MARK && frame.sequence() == sequence;
    }

    private static TailraceException damaged(Path path) {
        return new TailraceException(
                ErrorCode.CORRUPT_LOG,
                "The promises in " + path
                        + " are lost or damaged, and to give one twice may elect two leaders; nothing was"
                        + " touched: restore the data directory from a copy.");
    }
}
