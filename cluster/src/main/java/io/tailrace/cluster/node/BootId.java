package io.tailrace.cluster.node;

import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.log.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Tells one start of the machine from another: what the kernel had then is lost now (log-safety rule 10). Linux says it in a
 * file. Where there is none each start of the process counts as one of the machine, which is on the safe side: after a stop
 * that was not in order a replica with {@code flush = os} abstains until it has caught up.
 */
final class BootId {
    private static final Path LINUX = Path.of("/proc/sys/kernel/random/boot_id");
    private static final int MAX_BYTES = 64;

    private BootId() {}

    static String read(FileStore files) {
        try {
            if (files.exists(LINUX)) {
                try (StoredFile file = files.openForRead(LINUX)) {
                    ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);
                    file.read(bytes, 0);
                    String id = StandardCharsets.US_ASCII
                            .decode(bytes.flip())
                            .toString()
                            .trim();
                    if (!id.isEmpty()) {
                        return id;
                    }
                }
            }
        } catch (IOException e) {
            return UUID.randomUUID().toString();
        }
        return UUID.randomUUID().toString();
    }
}
