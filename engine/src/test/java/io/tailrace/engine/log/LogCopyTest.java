package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogCopyTest {
    private static final LogSettings SMALL = new LogSettings(4000, 1_000_000, 256);

    @TempDir
    private Path root;

    private final FileStore files = new DiskFileStore();
    private final LogModel model = new LogModel();
    private final Random random = new Random(43);
    private Log log;

    @BeforeEach
    void begin() {
        log = open(root.resolve("log"));
    }

    @AfterEach
    void end() {
        log.close();
    }

    private Log open(Path directory) {
        return Log.open(files, directory, SMALL, () -> Instant.ofEpochMilli(5_000));
    }

    private void append(int times, int epoch) {
        for (int i = 0; i < times; i++) {
            List<RecordBatch> fresh = new ArrayList<>();
            for (int j = random.nextInt(3); j >= 0; j--) {
                fresh.add(Batches.random(random, 4, 100, 1_000));
            }
            List<PlacedBatch> placed = model.place(epoch, fresh);
            log.append(placed);
            model.add(placed);
        }
    }

    private static CopiedLog copied(LogCopy copy) {
        copy.prepare();
        copy.freeze();
        try {
            copy.capture();
        } finally {
            copy.thaw();
        }
        return copy.complete();
    }

    /** As a restore does: the files up to the bytes that count. */
    private Path restored(Path copy, CopiedLog what, String name) throws IOException {
        Path place = Files.createDirectories(root.resolve(name));
        for (String file : files.list(copy)) {
            Files.copy(copy.resolve(file), place.resolve(file));
        }
        for (CopiedLog.CopiedFile file : what.files()) {
            try (StoredFile stored = files.openForWrite(place.resolve(file.name()))) {
                stored.truncate(file.bytes());
            }
        }
        return place;
    }

    private List<ByteBuffer> contents(Path directory) {
        try (Log opened = open(directory)) {
            return LogModel.readAll(opened, 1 << 20);
        }
    }

    @Test
    void aCopyHasWhatTheLogHadWhateverBecomesOfTheLog() throws IOException {
        append(100, 1);
        long committed = log.endOffset();
        append(30, 2);
        Path target = root.resolve("copy");
        CopiedLog copy = copied(log.newCopy(target, () -> committed));
        LogModel then = model.copy();
        assertThat(copy.endOffset()).isEqualTo(then.endOffset());
        assertThat(copy.lastEpoch()).isEqualTo(2);
        assertThat(copy.files()).anyMatch(CopiedLog.CopiedFile::shared);
        // What may still be cut is nobody else's.
        assertThat(copy.files().stream().filter(file -> !file.shared()).count()).isGreaterThan(1);
        assertThat(contents(restored(target, copy, "before"))).isEqualTo(then.bytes());
        log.truncateTo(committed);
        model.truncateTo(committed);
        append(60, 3);
        log.advanceStartTo(committed / 2);
        log.deleteSegmentsBelow(committed / 2);
        log.close();
        assertThat(contents(restored(target, copy, "after"))).isEqualTo(then.bytes());
        assertThat(files.list(target)).doesNotContain("clean-stop");
    }

    @Test
    void aSecondCopyOfALogThatWentOnSharesMore() {
        append(60, 1);
        CopiedLog first = copied(log.newCopy(root.resolve("first"), log::endOffset));
        append(60, 1);
        CopiedLog second = copied(log.newCopy(root.resolve("second"), log::endOffset));
        assertThat(second.files())
                .containsAll(first.files().stream()
                        .filter(CopiedLog.CopiedFile::shared)
                        .toList());
        assertThat(second.files().stream().filter(file -> !file.shared())).hasSize(1);
    }

    @Test
    void aLogThatBeginsLaterIsCopiedWithItsStart() throws IOException {
        append(100, 1);
        log.flush();
        log.advanceStartTo(log.endOffset() / 2);
        log.deleteSegmentsBelow(log.endOffset() / 2);
        CopiedLog copy = copied(log.newCopy(root.resolve("copy"), log::endOffset));
        try (Log opened = open(restored(root.resolve("copy"), copy, "restored"))) {
            assertThat(opened.startOffset()).isEqualTo(log.startOffset());
            assertThat(opened.firstSequenceNr()).isEqualTo(log.firstSequenceNr());
            assertThat(opened.lastSequenceNr()).isEqualTo(log.lastSequenceNr());
            assertThat(LogModel.readAll(opened, 1 << 20)).isEqualTo(LogModel.readAll(log, 1 << 20));
        }
    }

    @Test
    void aCopyOfALogThatIsCutMeanwhileDoesNotCount() {
        append(50, 1);
        LogCopy copy = log.newCopy(root.resolve("copy"), () -> 0);
        copy.prepare();
        copy.freeze();
        copy.capture();
        copy.thaw();
        log.truncateTo(log.endOffset() - 5);
        assertThat(copy.complete()).isNull();
        assertThat(copied(log.newCopy(root.resolve("copy"), () -> 0))).isNotNull();
    }

    @Test
    void copiesOfALogThatIsWrittenToAreBeginningsOfIt() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
            while (!stop.get() && model.endOffset() < 20_000) {
                append(1, 1);
                log.flush();
            }
        });
        List<CopiedLog> copies = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            long before = log.flushedOffset();
            CopiedLog copy = copied(log.newCopy(root.resolve("copy" + i), log::flushedOffset));
            assertThat(copy.endOffset()).isGreaterThanOrEqualTo(before);
            copies.add(copy);
        }
        stop.set(true);
        writing.get();
        for (int i = 0; i < copies.size(); i++) {
            List<ByteBuffer> has = contents(restored(root.resolve("copy" + i), copies.get(i), "restored" + i));
            assertThat(has).isEqualTo(model.bytes().subList(0, has.size()));
        }
    }
}
