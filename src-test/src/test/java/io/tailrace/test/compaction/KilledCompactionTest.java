package io.tailrace.test.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.log.DiskFileStore;
import io.tailrace.engine.log.LogCheck;
import io.tailrace.engine.log.LogProblem;
import io.tailrace.engine.log.LogProblem.Code;
import io.tailrace.engine.log.LogProblem.Severity;
import io.tailrace.test.crash.WriterProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} at random moments of compaction and retention, again and again on the same data: of each key the newest acknowledged
 * record is read, or one of unknown outcome that was sent later, and what was deleted stays so.
 */
class KilledCompactionTest {
    private static final long SEED = 20_261_122;
    private static final int KILLS = 4;
    private static final int MANY_KILLS = 50;
    /** One of so many lives ends while the node starts. */
    private static final int KILLED_AT_START_EVERY = 6;
    /** Numbers of one life are below those of the next. */
    private static final long NUMBERS_PER_LIFE = 1_000_000_000L;
    /** What is read in a second: little, so that a kill comes within a segment, or much, so that it comes while files are exchanged. */
    private static final List<Integer> BYTES_PER_SECOND = List.of(1 << 20, 3 << 20, 16 << 20);
    /** All that a kill may leave. */
    private static final Set<Code> LEFT_BY_A_KILL = Set.of(Code.TORN_TAIL, Code.LEFTOVER, Code.TEMPORARY_FILE);

    private static final String SWAP = "segment-swap";
    private static final String CLEANED = ".cleaned";

    @TempDir
    Path data;

    private final Random random = new Random(SEED);
    private final Map<String, Ledger> ledgers = Map.of(
            TableWriter.TABLE, new Ledger(TableWriter.TABLE), TableWriter.WINDOW, new Ledger(TableWriter.WINDOW));
    private int readings;
    private long windowBegins;
    private int killedAtStart;
    private int killedWhileRewriting;
    private int killedWhileExchanging;

    @Test
    @Timeout(120)
    void theNewestAcknowledgedRecordOfEachKeyIsThere() throws Exception {
        liveAndDie(KILLS);
        assertThat(readings).isEqualTo(KILLS + 1);
    }

    @Test
    @Timeout(900)
    @Tag("full")
    void soItIsAfterManyKills() throws Exception {
        liveAndDie(MANY_KILLS);
        assertThat(killedWhileRewriting + killedWhileExchanging)
                .as("kills that came in the middle of compaction")
                .isGreaterThan(MANY_KILLS / 5);
    }

    /** One life more than kills: the last one reads, and that is all. */
    private void liveAndDie(int kills) throws IOException {
        for (int life = 0; life < kills; life++) {
            liveAndDie(life, false);
            noteWhereItDied();
            assertNothingIsWrongOnTheDisk(life);
        }
        liveAndDie(kills, true);
        assertNothingIsWrongOnTheDisk(kills);
        Ledger table = ledgers.get(TableWriter.TABLE);
        Ledger window = ledgers.get(TableWriter.WINDOW);
        System.out.printf(
                "%d kills: %d while segments were rewritten, %d while they were exchanged, %d at a start; %d readings;"
                        + " stored %d and %d records, read %d and %d; retention has come to offset %d%n",
                kills,
                killedWhileRewriting,
                killedWhileExchanging,
                killedAtStart,
                readings,
                table.stored(),
                window.stored(),
                table.read(),
                window.read(),
                windowBegins);
        assertThat(windowBegins).as("where retention has come to").isPositive();
        assertThat(table.lastRead()).as("compaction has left").isLessThan(table.stored());
    }

    private void liveAndDie(int life, boolean onlyToRead) throws IOException {
        boolean atStart = life % KILLED_AT_START_EVERY == KILLED_AT_START_EVERY - 1 && !onlyToRead;
        long first = life * NUMBERS_PER_LIFE;
        ledgers.values().forEach(ledger -> ledger.beginLife(first));
        int before = readings;
        try (WriterProcess writer = WriterProcess.start(
                new File("target/table-writer.log"),
                TableWriter.class,
                data.toString(),
                Long.toString(first),
                Long.toString(SEED + life),
                Integer.toString(BYTES_PER_SECOND.get(random.nextInt(BYTES_PER_SECOND.size()))))) {
            if (atStart) {
                killAfter(300 + random.nextInt(1_500), writer);
            }
            for (String line = writer.readLine(); line != null; line = writer.readLine()) {
                assertThat(line).as("life %d", life).doesNotStartWith("failed");
                if (line.equals("writing")) {
                    readings++;
                    killAfter(onlyToRead ? 0 : 150 + random.nextInt(1_500), writer);
                }
                note(line.split(" ", -1));
            }
        }
        killedAtStart += readings == before ? 1 : 0;
        assertThat(readings > before || atStart)
                .as("life %d: see target/table-writer.log", life)
                .isTrue();
    }

    private static void killAfter(int millis, WriterProcess writer) {
        CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS).execute(writer::kill);
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

    private List<Path> partitions() throws IOException {
        Path all = data.resolve("partitions");
        if (!Files.isDirectory(all)) {
            return List.of();
        }
        try (Stream<Path> found = Files.list(all)) {
            return found.filter(Files::isDirectory).sorted().toList();
        }
    }

    private void noteWhereItDied() throws IOException {
        boolean rewriting = false;
        boolean exchanging = false;
        for (Path partition : partitions()) {
            try (Stream<Path> files = Files.list(partition)) {
                for (Path file : files.toList()) {
                    String name = file.getFileName().toString();
                    rewriting |= name.endsWith(CLEANED);
                    exchanging |= name.equals(SWAP);
                }
            }
        }
        killedWhileExchanging += exchanging ? 1 : 0;
        killedWhileRewriting += rewriting && !exchanging ? 1 : 0;
    }

    private void assertNothingIsWrongOnTheDisk(int life) throws IOException {
        List<LogProblem> wrong = new ArrayList<>();
        for (Path partition : partitions()) {
            LogCheck.check(new DiskFileStore(), partition, problem -> {
                if (problem.severity() == Severity.ERROR || !LEFT_BY_A_KILL.contains(problem.code())) {
                    wrong.add(problem);
                }
            });
        }
        assertThat(wrong).as("seed %d, after life %d", SEED, life).isEmpty();
    }
}
