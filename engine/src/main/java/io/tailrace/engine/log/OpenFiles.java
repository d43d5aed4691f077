package io.tailrace.engine.log;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashSet;
import org.jspecify.annotations.Nullable;

/**
 * A file store that keeps only so many files of another one open, shared by all logs of a node: ten thousand partitions have
 * more segments than a process may have file descriptors. The files that it hands out open themselves again when they are
 * needed.
 *
 * <p>Who has not been used for a round of the clock goes first (second chance). A file that is in use, or that has been
 * written to and not forced, is never closed: the kernel reports a write that failed later only to those who have the file
 * open. So the limit can be passed, by no more than the calls and unforced files of the moment.
 */
public final class OpenFiles extends ForwardingFileStore {
    private final int limit;
    /** The entries whose file is open, the hand of the clock at the first. Guarded by itself. */
    private final LinkedHashSet<Entry> open = new LinkedHashSet<>();

    /**
     * Keeps that many files open at most.
     *
     * @throws TailraceException {@link ErrorCode#INVALID_SETTING} if the limit is not positive
     */
    public OpenFiles(FileStore files, int limit) {
        super(files);
        if (limit < 1) {
            throw new TailraceException(
                    ErrorCode.INVALID_SETTING, "At least 1 file has to be open, not " + limit + ": raise the limit.");
        }
        this.limit = limit;
    }

    /** How many files are open now. */
    public int openCount() {
        synchronized (open) {
            return open.size();
        }
    }

    @Override
    public StoredFile openForRead(Path file) throws IOException {
        return opened(new Entry(file, false));
    }

    @Override
    public StoredFile openForWrite(Path file) throws IOException {
        return opened(new Entry(file, true));
    }

    private static StoredFile opened(Entry entry) throws IOException {
        entry.acquire(false);
        entry.release();
        return entry;
    }

    private void admit(Entry fresh) throws IOException {
        synchronized (open) {
            open.add(fresh);
            // Twice round: the first time everybody may only lose his second chance.
            for (int left = 2 * open.size(); open.size() > limit && left > 0; left--) {
                Iterator<Entry> hand = open.iterator();
                Entry candidate = hand.next();
                hand.remove();
                if (!candidate.closeIfIdle()) {
                    open.add(candidate);
                }
            }
        }
    }

    private void forget(Entry entry) {
        synchronized (open) {
            open.remove(entry);
        }
    }

    /** A file that may or may not be open. Its lock is taken after that of the set, or alone. */
    private final class Entry implements StoredFile {
        private final Path path;
        private final boolean writable;
        private @Nullable StoredFile file;
        private int users;
        private long writes;
        private long writesForced;
        private boolean usedLately;
        private boolean closed;

        Entry(Path path, boolean writable) {
            this.path = path;
            this.writable = writable;
        }

        StoredFile acquire(boolean toWrite) throws IOException {
            StoredFile acquired;
            boolean opened = false;
            synchronized (this) {
                if (closed) {
                    throw new ClosedChannelException();
                }
                acquired = file;
                if (acquired == null) {
                    acquired = writable ? OpenFiles.super.openForWrite(path) : OpenFiles.super.openForRead(path);
                    file = acquired;
                    opened = true;
                }
                users++;
                usedLately = true;
                if (toWrite) {
                    writes++;
                }
            }
            if (opened) {
                admit(this);
            }
            return acquired;
        }

        void release() throws IOException {
            synchronized (this) {
                users--;
            }
            closeIfAbandoned();
        }

        private void closeIfAbandoned() throws IOException {
            StoredFile abandoned = null;
            synchronized (this) {
                if (closed && users == 0) {
                    abandoned = file;
                    file = null;
                }
            }
            if (abandoned != null) {
                forget(this);
                abandoned.close();
            }
        }

        /** Whether the file is closed now. */
        synchronized boolean closeIfIdle() throws IOException {
            StoredFile idle = file;
            if (idle == null) {
                return true;
            }
            if (users > 0 || writes > writesForced) {
                return false;
            }
            if (usedLately) {
                usedLately = false;
                return false;
            }
            file = null;
            idle.close();
            return true;
        }

        @Override
        public int read(ByteBuffer destination, long position) throws IOException {
            StoredFile acquired = acquire(false);
            try {
                return acquired.read(destination, position);
            } finally {
                release();
            }
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            StoredFile acquired = acquire(true);
            try {
                acquired.write(source, position);
            } finally {
                release();
            }
        }

        @Override
        public void force(boolean metadata) throws IOException {
            StoredFile acquired = acquire(false);
            try {
                long seen;
                synchronized (this) {
                    seen = writes;
                }
                acquired.force(metadata);
                synchronized (this) {
                    writesForced = Math.max(writesForced, seen);
                }
            } finally {
                release();
            }
        }

        @Override
        public long size() throws IOException {
            StoredFile acquired = acquire(false);
            try {
                return acquired.size();
            } finally {
                release();
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            StoredFile acquired = acquire(true);
            try {
                acquired.truncate(size);
            } finally {
                release();
            }
        }

        @Override
        public void close() throws IOException {
            synchronized (this) {
                closed = true;
            }
            closeIfAbandoned();
        }

        @Override
        public String toString() {
            return path.toString();
        }
    }
}
