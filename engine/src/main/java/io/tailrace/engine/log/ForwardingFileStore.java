package io.tailrace.engine.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Another file store, but for what a subclass does otherwise. */
public abstract class ForwardingFileStore implements FileStore {
    private final FileStore files;

    /** Everything goes to that one. */
    protected ForwardingFileStore(FileStore files) {
        this.files = files;
    }

    @Override
    public StoredFile openForRead(Path file) throws IOException {
        return files.openForRead(file);
    }

    @Override
    public StoredFile openForWrite(Path file) throws IOException {
        return files.openForWrite(file);
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
    public boolean link(Path existing, Path second) throws IOException {
        return files.link(existing, second);
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
