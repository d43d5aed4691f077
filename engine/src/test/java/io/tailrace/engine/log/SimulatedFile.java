package io.tailrace.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.Arrays;

/** An open file of a {@link SimulatedFileStore}. */
final class SimulatedFile implements StoredFile {
    private final SimulatedFileStore disk;
    private final SimulatedContent content;
    private final Path path;
    private final int generation;
    private boolean closed;

    SimulatedFile(SimulatedFileStore disk, SimulatedContent content, Path path, int generation) {
        this.disk = disk;
        this.content = content;
        this.path = path;
        this.generation = generation;
    }

    @Override
    public int read(ByteBuffer destination, long position) throws IOException {
        synchronized (disk) {
            ensureUsable();
            byte[] bytes = new byte[destination.remaining()];
            int count = content.read(bytes, position);
            destination.put(bytes, 0, count);
            return count;
        }
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
        synchronized (disk) {
            ensureUsable();
            disk.change();
            byte[] bytes = new byte[source.remaining()];
            int growth = (int) Math.max(0, position + bytes.length - content.size());
            int count = disk.writable(bytes.length, Math.min(growth, bytes.length));
            source.get(bytes);
            content.write((int) position, count == bytes.length ? bytes : Arrays.copyOf(bytes, count));
            if (count < bytes.length) {
                throw disk.usableBytes(path) > 0
                        ? new IOException("Input/output error (simulated)")
                        : new DiskFullException("No space left on device (simulated)");
            }
        }
    }

    @Override
    public void force(boolean metadata) throws IOException {
        synchronized (disk) {
            ensureUsable();
            disk.change();
            if (disk.forceFails()) {
                throw new IOException("Input/output error (simulated)");
            }
            content.force();
        }
    }

    @Override
    public long size() throws IOException {
        synchronized (disk) {
            ensureUsable();
            return content.size();
        }
    }

    @Override
    public void truncate(long size) throws IOException {
        synchronized (disk) {
            ensureUsable();
            disk.change();
            content.truncate((int) Math.min(size, Integer.MAX_VALUE));
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    private void ensureUsable() throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        disk.ensureRunning(generation);
    }
}
