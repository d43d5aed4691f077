package io.tailrace.engine.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class HighWatermarkTest {
    private final HighWatermark watermark = new HighWatermark();

    @Test
    void nothingIsKnownAtFirst() {
        assertThat(watermark.offset()).isEqualTo(HighWatermark.UNKNOWN);
    }

    @Test
    void itNeverGoesBack() {
        watermark.advanceTo(10);
        watermark.advanceTo(4);
        assertThat(watermark.offset()).isEqualTo(10);
    }

    @Test
    void whoWaitsIsCompletedWhenItPassesWhatTheyHave() {
        watermark.advanceTo(5);
        CompletableFuture<Long> atTail = watermark.awaitBeyond(5);
        CompletableFuture<Long> further = watermark.awaitBeyond(8);
        assertThat(watermark.awaitBeyond(4)).isCompletedWithValue(5L);
        assertThat(atTail).isNotDone();
        watermark.advanceTo(7);
        assertThat(atTail).isCompletedWithValue(7L);
        assertThat(further).isNotDone();
        watermark.advanceTo(9);
        assertThat(further).isCompletedWithValue(9L);
    }

    @Test
    void whoHasLostInterestIsForgotten() {
        CompletableFuture<Long> waiting = watermark.awaitBeyond(0);
        watermark.forget(waiting);
        watermark.advanceTo(9);
        assertThat(waiting).isNotDone();
    }

    @Test
    void whenItEndsEverybodyHearsWhyNowAndLater() {
        watermark.advanceTo(5);
        CompletableFuture<Long> waiting = watermark.awaitBeyond(5);
        TailraceException why = new TailraceException(ErrorCode.UNKNOWN_TOPIC, "gone");
        watermark.end(why);
        watermark.end(new TailraceException(ErrorCode.CLOSED, "too late"));
        assertThat(waiting).isCompletedExceptionally();
        assertThatThrownBy(waiting::join).hasCause(why);
        assertThatThrownBy(watermark.awaitBeyond(1)::join).hasCause(why);
        watermark.advanceTo(9);
        assertThat(watermark.offset()).isEqualTo(9);
    }
}
