package io.tailrace.engine.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * A file store in memory that behaves like a disk in a bad mood, reproducibly from its seed.
 *
 * <p>A crash keeps what was forced. Of what was not, it keeps a beginning, in the order of the writes, file by file: the last
 * write of it may be torn, with nothing behind, or with zeros from a sector's beginning on. Of the changes to the names in a directory that were not synced, some
 * happened: the first ones, or any. A kill keeps everything, as the kernel does. Either makes all open files unusable.
 *
 * <p>It can also fail a write or a force that is still to come, refuse what does not fit on it, and crash after a number of
 * changes. Safe for use by many threads.
 */
public final class SimulatedFileStore implements FileStore {
    private final Random random;
    private final Map<Path, SimulatedDirectory> directories = new TreeMap<>();
    private final Set<Path> locked = new HashSet<>();
    private long capacityBytes = Long.MAX_VALUE;
    private int writesToFailure = -1;
    private int forcesToFailure = -1;
    private int changesToCrash = -1;
    private boolean crashed;
    private int generation;
    private int sectorBytes = 1;

    /** An empty disk. */
    public SimulatedFileStore(long seed) {
        this.random = new Random(seed);
    }

    // --- what a test does to it --------------------------------------------------------------------------------------

    /** Loses what the power failure loses; the disk can be used again at once. */
    public synchronized void crash() {
        crashed = false;
        changesToCrash = -1;
        generation++;
        locked.clear();
        Map<SimulatedContent, Boolean> seen = new HashMap<>();
        for (SimulatedDirectory directory : directories.values()) {
            directory.crash(random);
            for (SimulatedContent content : directory.names().values()) {
                if (seen.put(content, true) == null) {
                    content.crash(random, sectorBytes);
                }
            }
        }
    }

    /** Ends the process: nothing that was written is lost, what was open is gone. */
    public synchronized void kill() {
        crashed = false;
        changesToCrash = -1;
        generation++;
        locked.clear();
    }

    /** After that many more changes everything fails, until {@link #crash} or {@link #kill} says what is left. */
    public synchronized void stopAfter(int changes) {
        changesToCrash = changes;
    }

    /** Whether the number of changes of {@link #stopAfter} has been reached. */
    public synchronized boolean stopped() {
        return crashed;
    }

    /** After that many more writes, one fails with an I/O error, half done. */
    public synchronized void failWriteAfter(int writes) {
        writesToFailure = writes;
    }

    /** After that many more forces of files, one fails with an I/O error. */
    public synchronized void failForceAfter(int forces) {
        forcesToFailure = forces;
    }

    /** How many bytes all files together may have. */
    public synchronized void capacity(long bytes) {
        capacityBytes = bytes;
    }

    /** The bytes of a file. */
    public synchronized byte[] contents(Path file) throws IOException {
        return content(file).bytes();
    }

    /** Replaces the bytes of a file, durably: damage, or a file from elsewhere. */
    public synchronized void contents(Path file, byte[] bytes) throws IOException {
        createDirectories(directoryOf(file));
        SimulatedDirectory directory = directory(file);
        SimulatedContent fresh = new SimulatedContent(bytes.clone());
        directory.put(name(file), fresh);
        directory.sync();
    }

    /** From now on what a crash leaves unwritten begins with a sector of that size; any byte may be the first unless it is said. */
    public synchronized void sectors(int bytes) {
        sectorBytes = bytes;
    }

    /** Changes a byte as it is on the disk, under whoever has the file open: bits that flip. */
    public synchronized void damage(Path file, long position, int flippedBits) throws IOException {
        content(file).damage((int) position, flippedBits);
    }

    /** Takes the end of a file away, on the disk and under whoever has it open. */
    public synchronized void cut(Path file, int size) throws IOException {
        content(file).cut(size);
    }

    /** How many bytes of a file a crash would leave. */
    public synchronized int durableSize(Path file) throws IOException {
        return content(file).durableSize();
    }

    /** A disk with the same files, all of them durable. */
    public synchronized SimulatedFileStore copy(long seed) throws IOException {
        SimulatedFileStore copy = new SimulatedFileStore(seed);
        for (Map.Entry<Path, SimulatedDirectory> directory : directories.entrySet()) {
            copy.createDirectories(directory.getKey());
            for (Map.Entry<String, SimulatedContent> file :
                    directory.getValue().names().entrySet()) {
                copy.contents(
                        directory.getKey().resolve(file.getKey()),
                        file.getValue().bytes());
            }
        }
        return copy;
    }

    /** The bytes of all files together. */
    public synchronized long usedBytes() {
        return directories.values().stream()
                .flatMap(directory -> directory.names().values().stream())
                .mapToLong(SimulatedContent::size)
                .sum();
    }

    // --- what a file store does --------------------------------------------------------------------------------------

    @Override
    public synchronized StoredFile openForRead(Path file) throws IOException {
        ensureRunning();
        return new SimulatedFile(this, content(file), file, generation);
    }

    @Override
    public synchronized StoredFile openForWrite(Path file) throws IOException {
        ensureRunning();
        SimulatedDirectory directory = directory(file);
        if (!directory.names().containsKey(name(file))) {
            change();
            directory.put(name(file), new SimulatedContent(new byte[0]));
        }
        return new SimulatedFile(this, content(file), file, generation);
    }

    @Override
    public synchronized List<String> list(Path directory) throws IOException {
        ensureRunning();
        SimulatedDirectory found = directories.get(absolute(directory));
        if (found == null) {
            throw new NoSuchFileException(directory.toString());
        }
        List<String> names = new ArrayList<>(found.names().keySet());
        for (Path other : directories.keySet()) {
            if (absolute(directory).equals(other.getParent())) {
                names.add(name(other));
            }
        }
        return names;
    }

    @Override
    public synchronized boolean exists(Path file) throws IOException {
        ensureRunning();
        SimulatedDirectory directory = directories.get(directoryOf(file));
        return directories.containsKey(absolute(file))
                || (directory != null && directory.names().containsKey(name(file)));
    }

    @Override
    public synchronized void createDirectories(Path directory) throws IOException {
        ensureRunning();
        for (Path at = absolute(directory); at != null; at = at.getParent()) {
            directories.computeIfAbsent(at, ignored -> new SimulatedDirectory());
        }
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        ensureRunning();
        SimulatedContent moved = content(from);
        if (!directoryOf(from).equals(directoryOf(to))) {
            throw new IOException("Not simulated: a rename from directory to directory");
        }
        change();
        directory(from).rename(name(from), name(to), moved);
    }

    @Override
    public synchronized void delete(Path file) throws IOException {
        ensureRunning();
        if (exists(file)) {
            change();
            directory(file).remove(name(file));
        }
    }

    @Override
    public synchronized boolean isDirectory(Path path) throws IOException {
        ensureRunning();
        return directories.containsKey(absolute(path));
    }

    @Override
    public synchronized void moveDirectory(Path from, Path to) throws IOException {
        ensureRunning();
        Path old = absolute(from);
        Path fresh = absolute(to);
        if (!directories.containsKey(old) || !directories.containsKey(fresh.getParent())) {
            throw new NoSuchFileException(from + " or the directory above " + to);
        }
        if (exists(to)) {
            throw new FileAlreadyExistsException(to.toString());
        }
        boolean kept = changesToCrash != 0 || random.nextBoolean();
        if (kept) {
            for (Path path : List.copyOf(directories.keySet())) {
                if (path.startsWith(old)) {
                    directories.put(fresh.resolve(old.relativize(path)), directories.remove(path));
                }
            }
        }
        change();
    }

    @Override
    public synchronized void deleteDirectory(Path directory) throws IOException {
        ensureRunning();
        Path path = absolute(directory);
        if (!directories.containsKey(path)) {
            return;
        }
        for (Path other : directories.keySet()) {
            if (path.equals(other.getParent())) {
                throw new DirectoryNotEmptyException(other.toString());
            }
        }
        for (String name : List.copyOf(directory(path.resolve("any")).names().keySet())) {
            delete(path.resolve(name));
        }
        change();
        directories.remove(path);
    }

    @Override
    public synchronized void syncDirectory(Path directory) throws IOException {
        ensureRunning();
        change();
        SimulatedDirectory found = directories.get(absolute(directory));
        if (found == null) {
            throw new NoSuchFileException(directory.toString());
        }
        found.sync();
    }

    @Override
    public synchronized long usableBytes(Path directory) {
        return Math.max(0, capacityBytes - usedBytes());
    }

    @Override
    public synchronized Optional<Closeable> tryLock(Path file) throws IOException {
        openForWrite(file).close();
        Path path = absolute(file);
        return locked.add(path) ? Optional.of(() -> locked.remove(path)) : Optional.empty();
    }

    // --- for its files -----------------------------------------------------------------------------------------------

    void ensureRunning() throws IOException {
        if (crashed) {
            throw new IOException("The simulated machine has stopped");
        }
    }

    void ensureRunning(int openedIn) throws IOException {
        ensureRunning();
        if (openedIn != generation) {
            throw new IOException("The simulated file was opened before the crash");
        }
    }

    /** Counts a change, and stops the machine in front of it when it is time. */
    void change() throws IOException {
        if (changesToCrash == 0) {
            crashed = true;
            ensureRunning();
        }
        changesToCrash = Math.max(-1, changesToCrash - 1);
    }

    /** How many of so many bytes get written before the write fails; all if it does not. */
    int writable(int bytes, int growth) {
        if (writesToFailure >= 0 && writesToFailure-- == 0) {
            return bytes / 2;
        }
        long room = Math.max(0, capacityBytes - usedBytes());
        return growth > room ? (int) Math.max(0, bytes - growth + room) : bytes;
    }

    boolean forceFails() {
        return forcesToFailure >= 0 && forcesToFailure-- == 0;
    }

    private SimulatedContent content(Path file) throws IOException {
        SimulatedDirectory directory = directories.get(directoryOf(file));
        SimulatedContent content = directory == null ? null : directory.names().get(name(file));
        if (content == null) {
            throw new NoSuchFileException(file.toString());
        }
        return content;
    }

    private SimulatedDirectory directory(Path file) throws IOException {
        SimulatedDirectory directory = directories.get(directoryOf(file));
        if (directory == null) {
            throw new NoSuchFileException(file.toString());
        }
        return directory;
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }

    private static Path directoryOf(Path file) {
        return absolute(file).getParent();
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }
}
