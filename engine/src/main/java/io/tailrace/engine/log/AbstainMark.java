package io.tailrace.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code abstains}: the replica may have lost what it had acknowledged, and has no vote until it has caught up (rules 10
 * and 14 of the log's safety rules). It is there, durably, before anything is cut or moved, and goes, durably, when that is over. A
 * {@link CheckedFile} with one field, {@code suspect offset int64}: what the log has from there on is checked at the next start.
 * A mark that is damaged is a mark all the same; everything is checked then.
 *
 * @param suspectOffset where damage is supposed; {@code Long.MAX_VALUE} if nowhere
 */
record AbstainMark(long suspectOffset) {
    static final String NAME = "abstains";
    static final long NOWHERE = Long.MAX_VALUE;

    private static final int MAGIC = 0x54524142;
    private static final int VERSION = 1;

    static @Nullable AbstainMark read(FileStore files, Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        if (!files.exists(file)) {
            return null;
        }
        ByteBuffer payload = CheckedFile.read(files, file, MAGIC, VERSION);
        return new AbstainMark(payload == null || payload.remaining() != Long.BYTES ? 0 : payload.getLong());
    }

    void write(FileStore files, Path directory) throws IOException {
        ByteBuffer payload =
                ByteBuffer.allocate(Long.BYTES).putLong(suspectOffset).flip();
        CheckedFile.write(files, directory.resolve(NAME), MAGIC, VERSION, payload);
    }

    static void remove(FileStore files, Path directory) throws IOException {
        files.delete(directory.resolve(NAME));
        files.syncDirectory(directory);
    }
}
