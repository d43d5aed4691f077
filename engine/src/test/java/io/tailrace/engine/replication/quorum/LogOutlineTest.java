package io.tailrace.engine.replication.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.log.EpochEnd;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.log.SimulatedFileStore;
import io.tailrace.engine.record.ControlRecords;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogOutlineTest {
    private static LogOutline outline(int... epochsOfOffsets) {
        LogOutline outline = LogOutline.empty();
        for (int epoch : epochsOfOffsets) {
            outline.append(epoch, outline.end() + 1);
        }
        return outline;
    }

    @Test
    void knowsTheEpochBeforeEveryOffset() {
        LogOutline outline = outline(1, 1, 4);
        assertThat(outline.epochBefore(0)).isEqualTo(-1);
        assertThat(outline.epochBefore(1)).isEqualTo(1);
        assertThat(outline.epochBefore(2)).isEqualTo(1);
        assertThat(outline.epochBefore(3)).isEqualTo(4);
        assertThat(outline.position()).isEqualTo(new LogPosition(4, 3));
        assertThat(outline().position()).isEqualTo(new LogPosition(-1, 0));
    }

    @Test
    void matchesWhereTheEntryBeforeIsOfTheSameEpoch() {
        LogOutline outline = outline(1, 1, 4);
        assertThat(outline.matches(0, -1)).isTrue();
        assertThat(outline.matches(2, 1)).isTrue();
        assertThat(outline.matches(3, 1)).isFalse();
        assertThat(outline.matches(4, 4)).isFalse();
    }

    @Test
    void tellsTheEndOfTheLargestEpochNotAbove() {
        LogOutline outline = outline(1, 1, 4);
        assertThat(outline.endOf(0)).isEqualTo(new EpochEnd(-1, 0));
        assertThat(outline.endOf(1)).isEqualTo(new EpochEnd(1, 2));
        assertThat(outline.endOf(3)).isEqualTo(new EpochEnd(1, 2));
        assertThat(outline.endOf(9)).isEqualTo(new EpochEnd(4, 3));
    }

    /** The example of KIP-279: two logs that part twice agree below both. */
    @Test
    void agreesBelowTheFirstDifferenceOfTwoLogs() {
        LogOutline leader = outline(1, 1, 2, 2, 5);
        LogOutline follower = outline(1, 1, 1, 3);
        long first = leader.agreement(follower.endOf(leader.lastEpoch()));
        assertThat(first).isEqualTo(4);
        long second = leader.agreement(follower.endOf(leader.epochBefore(first)));
        assertThat(second).isEqualTo(2);
        assertThat(follower.matches(second, leader.epochBefore(second))).isTrue();
    }

    @Test
    void forgetsTheEpochsThatATruncationTakesAway() {
        LogOutline outline = outline(1, 1, 4, 6);
        outline.truncateTo(2);
        assertThat(outline.position()).isEqualTo(new LogPosition(1, 2));
        assertThat(outline.endOf(6)).isEqualTo(new EpochEnd(1, 2));
    }

    @Test
    void isTheShapeOfALogThatWasOpened() {
        Path directory = Path.of("/log");
        try (Log log =
                Log.open(new SimulatedFileStore(1), directory, LogSettings.DEFAULTS, () -> Instant.ofEpochMilli(1))) {
            assertThat(LogOutline.of(log).position()).isEqualTo(new LogPosition(-1, 0));
            for (int epoch : new int[] {1, 1, 4}) {
                long end = log.endOffset();
                log.append(List.of(new PlacedBatch(ControlRecords.barrier(end, epoch, 1), end, epoch, -1)));
            }
            LogOutline outline = LogOutline.of(log);
            assertThat(outline.position()).isEqualTo(new LogPosition(4, 3));
            assertThat(outline.endOf(3)).isEqualTo(new EpochEnd(1, 2));
        }
    }
}
