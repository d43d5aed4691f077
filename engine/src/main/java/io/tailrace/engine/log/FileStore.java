package io.tailrace.engine.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The one door to the disk: every file that the engine reads or writes goes through it, so that a test can lose, tear and
 * refuse bytes as a real disk does. {@link DiskFileStore} is the real one. Safe for use by many threads.
 *
 * <p>Nothing is durable until it is forced: the bytes of a file by {@link StoredFile#force}, its name (created, renamed,
 * deleted) by {@link #syncDirectory}.
 */
public interface FileStore {
    /** Opens an existing file for reading. */
    StoredFile openForRead(Path file) throws IOException;

    /** Opens a file for reading and writing, and creates it, empty, if it is not there. */
    StoredFile openForWrite(Path file) throws IOException;

    /** The names in a directory, in no order. */
    List<String> list(Path directory) throws IOException;

    /** Whether the file or directory is there. */
    boolean exists(Path file) throws IOException;

    /** Creates the directory and those above it that are missing, and makes their names durable. */
    void createDirectories(Path directory) throws IOException;

    /** Renames atomically, replacing what had the new name. */
    void rename(Path from, Path to) throws IOException;

    /**
     * Gives a file a second name, which must not be taken, so that its bytes stay when the first one goes.
     *
     * @return whether that could be done: not on another volume, nor on a file system without it
     */
    default boolean link(Path existing, Path second) throws IOException {
        return false;
    }

    /** Deletes the file, if it is there. */
    void delete(Path file) throws IOException;

    /** Whether that is a directory. */
    boolean isDirectory(Path path) throws IOException;

    /**
     * Gives a directory another place on the same volume, with all that is in it, atomically and durably. Nobody may have a
     * file in it open to write.
     *
     * @throws IOException if there is something at the new place already, or nothing at the old
     */
    void moveDirectory(Path from, Path to) throws IOException;

    /**
     * Deletes a directory and the files in it, durably; nothing happens if it is not there. A crash on the way leaves some of
     * the files: move the directory out of use first.
     *
     * @throws IOException if it holds another directory, which is not touched
     */
    void deleteDirectory(Path directory) throws IOException;

    /** Makes the names in a directory durable. */
    void syncDirectory(Path directory) throws IOException;

    /** How many bytes may still be written on the volume of that directory. */
    long usableBytes(Path directory) throws IOException;

    /**
     * Locks a file, creating it if needed, against everybody else, other processes included.
     *
     * @return what gives the lock back when closed, or nothing if somebody else holds it
     */
    Optional<Closeable> tryLock(Path file) throws IOException;
}
