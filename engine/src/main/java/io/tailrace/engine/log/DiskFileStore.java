package io.tailrace.engine.log;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The real disk, through NIO. Holds no state: one is as good as another. Wrap it in {@link OpenFiles} to bound open files. */
public final class DiskFileStore implements FileStore {
    /** A directory cannot be opened there, and NTFS journals names by itself. */
    private static final boolean CANNOT_SYNC_DIRECTORIES = File.separatorChar == '\\';

    /** The disk. */
    public DiskFileStore() {}

    @Override
    public StoredFile openForRead(Path file) throws IOException {
        return new DiskFile(file, false);
    }

    @Override
    public StoredFile openForWrite(Path file) throws IOException {
        return new DiskFile(file, true);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return new ArrayList<>(
                    entries.map(entry -> entry.getFileName().toString()).toList());
        }
    }

    @Override
    public boolean exists(Path file) {
        return Files.exists(file);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        List<Path> toSync = new ArrayList<>();
        for (Path at = directory.toAbsolutePath(); at != null && !Files.exists(at); at = at.getParent()) {
            Path parent = at.getParent();
            if (parent != null) {
                toSync.add(parent);
            }
        }
        Files.createDirectories(directory);
        for (Path parent : toSync) {
            syncDirectory(parent);
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public boolean link(Path existing, Path second) throws IOException {
        try {
            Files.createLink(second, existing);
            return true;
        } catch (NoSuchFileException | FileAlreadyExistsException e) {
            throw e;
        } catch (FileSystemException | UnsupportedOperationException anotherVolumeOrNoLinks) {
            return false;
        }
    }

    @Override
    public void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    @Override
    public boolean isDirectory(Path path) {
        return Files.isDirectory(path);
    }

    @Override
    public void moveDirectory(Path from, Path to) throws IOException {
        if (Files.exists(to)) {
            // POSIX would replace an empty directory in silence.
            throw new FileAlreadyExistsException(to.toString());
        }
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        syncDirectory(CheckedFile.directoryOf(to));
        syncDirectory(CheckedFile.directoryOf(from));
    }

    @Override
    public void deleteDirectory(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        List<String> names = list(directory);
        for (String name : names) {
            if (Files.isDirectory(directory.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
                throw new DirectoryNotEmptyException(directory.resolve(name).toString());
            }
        }
        for (String name : names) {
            delete(directory.resolve(name));
        }
        Files.delete(directory);
        syncDirectory(CheckedFile.directoryOf(directory));
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        if (CANNOT_SYNC_DIRECTORIES) {
            return;
        }
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public long usableBytes(Path directory) throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    @Override
    @SuppressWarnings("MustBeClosedChecker")
    public Optional<Closeable> tryLock(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            lock = null;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        if (lock == null) {
            channel.close();
            return Optional.empty();
        }
        return Optional.of(channel);
    }
}
