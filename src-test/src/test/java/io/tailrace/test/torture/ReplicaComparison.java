package io.tailrace.test.torture;

import io.tailrace.engine.log.DiskFileStore;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.LogReader;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.quorum.ReplicaDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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
            Batches left = new Batches(a, end);
            Batches right = new Batches(b, end);
            while (at < end) {
                RecordBatch ofOne = left.at(at);
                if (!ofOne.bytes().equals(right.at(at).bytes())) {
                    found.add("replicas differ: " + one + " and " + other + " at offset " + at);
                    return;
                }
                at = ofOne.nextOffset();
            }
        }
    }

    /** The batches of one replica, one after the other. */
    private static final class Batches {
        private final LogReader reader;
        private final long end;
        private final Deque<RecordBatch> read = new ArrayDeque<>();

        Batches(LogReader reader, long end) {
            this.reader = reader;
            this.end = end;
        }

        RecordBatch at(long offset) {
            if (read.isEmpty()) {
                read.addAll(ReplicaDisk.checked(reader.read(offset, PIECE, end)));
            }
            return read.removeFirst();
        }
    }
}
