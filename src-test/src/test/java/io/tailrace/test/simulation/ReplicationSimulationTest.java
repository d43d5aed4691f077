package io.tailrace.test.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.replication.quorum.CountedRules;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Many lives of a replicated partition. A life that goes wrong prints its last steps, and the command that lives it again:
 * {@code -Dtailrace.simulation.seed} has only that seed lived, with a trace.
 */
class ReplicationSimulationTest {
    private static final Long ONLY = Long.getLong("tailrace.simulation.seed");
    private static final int GATE = 4_000;
    private static final int FULL = 200_000;

    /** What a gate's lives have to meet, lest they prove nothing. */
    private static final List<String> HAS_TO_HAPPEN = List.of(
            "compacted: Follower",
            "compacted: Leader",
            "damage: bit flipped",
            "damage: does not start, and is replaced",
            "damage: end missing",
            "damage: in a segment",
            "damage: in a segment, while down",
            "damage: in an index",
            "damage: in leader-epochs",
            "damage: in log-start",
            "damage: in recovery-point",
            "damage: in replica",
            "damage: in the promises",
            "damage: in tombstones",
            "damage: met by a reader",
            "damage: met by a scrub",
            "damage: met by the background scrub",
            "damage: met in a replay",
            "damage: met while running",
            "damage: repaired",
            "damage: whole batch torn",
            "damage: zeros",
            "decision: abstention over",
            "decision: append refused, disk full",
            "decision: append unknown",
            "decision: appended",
            "decision: leading",
            "decision: nomination declined",
            "decision: nomination deferred",
            "decision: nomination over",
            "decision: read confirmed",
            "decision: read refused",
            "decision: snapshot wanted",
            "decision: start moved",
            "decision: start refused, DISK_FULL",
            "decision: start refused, OFFSET_OUT_OF_RANGE",
            "decision: start refused, PARTITION_BUSY",
            "decision: start unknown",
            "fault: I/O failed at a start",
            "fault: a voter's disk lost",
            "fault: cut off with a change of the voters",
            "fault: disk full",
            "fault: disk full at a start",
            "fault: disk lost",
            "fault: disk full for a cut",
            "fault: fsync failed",
            "fault: leader lost just when another had caught up",
            "fault: link cut one way",
            "fault: link flaps",
            "fault: message delayed past others",
            "fault: message lost",
            "fault: message on a cut link",
            "fault: message repeated",
            "fault: node cut off",
            "fault: power lost",
            "fault: power lost in the middle of an I/O",
            "fault: power lost while a log begins anew",
            "fault: power lost with flush = os",
            "fault: process killed",
            "fault: process paused",
            "fault: slow disk",
            "fault: stopped in order",
            "fault: timer of a clock that drifts",
            "fault: two nominations at once",
            "fault: two wishes at once",
            "fault: wall clock set",
            "fault: who lost something is not heard",
            "files of the log deleted",
            "flush: BATCH",
            "flush: OS",
            "high watermark written down",
            "life: compacted",
            "life: voters change, BATCH",
            "life: voters change, BATCH, damage",
            "life: voters change, OS",
            "life: voters change, OS, damage",
            "life: voters stay, BATCH",
            "life: voters stay, BATCH, damage",
            "life: voters stay, OS",
            "life: voters stay, OS, damage",
            "log begun anew: Adopting",
            "log begun anew: Follower",
            "log truncated",
            "message: AppendReply DIVERGED",
            "message: AppendReply MATCHED",
            "message: AppendReply REFUSED",
            "message: AppendRequest empty",
            "message: AppendRequest with batches",
            "message: CopyReply DIVERGED",
            "message: CopyReply MATCHED",
            "message: CopyReply REFUSED",
            "message: PreVoteReply with leader",
            "message: PreVoteReply without leader",
            "message: PromiseReply granted",
            "message: PromiseReply refused",
            "message: SnapshotReply MATCHED",
            "message: SnapshotReply REFUSED",
            "message: SnapshotRequest",
            "message to a replica whose disk is lost",
            "no room: Adopting",
            "no room: Follower",
            "no room: Leader",
            "no room: Opening",
            "nominated who does not vote",
            "nominated whom the greatest log does not name",
            "nominated anew",
            "nominated anew who leads",
            "nominated beside a healthy leader",
            "nominated who leads",
            "partition: duplicate answered",
            "partition: duplicate of what was deleted",
            "partition: duplicate waits",
            "partition: old duplicate, offset unknown",
            "quiet",
            "quiet until: AddVoter",
            "quiet until: Append",
            "quiet until: CheckedRead",
            "quiet until: Received",
            "quiet until: TimerFired",
            "reader: position deleted",
            "scrubbed through",
            "start moved: Opening",
            "start: abstains",
            "starts with a high watermark",
            "tombstones may go: Follower",
            "tombstones may go: Leader",
            "transition: Adopting > Candidate",
            "transition: Adopting > Follower",
            "transition: Adopting > Halted",
            "transition: Adopting > Opening",
            "transition: Asking > Candidate",
            "transition: Asking > Follower",
            "transition: Candidate > Adopting",
            "transition: Candidate > Candidate",
            "transition: Candidate > Follower",
            "transition: Candidate > Halted",
            "transition: Candidate > Leader",
            "transition: Candidate > Opening",
            "transition: Follower > Asking",
            "transition: Follower > Candidate",
            "transition: Follower > Follower",
            "transition: Follower > Halted",
            "transition: Leader > Follower",
            "transition: Leader > Halted",
            "transition: Opening > Follower",
            "transition: Opening > Halted",
            "transition: Opening > Leader",
            "two believe to lead",
            "voters: 1",
            "voters: 3",
            "voters: 5",
            "voters: 7",
            "voters at first: 1",
            "voters at first: 2",
            "voters at first: 3",
            "voters at first: 4",
            "voters at first: 5",
            "voters taken back with a cut",
            "who led has been removed",
            "wish changed",
            "wish refused with DISK_FULL",
            "wish refused with FENCED",
            "wish refused with INVALID_ARGUMENT",
            "wish refused with LIMIT_EXCEEDED",
            "wish refused with PARTITION_BUSY",
            "wish unknown",
            "wish: add",
            "wish: add of who does not lead",
            "wish: remove",
            "wish: remove of who does not lead",
            "wish: remove who leads");

    @Test
    void noLifeBreaksARuleAndAllFaultsAndTransitionsHappen() {
        Assumptions.assumeTrue(ONLY == null);
        Coverage coverage = lives(0, GATE);
        List<String> missing = Stream.concat(HAS_TO_HAPPEN.stream(), CountedRules.kinds().stream())
                .filter(what -> coverage.of(what) == 0)
                .toList();
        assertThat(missing).as("what has never happened").isEmpty();
    }

    @Test
    void everyRuleIsCounted() {
        assertThat(CountedRules.notCounted()).isEmpty();
    }

    @Test
    @Tag("full")
    void noneOfManyMoreLivesBreaksARule() {
        Assumptions.assumeTrue(ONLY == null);
        System.out.println(lives(GATE, GATE + FULL));
    }

    @Test
    void theSeedThatWasAskedForBreaksNoRule() {
        Assumptions.assumeTrue(ONLY != null);
        check(Simulation.live(ONLY, Variant.SOUND));
    }

    @Test
    void theSameSeedGivesTheSameLife() {
        Assumptions.assumeTrue(ONLY == null);
        Coverage first = Simulation.live(7, Variant.SOUND).coverage();
        assertThat(Simulation.live(7, Variant.SOUND).coverage().counts()).isEqualTo(first.counts());
    }

    private static Coverage lives(long from, long to) {
        Coverage all = new Coverage();
        LongStream.range(from, to).parallel().forEach(seed -> {
            Simulation.Life life = Simulation.live(seed, Variant.SOUND);
            check(life);
            synchronized (all) {
                all.add(life.coverage());
            }
        });
        return all;
    }

    private static void check(Simulation.Life life) {
        RuntimeException problem = life.problem();
        if (problem != null) {
            throw new AssertionError(Simulation.report(life, Variant.SOUND), problem);
        }
    }
}
