package io.tailrace.engine.log;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The open files of a segment: one for the writer, one for all readers, each opened when it is first needed. They are apart
 * because NIO closes the channel that an interrupted reader uses.
 */
final class SegmentHandles {
    private final FileStore files;
    private final Path path;
    private volatile @Nullable StoredFile writer;
    private volatile @Nullable StoredFile reader;
    private boolean closed;

    SegmentHandles(FileStore files, Path path) {
        this.files = files;
        this.path = path;
    }

    StoredFile reader() throws IOException {
        StoredFile open = reader;
        return open != null ? open : openReader();
    }

    private synchronized StoredFile openReader() throws IOException {
        StoredFile open = reader;
        if (open == null) {
            ensureOpen();
            open = files.openForRead(path);
            reader = open;
        }
        return open;
    }

    StoredFile writer() throws IOException {
        StoredFile open = writer;
        return open != null ? open : openWriter();
    }

    private synchronized StoredFile openWriter() throws IOException {
        StoredFile open = writer;
        if (open == null) {
            ensureOpen();
            open = files.openForWrite(path);
            writer = open;
        }
        return open;
    }

    private void ensureOpen() throws IOException {
        if (closed) {
            throw new IOException(path + " is closed");
        }
    }

    synchronized void closeWriter() throws IOException {
        StoredFile open = writer;
        writer = null;
        if (open != null) {
            open.close();
        }
    }

    /** Closes both for good. */
    synchronized void close() throws IOException {
        closed = true;
        StoredFile reading = reader;
        reader = null;
        try {
            closeWriter();
        } finally {
            if (reading != null) {
                reading.close();
            }
        }
    }
}
