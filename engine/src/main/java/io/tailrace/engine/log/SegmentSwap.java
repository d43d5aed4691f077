package io.tailrace.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code segment-swap}: the segments with these base offsets, which follow each other, are replaced by one, which compaction
 * has written beside them under the first one's name and {@code .cleaned}. A {@link CheckedFile} with the payload
 *
 * <pre>
 *   count int32 | base offset int64 *
 * </pre>
 *
 * <p>What replaces them is on the disk before this file is. Once it is there the old ones are given up; a start that finds it does what
 * a crash interrupted, as often as it takes. It goes last. So a crash leaves the old segments or the new one, and never some of each.
 * Files {@code *.cleaned} without it are of a compaction that did not come to its end, and are removed.
 */
final class SegmentSwap {
    static final String NAME = "segment-swap";
    /** What the names of files end with that are to replace others. */
    static final String CLEANED = ".cleaned";

    private static final int MAGIC = 0x54525357;
    private static final int VERSION = 1;

    private SegmentSwap() {}

    /**
     * The base offsets of the segments that are being replaced, ascending; {@code null} if none are.
     *
     * @throws io.tailrace.engine.error.TailraceException CORRUPT_LOG if the file is damaged, DATA_DIR_VERSION
     */
    static @Nullable List<Long> read(FileStore files, Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        ByteBuffer payload = CheckedFile.read(files, file, MAGIC, VERSION);
        List<Long> bases = payload == null ? null : decode(payload);
        if (bases == null && files.exists(file)) {
            throw LogErrors.corrupt(file, "damaged, so which segments compaction has replaced is not known");
        }
        return bases;
    }

    private static @Nullable List<Long> decode(ByteBuffer payload) {
        if (payload.remaining() < Integer.BYTES) {
            return null;
        }
        int count = payload.getInt();
        if (count < 1 || payload.remaining() != (long) count * Long.BYTES) {
            return null;
        }
        List<Long> bases = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            bases.add(payload.getLong());
        }
        return bases;
    }

    /** Gives the old segments up, durably. What replaces them is on the disk, its name included. */
    static void begin(FileStore files, Path directory, List<Long> bases) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(Integer.BYTES + bases.size() * Long.BYTES);
        payload.putInt(bases.size());
        bases.forEach(payload::putLong);
        CheckedFile.write(files, directory.resolve(NAME), MAGIC, VERSION, payload.flip());
    }

    /** Puts the new segment in the place of the old ones, durably. Once begun it may be done again. */
    static void moveFiles(FileStore files, Path directory, List<Long> bases) throws IOException {
        for (String name : List.of(Segment.fileName(bases.get(0)), Segment.indexName(bases.get(0)))) {
            Path cleaned = directory.resolve(name + CLEANED);
            if (files.exists(cleaned)) {
                files.rename(cleaned, directory.resolve(name));
            }
        }
        for (long base : bases.subList(1, bases.size())) {
            files.delete(directory.resolve(Segment.fileName(base)));
            files.delete(directory.resolve(Segment.indexName(base)));
        }
        files.syncDirectory(directory);
    }

    /** It is done; the epoch index does not name the old segments any more. */
    static void end(FileStore files, Path directory) throws IOException {
        files.delete(directory.resolve(NAME));
        files.syncDirectory(directory);
    }

    /** Does what a crash interrupted. */
    static void complete(FileStore files, Path directory, List<Long> bases) throws IOException {
        moveFiles(files, directory, bases);
        EpochIndex stored = EpochIndex.read(files, directory);
        if (stored != null) {
            EpochIndex without = stored.withoutSegments(bases.subList(1, bases.size()));
            if (!without.equals(stored)) {
                without.write(files, directory);
            }
        }
        end(files, directory);
    }
}
