package io.tailrace.engine.replication;

import io.tailrace.engine.log.CheckedFile;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.log.LogDamage;
import io.tailrace.engine.log.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks for damage in the snapshots of a replica, and mends it: one that is there twice is copied from its twin, another one is set
 * aside, as {@code <name>.damaged}, and made again when one is needed. Blocking.
 */
final class ReplicaFilesScrub {
    private static final String SNAPSHOT = ".snapshot";
    private static final String COPY = ".copy.snapshot";
    private static final String ASIDE = ".damaged";

    private final FileStore files;
    private final Path directory;

    ReplicaFilesScrub(FileStore files, Path directory) {
        this.files = files;
        this.directory = directory;
    }

    List<LogDamage> look() throws IOException {
        List<LogDamage> found = new ArrayList<>();
        for (String name : files.list(directory)) {
            Path file = directory.resolve(name);
            if (name.endsWith(SNAPSHOT)) {
                String problem = problem(file);
                if (problem != null) {
                    found.add(LogDamage.smallFile(file, problem));
                }
            }
        }
        return found;
    }

    private @Nullable String problem(Path file) throws IOException {
        try {
            return CheckedFile.problem(files, file);
        } catch (IOException e) {
            if (!files.exists(file)) {
                return null; // Another one has come, and this one has gone.
            }
            throw e;
        }
    }

    static boolean isSnapshot(Path file) {
        return file.toString().endsWith(SNAPSHOT);
    }

    /** Whether there is a good one under that name now. */
    boolean mend(Path file) throws IOException {
        if (!files.exists(file) || problem(file) == null) {
            return true;
        }
        Path twin = twin(file);
        boolean has = files.exists(twin) && problem(twin) == null;
        Path fresh = directory.resolve(file.getFileName() + ".tmp");
        if (has) {
            copy(twin, fresh);
        }
        files.rename(file, directory.resolve(file.getFileName() + ASIDE));
        if (has) {
            files.rename(fresh, file);
        }
        files.syncDirectory(directory);
        return has;
    }

    private Path twin(Path file) {
        String name = String.valueOf(file.getFileName());
        return directory.resolve(name.endsWith(COPY) ? name.replace(COPY, SNAPSHOT) : name.replace(SNAPSHOT, COPY));
    }

    private void copy(Path from, Path to) throws IOException {
        try (StoredFile source = files.openForRead(from);
                StoredFile target = files.openForWrite(to)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) source.size());
            source.read(bytes, 0);
            target.truncate(0);
            target.write(bytes.flip(), 0);
            target.force(true);
        }
    }
}
