package io.tailrace.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/**
 * A file of the real disk.
 *
 * <p>NIO closes a channel when a thread that uses it is interrupted, for everybody. Nobody else may suffer from that: reads
 * and writes open the file again and go on (they are positional, so doing one twice does no harm), and the interrupt is
 * kept for the caller. A force that was hit may hide a failure, so it fails.
 */
final class DiskFile implements StoredFile {
    /** Reads into the heap pass through a direct buffer of NIO's own: small enough to stay in the processor's cache. */
    private static final int READ_CHUNK_BYTES = 128 * 1024;

    private final Path path;
    private final boolean writable;
    private volatile FileChannel channel;
    private volatile boolean closed;

    DiskFile(Path path, boolean writable) throws IOException {
        this.path = path;
        this.writable = writable;
        this.channel = writable
                ? FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE)
                : FileChannel.open(path, StandardOpenOption.READ);
    }

    @Override
    public int read(ByteBuffer destination, long position) throws IOException {
        int start = destination.position();
        return (int) uninterrupted(open -> {
            destination.position(start);
            fill(open, destination, position);
            return (long) destination.position() - start;
        });
    }

    private static void fill(FileChannel open, ByteBuffer destination, long position) throws IOException {
        int start = destination.position();
        int end = destination.limit();
        int step = destination.isDirect() ? Integer.MAX_VALUE : READ_CHUNK_BYTES;
        try {
            while (destination.position() < end) {
                int at = destination.position();
                destination.limit(at + Math.min(step, end - at));
                if (open.read(destination, position + at - start) < 0) {
                    return;
                }
            }
        } finally {
            destination.limit(end);
        }
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
        int start = source.position();
        try {
            uninterrupted(open -> {
                source.position(start);
                while (source.hasRemaining()) {
                    open.write(source, position + source.position() - start);
                }
                return 0;
            });
        } catch (IOException e) {
            throw named(e);
        }
    }

    @Override
    public void force(boolean metadata) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            channel.force(metadata);
        } catch (IOException e) {
            throw named(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public long size() throws IOException {
        return uninterrupted(FileChannel::size);
    }

    @Override
    public void truncate(long size) throws IOException {
        uninterrupted(open -> {
            open.truncate(size);
            return 0;
        });
    }

    @Override
    public void close() throws IOException {
        closed = true;
        channel.close();
    }

    private long uninterrupted(Operation operation) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                FileChannel open = channel;
                try {
                    return operation.run(open);
                } catch (ClosedChannelException e) {
                    if (closed) {
                        throw e;
                    }
                    interrupted |= Thread.interrupted();
                    reopen(open);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized void reopen(FileChannel broken) throws IOException {
        if (channel != broken || closed) {
            return;
        }
        channel = writable
                ? FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)
                : FileChannel.open(path, StandardOpenOption.READ);
    }

    /** The JDK tells a full disk by its message only. */
    private static IOException named(IOException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        boolean full = message.contains("no space left")
                || message.contains("quota exceeded")
                || message.contains("not enough space");
        return full ? new DiskFullException(String.valueOf(e.getMessage()), e) : e;
    }

    @Override
    public String toString() {
        return path.toString();
    }

    private interface Operation {
        long run(FileChannel open) throws IOException;
    }
}
