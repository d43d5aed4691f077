package io.tailrace.cluster.node;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.DiskFileStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/** Reads whose data directory that is, for tools; a node may be running on it. */
public final class NodeIdentity {
    private NodeIdentity() {}

    /** The node's id; empty if there is none, or none that this version can read. */
    public static Optional<UUID> in(Path dataDirectory) {
        try {
            return Optional.ofNullable(NodeFile.read(new DiskFileStore(), dataDirectory.resolve("tailrace.node")))
                    .map(NodeFile::nodeId);
        } catch (IOException | TailraceException e) {
            return Optional.empty();
        }
    }
}
