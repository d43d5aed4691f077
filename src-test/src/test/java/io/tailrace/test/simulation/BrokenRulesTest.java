package io.tailrace.test.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.replication.quorum.BrokenRule;
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
        "VOTE_BY_LENGTH, 70",
        "COPY_NOTHING, 0",
        "CUT_BEHIND_EVERY_APPEND, 0",
        "FOLLOW_BEFORE_FSYNC, 1358",
        "LEADER_COUNTS_BEFORE_FSYNC, 318",
        "ACKNOWLEDGE_BEFORE_FSYNC, 39",
        "TRUNCATE_TO_THE_HIGH_WATERMARK, 1",
        "EPOCHS_NOT_COMPARED, 1",
        "SERVE_BEFORE_THE_BARRIER, 62",
        "FORGET_A_PROMISE, 2",
        "PROMISE_BEFORE_FSYNC, 14",
        "PROMISE_AN_EPOCH_TWICE, 2",
        "COMMIT_AN_OLD_EPOCH, 125",
        "HIGH_WATERMARK_BEYOND_THE_MATCH, 1",
        "OLD_LEADERS_NOT_REFUSED, 1",
        "FORCED_BUT_NOT_WRITTEN, 31",
        "OUTLINE_NOT_TAKEN_BACK, 1",
        "PENDING_NOT_TAKEN_BACK, 1",
        "DEFER_TO_NOBODY, 9",
        "READ_WITHOUT_A_QUORUM, 79",
        "VOTE_WITHOUT_WHAT_WAS_LOST, 34",
        "ABSTAIN_UNTIL_THE_FIRST_APPEND, 79",
        "ABSTAIN_UNTIL_CAUGHT_UP_WITH_ANYBODY, 541",
        "CONFIRM_BEFORE_THE_BARRIER, 438",
        "COUNT_LATE_ANSWERS, 107",
        "COUNT_EARLIER_STARTS, 0",
        "TAKE_WHAT_COMES, 689",
        "TWO_CHANGES_AT_ONCE, 46",
        "CHANGE_BEFORE_THE_BARRIER, 4874",
        "VOTERS_OF_ANOTHER_LOG, 146",
        "STRANGERS_PROMISE, 221",
        "LEARNER_COUNTS, 2",
        "REMOVED_VOTER_COUNTS, 13",
        "REMOVED_LEADER_COUNTS, 8",
        "VOTERS_COUNT_ONCE_COMMITTED, 10",
        "VOTERS_SURVIVE_A_CUT, 37",
        "FIRST_VOTERS_AFTER_A_RESTART, 2"
    })
    void aBrokenRuleIsFound(BrokenRule rule, long seed) {
        // What a sender has checked is never found to be taken unchecked.
        Variant.Flaw flaw = rule == BrokenRule.TAKE_WHAT_COMES ? Variant.Flaw.COPIES_UNCHECKED : Variant.Flaw.NONE;
        assertThat(find(new Variant(rule::replica, true, flaw), seed)).isNotNegative();
    }

    @ParameterizedTest
    @CsvSource({"CUTS_AND_VOTES, 2", "FORGETS_TO_ABSTAIN, 252", "SERVES_UNCHECKED, 233", "IGNORES_THE_BOOT, 72"})
    void aNodeThatTreatsDamageWronglyIsFound(Variant.Flaw flaw, long seed) {
        assertThat(find(new Variant(Variant.SOUND.replicas(), true, flaw), seed))
                .isNotNegative();
    }

    @Test
    void deduplicationStateThatIsNotRolledBackIsFound() {
        assertThat(find(new Variant(Variant.SOUND.replicas(), false), 10)).isNotNegative();
    }

    @Test
    void aBlankDiskThatVotesIsFound() {
        assertThat(find(new Variant(Variant.SOUND.replicas(), true, Variant.Flaw.BLANK_DISK_VOTES), 71))
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

    private static long find(Variant broken, long from) {
        for (long seed = from; seed < from + LIVES; seed++) {
            if (Simulation.live(seed, broken).problem() != null) {
                return seed;
            }
        }
        return -1;
    }
}
