package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class TombstonesTest {
    @Test
    void aLogIsContinuedWhereNoTombstoneIsGoneThatItNeeds() {
        Tombstones own = new Tombstones(40, 0);
        assertThat(own.mayBeContinued(50, new Tombstones(90, 50))).isTrue();
        assertThat(own.mayBeContinued(50, new Tombstones(90, 51))).isFalse();
        assertThat(own.mayBeContinued(30, new Tombstones(90, 40))).isTrue();
        assertThat(Tombstones.NONE.mayBeContinued(0, new Tombstones(90, 1))).isFalse();
        assertThat(Tombstones.NONE.ofNothing().mayBeContinued(0, new Tombstones(90, 80)))
                .isTrue();
    }

    @Test
    void whatHoldsOfBothHoldsOfTheContinuedLog() {
        assertThat(new Tombstones(40, 10).continued(50, new Tombstones(20, 20))).isEqualTo(new Tombstones(40, 10));
        assertThat(new Tombstones(40, 10).continued(30, new Tombstones(20, 20))).isEqualTo(new Tombstones(30, 10));
        assertThat(new Tombstones(40, 10).continued(15, new Tombstones(30, 20))).isEqualTo(new Tombstones(30, 20));
        assertThat(new Tombstones(40, 35).continued(30, new Tombstones(50, 20))).isEqualTo(new Tombstones(40, 30));
        assertThat(Tombstones.NONE.ofNothing().continued(0, new Tombstones(30, 20)))
                .isEqualTo(new Tombstones(30, 20));
    }

    /**
     * One key, written and deleted by turns; logs that compact, let tombstones go, lose their end or everything, and continue from each
     * other wherever they may. None that has come to the end shows a value that was deleted.
     */
    @Test
    void noValueOutlivesItsTombstoneWhoeverIsContinuedFromWhom() {
        int refused = 0;
        for (int life = 0; life < 3_000; life++) {
            // Whoever lets something go has been through it, whatever became of its log since.
            refused += new Life(new Random(life)).live();
        }
        assertThat(refused).isPositive();
    }

    private static final class Life {
        private final Random random;
        /** By offset, whether it is a tombstone; what a log would have that nobody ever compacted. */
        private final List<Boolean> all = new ArrayList<>();

        private final List<Copy> copies = List.of(new Copy(), new Copy(), new Copy());
        private int refused;

        Life(Random random) {
            this.random = random;
        }

        private static final class Copy {
            private final TreeSet<Long> records = new TreeSet<>();
            private long end;
            private Tombstones tombstones = Tombstones.NONE;

            Tombstones tombstones() {
                return end == 0 ? tombstones.ofNothing() : tombstones;
            }
        }

        int live() {
            for (int step = 0; step < 60; step++) {
                Copy copy = copies.get(random.nextInt(copies.size()));
                switch (random.nextInt(8)) {
                    case 0, 1 -> all.add(random.nextInt(3) == 0);
                    case 2 -> compact(copy);
                    case 3 -> letGo(copy);
                    case 4 -> cut(copy);
                    case 5 -> fromTheBeginning(copy);
                    default -> takeFrom(copy, copies.get(random.nextInt(copies.size())));
                }
                copies.forEach(this::check);
            }
            return refused;
        }

        private void compact(Copy copy) {
            long below = copy.end == 0 ? 0 : random.nextInt((int) copy.end + 1);
            Long newest = copy.records.lower(below);
            copy.records.removeIf(offset -> newest != null && offset < newest);
            copy.tombstones = new Tombstones(
                    Math.max(copy.tombstones().settledBelow(), below),
                    copy.tombstones().goneBelow());
        }

        private void letGo(Copy copy) {
            long below = Math.min(copy.end, copy.tombstones().settledBelow());
            copy.tombstones = new Tombstones(
                    copy.tombstones().settledBelow(), Math.max(copy.tombstones().goneBelow(), below));
            copy.records.removeIf(offset -> offset < below && all.get(offset.intValue()));
        }

        private void cut(Copy copy) {
            copy.end = copy.end == 0 ? 0 : random.nextInt((int) copy.end);
            copy.records.removeIf(offset -> offset >= copy.end);
        }

        /** What was appended to all, as it was: a leader that has let nothing go. */
        private void fromTheBeginning(Copy copy) {
            while (copy.end < all.size() && random.nextInt(5) > 0) {
                if (copies.stream().anyMatch(other -> other.tombstones().goneBelow() > copy.end)) {
                    return; // Nobody has it any more as it was.
                }
                copy.tombstones = copy.tombstones().continued(copy.end, Tombstones.NONE);
                copy.records.add(copy.end++);
            }
        }

        private void takeFrom(Copy copy, Copy source) {
            if (source.end <= copy.end) {
                return;
            }
            if (!copy.tombstones().mayBeContinued(copy.end, source.tombstones)) {
                refused++;
                return;
            }
            long to = copy.end + 1 + random.nextInt((int) (source.end - copy.end));
            copy.tombstones = copy.tombstones().continued(copy.end, source.tombstones);
            copy.records.addAll(source.records.subSet(copy.end, to));
            copy.end = to;
        }

        /** What is superseded by something that is still to come may be there or not. */
        private void check(Copy copy) {
            assertThat(copy.tombstones().isInDoubt()).isFalse();
            long newest = all.size() - 1L;
            boolean deleted = newest >= 0 && newest < copy.end && all.get((int) newest);
            if (deleted && !copy.records.isEmpty()) {
                assertThat(copy.records.last())
                        .as("the tombstone at %s is gone, and what it deleted is not", newest)
                        .isEqualTo(newest);
            }
        }
    }
}
