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
        "VOTE_BY_LENGTH, 3",
        "COPY_NOTHING, 3",
        "CUT_BEHIND_EVERY_APPEND, 0",
        "FOLLOW_BEFORE_FSYNC, 43",
        "LEADER_COUNTS_BEFORE_FSYNC, 63",
        "ACKNOWLEDGE_BEFORE_FSYNC, 2",
        "TRUNCATE_TO_THE_HIGH_WATERMARK, 1",
        "EPOCHS_NOT_COMPARED, 0",
        "SERVE_BEFORE_THE_BARRIER, 3",
        "FORGET_A_PROMISE, 0",
        "PROMISE_BEFORE_FSYNC, 0",
        "PROMISE_AN_EPOCH_TWICE, 0",
        "COMMIT_AN_OLD_EPOCH, 4432",
        "HIGH_WATERMARK_BEYOND_THE_MATCH, 2",
        "OLD_LEADERS_NOT_REFUSED, 0",
        "FORCED_BUT_NOT_WRITTEN, 1",
        "OUTLINE_NOT_TAKEN_BACK, 11",
        "PENDING_NOT_TAKEN_BACK, 14",
        "READ_WITHOUT_A_QUORUM, 12"
    })
    void aBrokenRuleIsFound(BrokenRule rule, long seed) {
        assertThat(find(new Variant(rule::replica, true), seed)).isNotNegative();
    }

    @Test
    void deduplicationStateThatIsNotRolledBackIsFound() {
        assertThat(find(new Variant(Variant.SOUND.replicas(), false), 11)).isNotNegative();
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
