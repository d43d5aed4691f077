package io.tailrace.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.LogPlace;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.log.SimulatedFileStore;
import io.tailrace.engine.partition.Decision;
import io.tailrace.engine.partition.PartitionState;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import io.tailrace.engine.replication.quorum.SnapshotStore.Part;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a partition remembers outlives the records that told it, on every replica (rules 16 and 18). */
class ReplicaSnapshotsTest {
    private static final Path DIRECTORY = Path.of("/replica");
    private static final int BATCHES = 12;

    private final SimulatedFileStore files = new SimulatedFileStore(1);
    private final Log log = open(files);
    private final ReplicaSnapshots snapshots = new ReplicaSnapshots(files, DIRECTORY, 10);

    private static Log open(SimulatedFileStore files) {
        return Log.open(files, DIRECTORY, new LogSettings(200, 1_000_000, 100), () -> Instant.ofEpochMilli(1));
    }

    private static RecordBatch batch(int sequence) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1000).producer(7, (short) 0, sequence);
        builder.append(1, null, new byte[20]);
        return builder.build();
    }

    /** One batch of one producer at each offset, and a control batch behind. */
    private void fill() {
        for (int i = 0; i < BATCHES; i++) {
            log.append(List.of(new PlacedBatch(batch(i), i, 1, -1)));
        }
        log.append(List.of(new PlacedBatch(ControlRecords.barrier(BATCHES, 2, 1), BATCHES, 2, -1)));
        log.flush();
    }

    private static Decision retried(PartitionState state, int sequence) {
        return state.decide(batch(sequence), 2, BATCHES + 1, -1);
    }

    @Test
    void aBatchSentAgainAfterItsRecordsWereDeletedIsADuplicate() {
        fill();
        assertThat(snapshots.make(log, BATCHES + 1, 1)).isEqualTo(BATCHES + 1);
        log.advanceStartTo(BATCHES + 1);
        assertThat(log.deleteSegmentsBelow(snapshots.newestOffset())).isPositive();
        files.crash();
        PartitionState state = new ReplicaSnapshots(files, DIRECTORY, 10).state(open(files));
        assertThat(retried(state, BATCHES - 1)).isEqualTo(new Decision.Duplicate(BATCHES - 1, -1));
        assertThat(retried(state, 0)).isEqualTo(new Decision.Duplicate(-1, -1));
        assertThat(retried(state, BATCHES)).isInstanceOf(Decision.Accept.class);
    }

    @Test
    void whatIsBehindTheSnapshotComesFromTheLog() {
        fill();
        assertThat(snapshots.make(log, 5, 1)).isEqualTo(5);
        assertThat(snapshots.make(log, 3, 1)).isEqualTo(5);
        log.advanceStartTo(5);
        log.deleteSegmentsBelow(snapshots.newestOffset());
        assertThat(snapshots.state(log)).isEqualTo(everything());
    }

    private PartitionState everything() {
        SimulatedFileStore other = new SimulatedFileStore(2);
        Log whole = open(other);
        for (int i = 0; i < BATCHES; i++) {
            whole.append(List.of(new PlacedBatch(batch(i), i, 1, -1)));
        }
        return new ReplicaSnapshots(other, DIRECTORY, 10).state(whole);
    }

    @Test
    void aReplicaThatBeginsAnewRemembersWhatItNeverHad() {
        fill();
        snapshots.make(log, 9, 1);
        LogPlace place = log.placeAt(6);
        SimulatedFileStore other = new SimulatedFileStore(3);
        Log anew = open(other);
        ReplicaSnapshots copied = new ReplicaSnapshots(other, DIRECTORY, 10);
        copied.store(9, readInParts());
        anew.resetTo(place);
        for (int i = 6; i < BATCHES; i++) {
            anew.append(List.of(new PlacedBatch(batch(i), i, 1, -1)));
        }
        assertThat(copied.newestOffset()).isEqualTo(9);
        assertThat(copied.state(anew)).isEqualTo(snapshots.state(log));
        assertThat(anew.lastSequenceNr()).isEqualTo(log.lastSequenceNr());
    }

    private ByteBuffer readInParts() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Part part = snapshots.read(-1, 0, 50);
        while (part.bytes().hasRemaining()) {
            byte[] some = new byte[part.bytes().remaining()];
            part.bytes().get(some);
            bytes.writeBytes(some);
            part = snapshots.read(9, bytes.size(), 50);
        }
        assertThat(bytes.size()).isEqualTo(part.totalBytes()).isGreaterThan(100);
        return ByteBuffer.wrap(bytes.toByteArray());
    }

    @Test
    void oneDamagedFileCostsNothing() throws Exception {
        fill();
        snapshots.make(log, 9, 1);
        for (String name : files.list(DIRECTORY)) {
            if (name.endsWith(".copy.snapshot")) {
                files.contents(DIRECTORY.resolve(name), new byte[50]);
            }
        }
        log.advanceStartTo(9);
        log.deleteSegmentsBelow(9);
        assertThat(new ReplicaSnapshots(files, DIRECTORY, 10).state(log)).isEqualTo(everything());
    }

    @Test
    void whatThereIsOnceOnlyIsNoReasonToDeleteAnythingAndIsMadeAgain() throws Exception {
        fill();
        snapshots.make(log, 5, 1);
        for (String name : files.list(DIRECTORY)) {
            if (name.endsWith(".copy.snapshot")) {
                files.delete(DIRECTORY.resolve(name));
            }
        }
        ReplicaSnapshots opened = new ReplicaSnapshots(files, DIRECTORY, 10);
        assertThat(opened.newestOffset()).isZero();
        assertThat(opened.make(log, 5, 1)).isEqualTo(5);
        assertThat(new ReplicaSnapshots(files, DIRECTORY, 10).newestOffset()).isEqualTo(5);
    }

    /** The replica has forgotten how far everything was committed, and the log begins where the snapshot was made. */
    @Test
    void whatIsThereOnceIsWrittenAgainThoughItIsAheadOfTheHighWatermark() throws Exception {
        fill();
        snapshots.make(log, 9, 1);
        log.advanceStartTo(9);
        assertThat(log.deleteSegmentsBelow(9)).isPositive();
        for (String name : files.list(DIRECTORY)) {
            if (name.endsWith(".copy.snapshot")) {
                files.contents(DIRECTORY.resolve(name), new byte[50]);
            }
        }
        ReplicaSnapshots opened = new ReplicaSnapshots(files, DIRECTORY, 10);
        assertThat(opened.newestOffset()).isZero();
        assertThat(opened.make(log, 5, 1)).isEqualTo(9);
        assertThat(new ReplicaSnapshots(files, DIRECTORY, 10).newestOffset()).isEqualTo(9);
        assertThat(opened.state(log)).isEqualTo(everything());
    }

    @Test
    void aMemoryThatBeginsInTheMiddleIsNone() {
        fill();
        log.advanceStartTo(8);
        log.deleteSegmentsBelow(Long.MAX_VALUE);
        assertThatThrownBy(() -> snapshots.state(log))
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_LOG));
    }

    @Test
    void aSnapshotThatIsGoneIsNotRead() {
        assertThat(snapshots.read(-1, 0, 100)).isEqualTo(Part.NONE);
        fill();
        snapshots.make(log, 5, 1);
        snapshots.make(log, 9, 1);
        assertThat(snapshots.read(5, 0, 100)).isEqualTo(Part.NONE);
        assertThat(snapshots.read(9, 0, 100).offset()).isEqualTo(9);
    }
}
