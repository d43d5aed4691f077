package io.tailrace.test.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.log.DiskFileStore;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.LogCheck;
import io.tailrace.engine.log.LogProblem;
import io.tailrace.engine.log.LogProblem.Code;
import io.tailrace.engine.log.LogProblem.Severity;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.test.compaction.Aim.Target;
import io.tailrace.test.crash.WriterProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} in the middle of compaction and retention, again and again on the same data: of each key the newest acknowledged
 * record is read, or one of unknown outcome that was sent later, everything at its offset, and what was deleted stays so. Where a kill
 * hits is aimed at, seeded, and then read from the files ({@link DiskMoment}): a run that has missed too often fails.
 */
class KilledCompactionTest {
    private static final long SEED = 20_261_122;
    private static final int KILLS = 4;
    private static final int MANY_KILLS = 50;
    /** Numbers of one life are below those of the next. */
    private static final long NUMBERS_PER_LIFE = 1_000_000_000L;

    private static final int BYTES_PER_SECOND_AT_LAST = 1 << 20;
    /** All that a kill may leave. */
    private static final Set<Code> LEFT_BY_A_KILL = Set.of(Code.TORN_TAIL, Code.LEFTOVER, Code.TEMPORARY_FILE);

    @TempDir
    Path temporary;

    private final Random random = new Random(SEED);
    private final Map<String, Ledger> ledgers = Map.of(
            TableWriter.TABLE, new Ledger(TableWriter.TABLE), TableWriter.WINDOW, new Ledger(TableWriter.WINDOW));
    private final Map<DiskMoment, Integer> hits = new EnumMap<>(DiskMoment.class);
    private int readings;
    private int passes;
    private int killedAtStart;
    private long windowBegins;

    @Test
    @Timeout(120)
    void theNewestAcknowledgedRecordOfEachKeyIsThere() throws Exception {
        liveAndDie(KILLS);
        assertThat(hits(DiskMoment.QUIET)).as("kills that hit nothing").isLessThan(KILLS);
    }

    @Test
    @Timeout(1_800)
    @Tag("full")
    void soItIsAfterManyKills() throws Exception {
        liveAndDie(MANY_KILLS);
        Ledger table = ledgers.get(TableWriter.TABLE);
        assertThat(table.lastRead()).as("compaction has left").isLessThan(table.stored() / 2);
        int exchanges = hits(DiskMoment.DECIDING) + hits(DiskMoment.RENAMING) + hits(DiskMoment.FORGETTING);
        assertThat(hits(DiskMoment.REWRITING) + exchanges)
                .as("kills in the middle of compaction")
                .isGreaterThanOrEqualTo(MANY_KILLS / 2);
        assertThat(exchanges).as("of these, while files were exchanged").isGreaterThanOrEqualTo(MANY_KILLS / 10);
        assertThat(hits(DiskMoment.DELETING))
                .as("kills while files were deleted")
                .isGreaterThanOrEqualTo(MANY_KILLS / 10);
    }

    private int hits(DiskMoment moment) {
        return hits.getOrDefault(moment, 0);
    }

    private Path data() {
        return temporary.resolve("data");
    }

    /** One life more than kills: the last one ends in order. */
    private void liveAndDie(int kills) throws IOException {
        for (int life = 0; life < kills; life++) {
            live(life, Aim.of(life, random));
            hits.merge(DiskMoment.of(DiskMoment.partitions(data())), 1, Integer::sum);
            assertSoundButForTheKill(life);
            assertThatAStartCleansUp(life);
        }
        live(kills, null);
        assertSpotless(data(), kills);
        Ledger table = ledgers.get(TableWriter.TABLE);
        Ledger window = ledgers.get(TableWriter.WINDOW);
        System.out.printf(
                "%d kills, %d of them at a start, found on the disk: %s; at least %d passes came to their end; %d readings;"
                        + " stored %d and %d records, read %d and %d; retention has come to offset %d%n",
                kills,
                killedAtStart,
                hits,
                passes,
                readings,
                table.stored(),
                window.stored(),
                table.read(),
                window.read(),
                windowBegins);
        assertThat(readings).as("lives that have read all").isEqualTo(kills + 1 - killedAtStart);
        assertThat(passes).as("passes of compaction that came to their end").isGreaterThanOrEqualTo(kills / 2);
        assertThat(windowBegins).as("where retention has come to").isPositive();
        // How much less depends on the moment at which the last life ends.
        assertThat(table.lastRead()).as("compaction has left").isLessThan(table.stored());
    }

    /** Without an aim it is only to read, and ends in order. */
    private void live(int life, @Nullable Aim aim) throws IOException {
        boolean atStart = aim != null && aim.target() == Target.START;
        long first = life * NUMBERS_PER_LIFE;
        ledgers.values().forEach(ledger -> ledger.beginLife(first));
        int before = readings;
        CompletableFuture<Integer> killed = CompletableFuture.completedFuture(0);
        try (WriterProcess writer = WriterProcess.start(
                new File("target/table-writer.log"),
                TableWriter.class,
                data().toString(),
                Long.toString(aim == null ? TableWriter.NOTHING : first),
                Long.toString(SEED + life),
                Integer.toString(aim == null ? BYTES_PER_SECOND_AT_LAST : aim.bytesPerSecond()))) {
            if (atStart) {
                CompletableFuture.delayedExecutor(500_000_000 + aim.delayNanos(), TimeUnit.NANOSECONDS)
                        .execute(writer::kill);
            }
            for (String line = writer.readLine(); line != null; line = writer.readLine()) {
                assertThat(line).as("life %d", life).doesNotStartWith("failed");
                if (line.equals("writing")) {
                    readings++;
                    if (aim == null) {
                        writer.end();
                    } else if (!atStart) {
                        killed = CompletableFuture.supplyAsync(() -> aim.kill(writer, data()));
                    }
                }
                note(line.split(" ", -1));
            }
            passes += killed.join();
        }
        killedAtStart += readings == before ? 1 : 0;
        assertThat(readings > before || atStart)
                .as("life %d: see target/table-writer.log", life)
                .isTrue();
    }

    /** The last line of a killed process may be torn: so each ends with a full stop. */
    private void note(String[] words) {
        if (words.length < 4 || !words[words.length - 1].equals(".")) {
            return;
        }
        Ledger ledger = ledgers.get(words[1]);
        long first = Long.parseLong(words[2]);
        switch (words[0]) {
            case "read" -> ledger.read(first, Long.parseLong(words[3]));
            case "whole" -> whole(words[1], first);
            case "sent" -> ledger.sent(first);
            case "ack" -> ledger.acknowledged(first, Long.parseLong(words[3]));
            default -> throw new IllegalStateException(String.join(" ", words));
        }
    }

    private void whole(String topic, long beginning) {
        ledgers.get(topic).readAll(beginning);
        if (topic.equals(TableWriter.WINDOW)) {
            assertThat(beginning).as("the log's start").isGreaterThanOrEqualTo(windowBegins);
            windowBegins = beginning;
        } else {
            assertThat(beginning).as("the start of what is never deleted").isZero();
        }
    }

    private void assertSoundButForTheKill(int life) throws IOException {
        List<LogProblem> wrong = new ArrayList<>();
        for (Path partition : DiskMoment.partitions(data())) {
            LogCheck.check(new DiskFileStore(), partition, problem -> {
                if (problem.severity() == Severity.ERROR || !LEFT_BY_A_KILL.contains(problem.code())) {
                    wrong.add(problem);
                }
            });
        }
        assertThat(wrong).as("seed %d, after life %d", SEED, life).isEmpty();
    }

    /** Of a copy: in the next life the files are in use again before they can be looked at. */
    private void assertThatAStartCleansUp(int life) throws IOException {
        Path copy = temporary.resolve("copy-" + life);
        for (Path partition : DiskMoment.partitions(data())) {
            Path to = Files.createDirectories(copy.resolve("partitions").resolve(partition.getFileName()));
            for (String name : DiskMoment.names(partition)) {
                // What is left of a snapshot goes when the log is led.
                if (Files.isRegularFile(partition.resolve(name)) && !name.endsWith(".snapshot.tmp")) {
                    Files.copy(partition.resolve(name), to.resolve(name));
                }
            }
            Log.open(new DiskFileStore(), to, LogSettings.DEFAULTS, Clock.systemUTC())
                    .close();
        }
        assertSpotless(copy, life);
        for (Path partition : DiskMoment.partitions(copy)) {
            new DiskFileStore().deleteDirectory(partition);
        }
    }

    private static void assertSpotless(Path data, int life) throws IOException {
        List<LogProblem> wrong = new ArrayList<>();
        for (Path partition : DiskMoment.partitions(data)) {
            LogCheck.check(new DiskFileStore(), partition, wrong::add);
            assertThat(DiskMoment.names(partition))
                    .as("seed %d, files of %s after life %d", SEED, partition, life)
                    .noneMatch(DiskMoment::isLeftOver);
        }
        assertThat(wrong).as("seed %d, after life %d", SEED, life).isEmpty();
        assertThat(DiskMoment.of(DiskMoment.partitions(data))).isEqualTo(DiskMoment.QUIET);
    }
}
