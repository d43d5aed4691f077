package io.tailrace.test.torture;

import io.tailrace.engine.log.DiskFileStore;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.LogReader;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.quorum.ReplicaDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Whether the replicas of stopped nodes have the same bytes, as far as the shorter of two goes. */
final class ReplicaComparison {
    private static final int PIECE = 1 << 20;

    private final Map<String, List<Path>> replicas = new TreeMap<>();

    /** Of these nodes' data directories. */
    ReplicaComparison(List<Path> dataDirectories) throws IOException {
        for (Path data : dataDirectories) {
            try (Stream<Path> all = Files.list(data.resolve("partitions"))) {
                all.filter(Files::isDirectory).forEach(replica -> replicas.computeIfAbsent(
                                replica.getFileName().toString(), name -> new ArrayList<>())
                        .add(replica));
            }
        }
    }

    /** Each difference in words; empty if there is none. */
    List<String> differences() {
        List<String> found = new ArrayList<>();
        replicas.forEach((name, same) -> {
            for (Path other : same.subList(1, same.size())) {
                compare(same.get(0), other, found);
            }
        });
        return found;
    }

    private static void compare(Path one, Path other, List<String> found) {
        DiskFileStore files = new DiskFileStore();
        try (Log first = Log.open(files, one, LogSettings.DEFAULTS, InstantSource.system());
                Log second = Log.open(files, other, LogSettings.DEFAULTS, InstantSource.system());
                LogReader a = first.newReader();
                LogReader b = second.newReader()) {
            long end = Math.min(first.endOffset(), second.endOffset());
            long at = Math.max(first.startOffset(), second.startOffset());
            while (at < end) {
                RecordBatch left = next(a, at, end);
                RecordBatch right = next(b, at, end);
                if (!left.bytes().equals(right.bytes())) {
                    found.add("replicas differ: " + one + " and " + other + " at offset " + at);
                    return;
                }
                at = left.nextOffset();
            }
        }
    }

    private static RecordBatch next(LogReader reader, long at, long end) {
        ByteBuffer some = reader.read(at, PIECE, end);
        return ReplicaDisk.checked(some).get(0);
    }
}
