package io.tailrace.benchmarks.segments;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.log.DiskFileStore;
import io.tailrace.engine.log.ForwardingFileStore;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.log.StoredFile;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Makes a data directory of topics with many small segments: the topics by a node, the segments by the log's own code without fsyncs. */
final class ManySegments {
    private static final int PATIENCE_SECONDS = 600;
    private static final int BATCHES_PER_SEGMENT = 4;
    /** That of a partition which has been led once. */
    private static final int FIRST_EPOCH = 1;

    private final Path data;
    private final int partitions;
    private final int topics;
    private final int segments;
    private final int segmentBytes;

    ManySegments(Path data, int partitions, int topics, int segments, int segmentBytes) {
        this.data = data;
        this.partitions = partitions;
        this.topics = topics;
        this.segments = segments;
        this.segmentBytes = segmentBytes;
    }

    void make() throws Exception {
        List<Path> logs = createTopics();
        logs.parallelStream().forEach(this::fill);
    }

    private List<Path> createTopics() throws Exception {
        List<Path> logs = new ArrayList<>();
        try (Tailrace node = Tailrace.start(ConfigFactory.parseMap(Map.of(
                "tailrace.data-dir", data.toString(), "tailrace.flush", "os", "tailrace.min-free-bytes", "0")))) {
            for (int i = 0; i < topics; i++) {
                int share = partitions / topics + (i < partitions % topics ? 1 : 0);
                Topic topic = node.topics()
                        .create(NewTopic.of("many-" + i, share).withReplicas(1))
                        .toCompletableFuture()
                        .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                for (int number = 0; number < share; number++) {
                    logs.add(data.resolve("partitions")
                            .resolve(topic.partition(number).text()));
                    node.partitions()
                            .describe(topic.partition(number))
                            .toCompletableFuture()
                            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                }
            }
        }
        return logs;
    }

    private void fill(Path directory) {
        RecordBatch batch = batch(segmentBytes / BATCHES_PER_SEGMENT - 100);
        LogSettings settings = new LogSettings(segmentBytes, Long.MAX_VALUE, 4096);
        try (Log log = Log.open(new Unforced(), directory, settings, InstantSource.system())) {
            for (int i = 0; i < segments * BATCHES_PER_SEGMENT; i++) {
                log.append(List.of(new PlacedBatch(batch, log.endOffset(), FIRST_EPOCH, -1)));
            }
        }
    }

    static RecordBatch batch(int bytes) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, bytes + 200);
        builder.append(System.currentTimeMillis(), new byte[] {1}, new byte[bytes]);
        return builder.build();
    }

    /** The disk, without waiting for it: what matters is what is there when the node starts. */
    private static final class Unforced extends ForwardingFileStore {
        Unforced() {
            super(new DiskFileStore());
        }

        @Override
        public StoredFile openForWrite(Path file) throws IOException {
            StoredFile open = super.openForWrite(file);
            return new StoredFile() {
                @Override
                public int read(ByteBuffer destination, long position) throws IOException {
                    return open.read(destination, position);
                }

                @Override
                public void write(ByteBuffer source, long position) throws IOException {
                    open.write(source, position);
                }

                @Override
                public void force(boolean metadata) {
                    // Not waited for.
                }

                @Override
                public long size() throws IOException {
                    return open.size();
                }

                @Override
                public void truncate(long size) throws IOException {
                    open.truncate(size);
                }

                @Override
                public void close() throws IOException {
                    open.close();
                }
            };
        }

        @Override
        public void syncDirectory(Path directory) {
            // Not waited for.
        }
    }
}
