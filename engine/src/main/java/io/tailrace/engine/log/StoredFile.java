package io.tailrace.engine.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An open file of a {@link FileStore}, read and written by position. Reads, writes and forces may run at the same time in
 * different threads; none waits for another.
 */
public interface StoredFile extends Closeable {
    /**
     * Reads from that position until the buffer is full or the file ends.
     *
     * @return the bytes read, fewer than asked for only at the end of the file, 0 at or beyond it
     */
    int read(ByteBuffer destination, long position) throws IOException;

    /**
     * Writes all that remains in the buffer to that position.
     *
     * @throws DiskFullException if there is no room; part of the bytes may have been written
     */
    void write(ByteBuffer source, long position) throws IOException;

    /**
     * Returns when all that was written before the call is on the disk. After a failure nobody knows what is: never to be
     * tried again on the same bytes.
     *
     * @param metadata whether times and the like have to be there as well; the file's size always is
     */
    void force(boolean metadata) throws IOException;

    /** The file's size in bytes. */
    long size() throws IOException;

    /** Cuts the file to that size if it is longer. */
    void truncate(long size) throws IOException;
}
