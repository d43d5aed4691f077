package io.tailrace.cluster.journal;

import static io.tailrace.cluster.journal.JournalBench.failure;
import static io.tailrace.cluster.journal.JournalBench.rejected;
import static io.tailrace.cluster.journal.JournalBench.store;
import static io.tailrace.cluster.journal.JournalBench.write;
import static io.tailrace.cluster.journal.PersistentApplication.join;
import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.cluster.placement.Appended;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.RecordBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class EventLogTest extends SharedNode {
    private static final long ALL = Long.MAX_VALUE;

    @Test
    void aFirstWriteNeedsNoRecoveryAndTheNextIncarnationGoesOn() {
        JournalBench bench = new JournalBench(node, "first-write");
        store(bench.log(), write("w1", 1, 2), write("w1", 3));
        EventLog second = bench.log();
        assertThat(join(second.recover())).isEqualTo(3);
        store(second, write("w2", 4));
        assertThat(bench.replay(1, 4, ALL)).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void nobodyWritesBehindEventsThatHeHasNotRecovered() {
        JournalBench bench = new JournalBench(node, "unrecovered");
        store(bench.log(), write("w1", 1));
        assertThat(failure(bench.log().write(List.of(write("w2", 2)))).code()).isEqualTo(ErrorCode.FENCED);
        assertThat(failure(bench.log().write(List.of(write("w2", 1)))).code()).isEqualTo(ErrorCode.FENCED);
        assertThat(bench.replay(1, 1, ALL)).containsExactly(1L);
    }

    @Test
    void aSecondIncarnationFencesTheFirstAcrossJournals() {
        JournalBench bench = new JournalBench(node, "fencing");
        EventLog first = bench.log();
        join(first.recover());
        store(first, write("w1", 1));
        EventLog second = bench.log();
        assertThat(join(second.recover())).isEqualTo(1);
        assertThat(failure(first.write(List.of(write("w1", 2)))).code()).isEqualTo(ErrorCode.FENCED);
        store(second, write("w2", 2));
        assertThat(failure(first.write(List.of(write("w1", 2)))).code()).isEqualTo(ErrorCode.FENCED);
        store(second, write("w2", 3));
        assertThat(bench.replay(1, 3, ALL)).containsExactly(1L, 2L, 3L);
        assertThat(join(first.recover())).isEqualTo(3);
        store(first, write("w3", 4));
        assertThat(failure(second.write(List.of(write("w2", 4)))).code()).isEqualTo(ErrorCode.FENCED);
    }

    @Test
    void aSecondIncarnationFencesTheFirstWithinAJournal() {
        JournalBench bench = new JournalBench(node, "fencing-within");
        EventLog log = bench.log();
        join(log.recover());
        store(log, write("w1", 1));
        join(log.recover());
        // The earlier one is on time, and must still not become the one that recovered.
        assertThat(failure(log.write(List.of(write("w1", 2)))).code()).isEqualTo(ErrorCode.FENCED);
        store(log, write("w2", 2));
        assertThat(failure(log.write(List.of(write("w1", 3)))).code()).isEqualTo(ErrorCode.FENCED);
        store(log, write("w2", 3));
        assertThat(bench.replay(1, 3, ALL)).containsExactly(1L, 2L, 3L);
    }

    @Test
    void aWriteOnItsWayWhenTheNextIncarnationBeginsIsRefused() {
        JournalBench bench = new JournalBench(node, "late-write");
        EventLog first = bench.log();
        join(first.recover());
        store(first, write("w1", 1));
        CompletableFuture<Void> onItsWay = new CompletableFuture<>();
        bench.partitions.hook((real, id, batch) -> onItsWay.thenCompose(go -> real.append(id, batch)));
        CompletionStage<Void> late = first.write(List.of(write("w1", 2)));
        bench.partitions.unhook();
        EventLog second = bench.log();
        assertThat(join(second.recover())).isEqualTo(1);
        onItsWay.complete(null);
        assertThat(failure(late).code()).isEqualTo(ErrorCode.FENCED);
        store(second, write("w2", 2));
        assertThat(bench.replay(1, 2, ALL)).containsExactly(1L, 2L);
    }

    @Test
    void aWriteThatLandsBetweenTheLookAndTheClaimIsSeen() {
        JournalBench bench = new JournalBench(node, "between");
        EventLog first = bench.log();
        join(first.recover());
        store(first, write("w1", 1));
        JournalBench other = new JournalBench(node, "between");
        other.partitions.hook((real, id, claim) -> {
            other.partitions.unhook();
            return first.write(List.of(write("w1", 2))).thenCompose(done -> real.append(id, claim));
        });
        EventLog second = other.log();
        assertThat(join(second.recover())).isEqualTo(2);
        store(second, write("w2", 3));
        assertThat(bench.replay(1, 3, ALL)).containsExactly(1L, 2L, 3L);
    }

    @Test
    void aClaimThatMissedAWriteIsNotBelieved() {
        JournalBench bench = new JournalBench(node, "stale-claim");
        EventLog first = bench.log();
        join(first.recover());
        store(first, write("w1", 1));
        JournalBench other = new JournalBench(node, "stale-claim");
        // The claimant dies just after its claim, which says 1, has landed behind event 2.
        other.partitions.hook((real, id, claim) -> first.write(List.of(write("w1", 2)))
                .thenCompose(done -> real.append(id, claim))
                .thenCompose(done -> CompletableFuture.failedStage(new IllegalStateException("dead"))));
        assertThat(Failures.cause(org.assertj.core.api.Assertions.catchThrowable(
                        () -> join(other.log().recover()))))
                .hasMessage("dead");
        assertThat(join(bench.log().recover())).isEqualTo(2);
        assertThat(join(bench.log().recover())).isEqualTo(2);
    }

    @Test
    void ofTwoClaimsForOneEpochOnlyOneOwnsIt() {
        JournalBench bench = new JournalBench(node, "one-epoch");
        store(bench.log(), write("w1", 1));
        EventLog winner = bench.log();
        JournalBench other = new JournalBench(node, "one-epoch");
        AtomicReference<Short> claimed = new AtomicReference<>();
        other.partitions.hook((real, id, claim) -> {
            other.partitions.unhook();
            claimed.set(claim.producerEpoch());
            // The other claims the same epoch first; to the partition this one is a duplicate of it.
            return winner.recover().thenCompose(highest -> real.append(id, claim));
        });
        EventLog loser = other.log();
        assertThat(join(loser.recover())).isEqualTo(1);
        assertThat(claimed.get()).isEqualTo((short) 1);
        assertThat(failure(winner.write(List.of(write("w2", 2)))).code()).isEqualTo(ErrorCode.FENCED);
        store(loser, write("w3", 2));
        assertThat(bench.replay(1, 2, ALL)).containsExactly(1L, 2L);
    }

    @Test
    void manyThatClaimAtOnceLeaveOneWriter() {
        JournalBench bench = new JournalBench(node, "many");
        store(bench.log(), write("w0", 1));
        List<EventLog> logs = new ArrayList<>();
        List<CompletableFuture<Long>> recoveries = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            EventLog log = bench.log();
            logs.add(log);
            recoveries.add(log.recover().toCompletableFuture());
        }
        recoveries.forEach(recovery -> assertThat(join(recovery)).isEqualTo(1));
        AtomicInteger written = new AtomicInteger();
        for (int i = 0; i < logs.size(); i++) {
            logs.get(i)
                    .write(List.of(write("w" + (i + 1), 2)))
                    .handle((done, failure) -> failure == null ? written.incrementAndGet() : 0)
                    .toCompletableFuture()
                    .join();
        }
        assertThat(written).hasValue(1);
        assertThat(bench.replay(1, 2, ALL)).containsExactly(1L, 2L);
    }

    @Test
    void anUnknownOutcomeIsSentAgainAndStoredOnce() {
        JournalBench bench = new JournalBench(node, "unknown");
        EventLog log = bench.log();
        AtomicInteger left = new AtomicInteger(3);
        bench.partitions.hook((real, id, batch) ->
                real.append(id, batch).thenApply(appended -> left.getAndDecrement() > 0 ? unknown() : appended));
        store(log, write("w", 1), write("w", 2));
        bench.partitions.unhook();
        store(log, write("w", 3));
        assertThat(bench.replay(1, 3, ALL)).containsExactly(1L, 2L, 3L);
    }

    private static Appended unknown() {
        throw new TailraceException(ErrorCode.OUTCOME_UNKNOWN, "The answer was lost.");
    }

    @Test
    void aWriteThatWasGivenUpNeverResumesButTheRecoveryKnowsWhetherItLanded() {
        JournalBench bench = new JournalBench(node, "given-up");
        EventLog log = bench.log(WriterEpoch.LAST, Duration.ofMillis(30));
        store(log, write("w", 1));
        bench.partitions.hook((real, id, batch) -> real.append(id, batch).thenApply(appended -> unknown()));
        assertThat(failure(log.write(List.of(write("w", 2)))).code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        bench.partitions.unhook();
        assertThat(failure(log.write(List.of(write("w", 2)))).code()).isEqualTo(ErrorCode.FENCED);
        assertThat(failure(log.write(List.of(write("w", 3)))).code()).isEqualTo(ErrorCode.FENCED);
        assertThat(join(log.recover())).isEqualTo(2);
        store(log, write("w2", 3));
        assertThat(bench.replay(1, 3, ALL)).containsExactly(1L, 2L, 3L);
    }

    @Test
    void aBatchOfAWriteThatWasGivenUpIsRefusedWhenItArrivesAfterTheNextClaim() {
        JournalBench bench = new JournalBench(node, "given-up-late");
        EventLog log = bench.log(WriterEpoch.LAST, Duration.ofMillis(30));
        store(log, write("w", 1));
        AtomicReference<RecordBatch> lost = new AtomicReference<>();
        bench.partitions.hook((real, id, batch) -> {
            lost.set(batch);
            return CompletableFuture.supplyAsync(EventLogTest::unknown);
        });
        failure(log.write(List.of(write("w", 2))));
        bench.partitions.unhook();
        assertThat(join(log.recover())).isEqualTo(1);
        assertThat(failure(() -> bench.appendRaw(lost.get())).code()).isEqualTo(ErrorCode.PRODUCER_FENCED);
        store(log, write("w2", 2));
        assertThat(bench.replay(1, 2, ALL)).containsExactly(1L, 2L);
    }

    @Test
    void theLastEpochMovesOnToTheNextProducerId() {
        JournalBench bench = new JournalBench(node, "epochs");
        Set<Long> producerIds = new TreeSet<>();
        Set<Short> epochs = new TreeSet<>();
        JournalBench watched = new JournalBench(node, "epochs");
        watched.partitions.hook((real, id, batch) -> {
            producerIds.add(batch.producerId());
            epochs.add(batch.producerEpoch());
            return real.append(id, batch);
        });
        EventLog before = null;
        for (int i = 1; i <= 10; i++) {
            EventLog log = watched.log((short) 3, Duration.ofSeconds(10));
            assertThat(join(log.recover())).isEqualTo(i - 1);
            if (before != null) {
                assertThat(failure(before.write(List.of(write("w" + (i - 1), i))))
                                .code())
                        .isEqualTo(ErrorCode.FENCED);
            }
            store(log, write("w" + i, i));
            before = log;
        }
        assertThat(producerIds).hasSize(4).allMatch(id -> id > 0);
        assertThat(epochs).containsExactly((short) 0, (short) 1, (short) 2, (short) 3);
        assertThat(bench.replay(1, 10, ALL)).hasSize(10);
    }

    @Test
    void aSequenceNumberThatDoesNotFollowIsRefusedAndHarmsNobody() {
        JournalBench bench = new JournalBench(node, "follows");
        EventLog log = bench.log();
        store(log, write("w", 1));
        assertThat(failure(log.write(List.of(write("w", 3)))).code()).isEqualTo(ErrorCode.FENCED);
        assertThat(failure(log.write(List.of(write("w", 2), write("w", 2)))).code())
                .isEqualTo(ErrorCode.FENCED);
        store(log, write("w", 2));
        assertThat(bench.replay(1, 2, ALL)).containsExactly(1L, 2L);
    }

    @Test
    void aRejectedWriteUsesItsSequenceNumberUpAndIsNoGap() {
        JournalBench bench = new JournalBench(node, "rejected");
        EventLog log = bench.log();
        store(log, write("w", 1), rejected("w", 2), write("w", 3), rejected("w", 4));
        assertThat(join(log.recover())).isEqualTo(3);
        store(log, write("w2", 4));
        assertThat(bench.replay(1, 4, ALL)).containsExactly(1L, 3L, 4L);
        assertThat(bench.replay(2, 2, ALL)).isEmpty();
        assertThat(bench.replay(2, 3, ALL)).containsExactly(3L);
    }

    @Test
    void writesKeepTheirOrderAndShareBatches() {
        JournalBench bench = new JournalBench(node, "order");
        EventLog log = bench.log();
        AtomicInteger appends = new AtomicInteger();
        bench.partitions.hook((real, id, batch) -> {
            appends.incrementAndGet();
            return real.append(id, batch);
        });
        List<CompletionStage<Void>> answers = new ArrayList<>();
        for (long number = 1; number <= 300; number += 3) {
            answers.add(log.write(List.of(write("w", number), write("w", number + 1), write("w", number + 2))));
        }
        answers.forEach(PersistentApplication::join);
        assertThat(appends).hasValue(101);
        assertThat(bench.replay(1, 300, ALL)).hasSize(300).isSorted();
    }
}
