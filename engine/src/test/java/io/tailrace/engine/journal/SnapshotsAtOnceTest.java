package io.tailrace.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.engine.log.ForwardingFileStore;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.log.SimulatedFileStore;
import io.tailrace.engine.partition.PartitionState;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatchBuilder;
import io.tailrace.engine.replication.Leadership;
import io.tailrace.engine.replication.quorum.ReplicaId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A leader's partition and its compaction may want a snapshot as of the same batch at the same moment. */
class SnapshotsAtOnceTest {
    private static final Path DIRECTORY = Path.of("/replica");

    private final CountDownLatch written = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final SimulatedFileStore files = new SimulatedFileStore(1);
    private final Log log =
            Log.open(files, DIRECTORY, new LogSettings(2_000, 1_000_000, 100), () -> Instant.ofEpochMilli(1));

    /** Stops before the first file gets its name. */
    private final ForwardingFileStore held = new ForwardingFileStore(files) {
        @Override
        public void rename(Path from, Path to) throws IOException {
            if (written.getCount() > 0) {
                written.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            super.rename(from, to);
        }
    };

    private final class Leading implements Leadership {
        @Override
        public int epoch() {
            return 1;
        }

        @Override
        public Log log() {
            return log;
        }

        @Override
        public CompletionStage<Void> append(List<PlacedBatch> batches) {
            return new CompletableFuture<>();
        }

        @Override
        public CompletionStage<Void> moveStart(long newStart) {
            return new CompletableFuture<>();
        }

        @Override
        public CompletionStage<Void> learn(ReplicaId replica) {
            return new CompletableFuture<>();
        }

        @Override
        public CompletionStage<Void> changeVoter(ReplicaId replica, boolean votes) {
            return new CompletableFuture<>();
        }

        @Override
        public CompletionStage<Long> committedOffset() {
            return new CompletableFuture<>();
        }

        @Override
        public void ensureLeading() {}
    }

    private static Thread started(Runnable work, AtomicReference<Throwable> failure) {
        Thread thread = new Thread(work);
        thread.setUncaughtExceptionHandler((failed, e) -> failure.set(e));
        thread.start();
        return thread;
    }

    @Test
    void oneWaitsForTheOtherAndBothAreWritten() throws InterruptedException {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1_000);
        builder.append(1, null, new byte[20]);
        log.append(List.of(new PlacedBatch(builder.build(), 0, 1, -1)));
        log.flush();
        ReplicaSnapshots ofReplica = new ReplicaSnapshots(held, DIRECTORY, 10);
        SnapshotFiles ofLeader = new SnapshotFiles(files, DIRECTORY, new Leading());
        PartitionState state = ofReplica.state(log);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread first = started(() -> ofReplica.make(log, 1, 1), failure);
        written.await();
        Thread second = started(() -> ofLeader.writeTwice(1, state, 1), failure);
        await().until(() -> second.getState() == Thread.State.BLOCKED || !second.isAlive());
        goOn.countDown();
        first.join();
        second.join();
        assertThat(failure.get()).isNull();
        assertThat(ofLeader.replayNeedsFrom()).isEqualTo(1);
    }
}
