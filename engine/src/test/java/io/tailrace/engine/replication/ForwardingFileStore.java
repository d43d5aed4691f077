package io.tailrace.engine.replication;

import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.log.StoredFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Another file store, and says when a file is forced. */
abstract class ForwardingFileStore implements FileStore {
    private final FileStore files;

    ForwardingFileStore(FileStore files) {
        this.files = files;
    }

    /** A file is about to be forced. */
    abstract void forcing();

    @Override
    public StoredFile openForRead(Path file) throws IOException {
        return files.openForRead(file);
    }

    @Override
    public StoredFile openForWrite(Path file) throws IOException {
        StoredFile opened = files.openForWrite(file);
        return new StoredFile() {
            @Override
            public int read(ByteBuffer destination, long position) throws IOException {
                return opened.read(destination, position);
            }

            @Override
            public void write(ByteBuffer source, long position) throws IOException {
                opened.write(source, position);
            }

            @Override
            public void force(boolean metadata) throws IOException {
                forcing();
                opened.force(metadata);
            }

            @Override
            public long size() throws IOException {
                return opened.size();
            }

            @Override
            public void truncate(long size) throws IOException {
                opened.truncate(size);
            }

            @Override
            public void close() throws IOException {
                opened.close();
            }
        };
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        return files.list(directory);
    }

    @Override
    public boolean exists(Path file) throws IOException {
        return files.exists(file);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        files.createDirectories(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        files.rename(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        files.delete(file);
    }

    @Override
    public boolean isDirectory(Path path) throws IOException {
        return files.isDirectory(path);
    }

    @Override
    public void moveDirectory(Path from, Path to) throws IOException {
        files.moveDirectory(from, to);
    }

    @Override
    public void deleteDirectory(Path directory) throws IOException {
        files.deleteDirectory(directory);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        files.syncDirectory(directory);
    }

    @Override
    public long usableBytes(Path directory) throws IOException {
        return files.usableBytes(directory);
    }

    @Override
    public Optional<Closeable> tryLock(Path file) throws IOException {
        return files.tryLock(file);
    }
}
