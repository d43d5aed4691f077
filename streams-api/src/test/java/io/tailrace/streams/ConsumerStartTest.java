package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.OffsetOutOfRangeException;
import io.tailrace.engine.record.RecordBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where a consumer begins, and what it does when that is not there. */
class ConsumerStartTest extends StreamsTestKit {
    @Test
    void anAssignmentWithOffsetBeginsThereEvenInTheMiddleOfABatch() {
        filled(1000);
        for (long offset : new long[] {0, 1, 333, 998, 999}) {
            var first = take(Subscriptions.assignmentWithOffset(T0, offset), 1).get(0);
            assertThat(first.offset()).isEqualTo(offset);
            assertThat(first.value()).isEqualTo("value " + offset);
        }
    }

    @Test
    void aRestartAtTheOffsetAfterTheLastSkipsAndRepeatsNothing() {
        filled(1000);
        List<String> seen = new ArrayList<>();
        long next = 0;
        while (next < 1000) {
            var some = take(Subscriptions.assignmentWithOffset(T0, next), (int) Math.min(137, 1000 - next));
            seen.addAll(valuesOf(some));
            next = some.get(some.size() - 1).offset() + 1;
        }
        assertThat(seen).isEqualTo(ProducerTest.numberedValues(1000));
    }

    @Test
    void anAssignmentWithoutOffsetBeginsAtTheLogStart() {
        filled(1000);
        tailrace.partition("t", 0).moveStart(500);
        assertThat(take(Subscriptions.assignment(T0), 1).get(0).offset()).isEqualTo(500);
    }

    @Test
    void anAssignmentWithoutOffsetBeginsAtTheEndWhenToldSo() {
        filled(100);
        var records = take(consumer().withAutoOffsetReset(AutoOffsetReset.LATEST), Subscriptions.assignment(T0), 1);
        eventually().until(() -> tailrace.partition("t", 0).parked() == 1);
        produce(producer(), List.of(ProducerRecord.of("t", "new")));
        assertThat(valuesOf(await(records))).containsExactly("new");
    }

    @Test
    void anAssignmentForATimeBeginsAtTheFirstRecordThatIsNotOlder() {
        tailrace.withTopic("t", 1);
        produce(
                producer(),
                IntStream.range(0, 100)
                        .mapToObj(n ->
                                ProducerRecord.<String, String>of("t", "v" + n).withTimestamp(1000 + 10 * n))
                        .toList());
        assertThat(take(Subscriptions.assignmentOffsetsForTimes(T0, 1495), 1)
                        .get(0)
                        .value())
                .isEqualTo("v50");
        var records = take(consumer(), Subscriptions.assignmentOffsetsForTimes(Map.of(T0, 5000L)), 1);
        eventually().until(() -> tailrace.partition("t", 0).parked() == 1);
        produce(producer(), List.of(ProducerRecord.of("t", "new")));
        assertThat(valuesOf(await(records))).containsExactly("new");
    }

    @Test
    void anOffsetOutOfRangeFailsTheStreamAndIsNeverReset() {
        filled(1000);
        tailrace.partition("t", 0).moveStart(500);
        var settings = consumer().withAutoOffsetReset(AutoOffsetReset.LATEST);
        for (long offset : new long[] {3, 1001}) {
            var records = take(settings, Subscriptions.assignmentWithOffset(T0, offset), 1);
            assertThat(failsWith(ErrorCode.OFFSET_OUT_OF_RANGE, records))
                    .hasMessageContaining("Offset " + offset + " of t-0");
        }
    }

    @Test
    void recordsBelowTheStartInsideABatchAreSteppedOver() {
        filled(1000);
        FakePartition partition = tailrace.partition("t", 0);
        RecordBatch batch = partition.batches().get(3);
        long inside = batch.baseOffset() + batch.lastOffsetDelta() / 2 + 1;
        assertThat(batch.baseOffset()).isLessThan(inside - 1);
        partition.moveStart(inside);
        var records = take(Subscriptions.assignment(T0), (int) (1000 - inside));
        assertThat(records).first().extracting(ConsumerRecord::offset).isEqualTo(inside);
        assertThat(valuesOf(records))
                .isEqualTo(ProducerTest.numberedValues(1000).subList((int) inside, 1000));
    }

    /** Whoever reads is never moved in silence, neither to the new start nor to the end. */
    @ParameterizedTest
    @EnumSource(AutoOffsetReset.class)
    void aConsumerThatTheStartPassesFailsAndSaysWhereTheLogBeginsNow(AutoOffsetReset reset) {
        filled(1000);
        FakePartition partition = tailrace.partition("t", 0);
        var settings = consumer().withFetchBytes(3000).withAutoOffsetReset(reset);
        Subscription fromHere = reset == AutoOffsetReset.EARLIEST
                ? Subscriptions.assignment(T0)
                : Subscriptions.assignmentWithOffset(T0, 0);
        SinkQueueWithCancel<ConsumerRecord<String, String>> queue = Consumer.plainSource(settings, fromHere)
                .runWith(
                        Sink.<ConsumerRecord<String, String>>queue(1).addAttributes(Attributes.inputBuffer(1, 1)),
                        tailrace.system());
        await(queue.pull());
        eventually().until(() -> partition.fetches() == 2);
        partition.moveStart(900);
        assertThat(failsWith(ErrorCode.OFFSET_OUT_OF_RANGE, drained(queue)))
                .hasMessageContaining("of t-0")
                .hasMessageContaining("has 900 to 1000")
                .isInstanceOfSatisfying(OffsetOutOfRangeException.class, gone -> {
                    assertThat(gone.startOffset()).isEqualTo(900);
                    assertThat(gone.endOffset()).isEqualTo(1000);
                });
    }

    private static <T> CompletionStage<Optional<T>> drained(SinkQueueWithCancel<T> queue) {
        return queue.pull()
                .thenCompose(record ->
                        record.isPresent() ? drained(queue) : CompletableFuture.completedStage(Optional.empty()));
    }

    @Test
    void aConsumerAtTheEndThatTheStartPassesDoesNotSkipWhatCameMeanwhile() {
        filled(100);
        FakePartition partition = tailrace.partition("t", 0);
        partition.unavailableFetches(Integer.MAX_VALUE);
        var records = take(consumer().withAutoOffsetReset(AutoOffsetReset.LATEST), Subscriptions.assignment(T0), 1);
        eventually().until(() -> partition.fetches() > 0);
        produce(producer(), ProducerTest.numbered("t", 50));
        partition.moveStart(120);
        partition.unavailableFetches(0);
        failsWith(ErrorCode.OFFSET_OUT_OF_RANGE, records);
    }
}
