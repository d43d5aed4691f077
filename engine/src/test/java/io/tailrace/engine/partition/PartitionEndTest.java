package io.tailrace.engine.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.Retention;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.Test;

/** A partition ends with its topic. */
class PartitionEndTest extends PartitionFixture {
    private void topicGoes(ErrorCode code) {
        settingsFail = new TailraceException(code, "There is no such topic.");
    }

    private ErrorCode whyNobodyLeads() {
        return ((Partition.Unavailable) whoLeads()).code();
    }

    private ErrorCode deletionRefused() {
        return ((Partition.Refused) delete(0)).code();
    }

    @Test
    void whoAsksForAPartitionThatNeverWasHearsSoAndItStops() {
        TestProbe<Void> watcher = kit.createTestProbe();
        topicGoes(ErrorCode.UNKNOWN_TOPIC);
        restart();
        assertThat(whyNobodyLeads()).isEqualTo(ErrorCode.UNKNOWN_TOPIC);
        send(plain("a"));
        assertThat(refused()).isEqualTo(ErrorCode.UNKNOWN_TOPIC);
        assertThat(deletionRefused()).isEqualTo(ErrorCode.UNKNOWN_TOPIC);
        watcher.expectTerminated(partition, SOON);
    }

    @Test
    void aLeaderFindsOutByItselfAndRefusesWithTheSameCode() {
        located();
        send(plain("a"));
        stored();
        topicGoes(ErrorCode.UNKNOWN_PARTITION);
        await().until(() -> delete(0) instanceof Partition.Refused why && why.code() == ErrorCode.UNKNOWN_PARTITION);
        send(plain("b"));
        assertThat(refused()).isEqualTo(ErrorCode.UNKNOWN_PARTITION);
        assertThat(whyNobodyLeads()).isEqualTo(ErrorCode.UNKNOWN_PARTITION);
    }

    @Test
    void aCatalogueThatDoesNotAnswerChangesNothing() {
        located();
        topicGoes(ErrorCode.CATALOG_UNAVAILABLE);
        await().during(java.time.Duration.ofMillis(1500)).until(() -> {
            send(plain("a"));
            return stored() >= 0;
        });
    }

    @Test
    void aDeletionUnderALeaderEndsEverythingCleanly() throws IOException {
        located();
        send(plain("a"));
        stored();
        CompletableFuture<Long> parked = replica().highWatermark().awaitBeyond(1);
        settings(LogSettings.DEFAULTS, Retention.NONE);
        replicas.delete(id.text());
        assertThat(parked).isCompletedExceptionally();
        send(plain("b"));
        assertThat(refused()).isEqualTo(ErrorCode.UNKNOWN_TOPIC);
        assertThat(whyNobodyLeads()).isEqualTo(ErrorCode.UNKNOWN_TOPIC);
        assertThat(disk.list(DATA)).noneMatch(name -> name.startsWith(id.text()));
        assertThat(replicas.names()).isEmpty();
    }

    @Test
    void aDeletionWhileTheStartMovesOrABatchIsWrittenEndsBoth() {
        located();
        for (int n = 0; n < 5; n++) {
            send(batch(7, n, "v" + n));
            stored();
        }
        // The task that wrote the last batch would write the next, if it has not ended yet.
        io.awaitIdle();
        io.hold();
        send(batch(7, 5, "v5"));
        TestProbe<Partition.DeleteReply> deletion = deletion(3);
        replicas.delete(id.text());
        io.release();
        assertThat(refused()).isEqualTo(ErrorCode.UNKNOWN_TOPIC);
        assertThat(deletion.expectMessageClass(Partition.Refused.class, SOON).code())
                .isEqualTo(ErrorCode.UNKNOWN_TOPIC);
    }

    @Test
    void aFailedRecoveryDoesNotElectAgain() {
        settings(segmentsOf(300), Retention.NONE);
        restart();
        located();
        for (int n = 0; n < 20; n++) {
            send(batch(7, n, "v" + n));
            stored();
        }
        delete(Partition.DeleteRecords.EVERYTHING);
        await().until(() -> files(".log").size() == 1 && files(".snapshot").size() == 2);
        files(".snapshot").forEach(this::flipABit);
        restart();
        assertThat(whyNobodyLeads()).isEqualTo(ErrorCode.CORRUPT_LOG);
        long end = replica().highWatermark().offset();
        // Repaired by hand while the node runs; asked often enough, it would have written barrier after barrier.
        files(".snapshot").forEach(this::flipABit);
        for (int n = 0; n < 20; n++) {
            assertThat(whyNobodyLeads()).isEqualTo(ErrorCode.CORRUPT_LOG);
        }
        assertThat(replica().highWatermark().offset()).isEqualTo(end);
    }
}
