package io.tailrace.test.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.replication.quorum.BrokenRule;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The simulation is worth what it finds: every rule is broken in turn, and some life has to show it. The seeds are the first
 * that did; a change of the simulation moves them, so the search goes on from there for a while. Whoever finds a test here slow
 * looks for the new seed and writes it down.
 */
class BrokenRulesTest {
    private static final int LIVES = 3_000;

    @ParameterizedTest
    @CsvSource({
        "VOTE_BY_LENGTH, 30",
        "COPY_NOTHING, 5",
        "CUT_BEHIND_EVERY_APPEND, 0",
        "FOLLOW_BEFORE_FSYNC, 156",
        "LEADER_COUNTS_BEFORE_FSYNC, 100",
        "ACKNOWLEDGE_BEFORE_FSYNC, 2",
        "TRUNCATE_TO_THE_HIGH_WATERMARK, 0",
        "EPOCHS_NOT_COMPARED, 1",
        "SERVE_BEFORE_THE_BARRIER, 6",
        "FORGET_A_PROMISE, 1",
        "PROMISE_BEFORE_FSYNC, 8",
        "PROMISE_AN_EPOCH_TWICE, 7",
        "COMMIT_AN_OLD_EPOCH, 15",
        "HIGH_WATERMARK_BEYOND_THE_MATCH, 1",
        "OLD_LEADERS_NOT_REFUSED, 1",
        "FORCED_BUT_NOT_WRITTEN, 6",
        "OUTLINE_NOT_TAKEN_BACK, 9",
        "PENDING_NOT_TAKEN_BACK, 43",
        "DEFER_TO_NOBODY, 23",
        "READ_WITHOUT_A_QUORUM, 53",
        "VOTE_WITHOUT_WHAT_WAS_LOST, 4",
        "ABSTAIN_UNTIL_THE_FIRST_APPEND, 313",
        "ABSTAIN_UNTIL_CAUGHT_UP_WITH_ANYBODY, 989",
        "CONFIRM_BEFORE_THE_BARRIER, 1575",
        "COUNT_LATE_ANSWERS, 3144",
        "COUNT_EARLIER_STARTS, 1",
        "TAKE_WHAT_COMES, 636",
        "TWO_CHANGES_AT_ONCE, 97",
        "CHANGE_BEFORE_THE_BARRIER, 9719",
        "VOTERS_OF_ANOTHER_LOG, 189",
        "STRANGERS_PROMISE, 1453",
        "LEARNER_COUNTS, 2",
        "REMOVED_VOTER_COUNTS, 2",
        "REMOVED_LEADER_COUNTS, 2",
        "VOTERS_COUNT_ONCE_COMMITTED, 2",
        "VOTERS_SURVIVE_A_CUT, 33",
        "FIRST_VOTERS_AFTER_A_RESTART, 2",
        "START_MOVES_BEFORE_IT_IS_COMMITTED, 0",
        "START_BEYOND_THE_SNAPSHOTS, 0",
        "BEGIN_ANEW_WHEREVER_LOGS_PART, 9",
        "SNAPSHOT_BEHIND_THE_START, 2",
        "RESET_COUNTS_BEFORE_IT_IS_DONE, 88",
        "CONTINUE_WITHOUT_THE_TOMBSTONES, 2074"
    })
    void aBrokenRuleIsFound(BrokenRule rule, long seed) {
        assertThat(find(broken(rule), seed)).isNotNegative();
    }

    @ParameterizedTest
    @CsvSource({
        "CUTS_AND_VOTES, 52",
        "FORGETS_TO_ABSTAIN, 73",
        "SERVES_UNCHECKED, 88",
        "IGNORES_THE_BOOT, 52",
        "SNAPSHOT_OF_WHAT_IS_NOT_COMMITTED, 447",
        "FILES_GO_WITHOUT_A_SNAPSHOT, 12",
        "START_IS_NOT_STORED, 0"
    })
    void aNodeThatDoesWrongBesideTheRulesIsFound(Variant.Flaw flaw, long seed) {
        assertThat(find(new Variant(Variant.SOUND.replicas(), true, flaw), seed))
                .isNotNegative();
    }

    @Test
    void deduplicationStateThatIsNotRolledBackIsFound() {
        assertThat(find(new Variant(Variant.SOUND.replicas(), false), 30)).isNotNegative();
    }

    @Test
    void aBlankDiskThatVotesIsFound() {
        assertThat(find(new Variant(Variant.SOUND.replicas(), true, Variant.Flaw.BLANK_DISK_VOTES), 6))
                .isNotNegative();
    }

    @ParameterizedTest
    @EnumSource
    void everyBrokenRuleHasASeed(BrokenRule rule) throws NoSuchMethodException {
        CsvSource seeds = getClass()
                .getDeclaredMethod("aBrokenRuleIsFound", BrokenRule.class, long.class)
                .getAnnotation(CsvSource.class);
        assertThat(seeds.value()).anyMatch(line -> line.startsWith(rule.name() + ","));
    }

    /**
     * Prints the table anew when seeds have moved: {@code -Dtailrace.simulation.search=20000}, so many lives at most; of one line
     * with {@code -Dtailrace.simulation.broken=NAME}.
     */
    @Test
    void theSeedsAreFoundAgain() {
        Long lives = Long.getLong("tailrace.simulation.search");
        Assumptions.assumeTrue(lives != null);
        Map<String, Variant> broken = new LinkedHashMap<>();
        for (BrokenRule rule : BrokenRule.values()) {
            broken.put(rule.name(), broken(rule));
        }
        for (Variant.Flaw flaw : Variant.Flaw.values()) {
            broken.put(flaw.name(), new Variant(Variant.SOUND.replicas(), true, flaw));
        }
        broken.put("state that is not rolled back", new Variant(Variant.SOUND.replicas(), false));
        String only = System.getProperty("tailrace.simulation.broken", "");
        broken.keySet().removeIf(name -> !name.contains(only));
        broken.forEach((name, variant) -> {
            OptionalLong seed = LongStream.range(0, lives)
                    .parallel()
                    .filter(each -> Simulation.live(each, variant).problem() != null)
                    .findFirst();
            System.out.println("        \"" + name + ", " + (seed.isPresent() ? seed.getAsLong() : "never") + "\",");
        });
    }

    private static Variant broken(BrokenRule rule) {
        // What a sender has checked is never found to be taken unchecked.
        Variant.Flaw flaw = rule == BrokenRule.TAKE_WHAT_COMES ? Variant.Flaw.COPIES_UNCHECKED : Variant.Flaw.NONE;
        return new Variant(rule::replica, true, flaw);
    }

    private static long find(Variant broken, long from) {
        for (long seed = from; seed < from + LIVES; seed++) {
            if (Simulation.live(seed, broken).problem() != null) {
                return seed;
            }
        }
        return -1;
    }
}
