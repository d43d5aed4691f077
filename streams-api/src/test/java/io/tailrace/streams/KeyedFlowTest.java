package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Headers;
import io.tailrace.engine.record.TimestampType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.Test;

/** Work that is parallel across keys and in order within one. */
class KeyedFlowTest extends GroupTestKit {
    private static final CompletionStage<Done> AT_ONCE = CompletableFuture.completedStage(Done.getInstance());

    /** The keys are "k0" to "k(keys-1)" in turn. */
    private void keyed(int records, int keys) {
        tailrace.withTopic("t", 1);
        produce(
                producer().withBatchBytes(500),
                IntStream.range(0, records)
                        .mapToObj(n ->
                                ProducerRecord.of("t", "k" + n % keys, "v" + n).withPartition(0))
                        .toList());
    }

    private Consumer.DrainingControl<Done> run(
            KeyedSettings settings, Function<ConsumerRecord<String, String>, CompletionStage<Done>> work) {
        return run("a", settings, work);
    }

    private Consumer.DrainingControl<Done> run(
            String name, KeyedSettings settings, Function<ConsumerRecord<String, String>, CompletionStage<Done>> work) {
        return Consumer.keyedSource(
                        member(name), Subscriptions.topics("t"), settings, ConsumerRecord::key, message -> work.apply(
                                        message.record())
                                .thenApply(done -> message.committableOffset()))
                .toMat(Committer.sink(committer().withMaxBatch(1)), Consumer::createDrainingControl)
                .run(tailrace.system());
    }

    @Test
    void aKeysNextRecordIsBegunWhenItsFirstIsDoneAndOtherKeysGoOn() {
        keyed(6, 2);
        Desk desk = new Desk();
        var control = run(KeyedSettings.of(10), desk::begin);
        eventually().until(() -> desk.open().equals(List.of(0L, 1L)));
        desk.done(1);
        eventually().until(() -> desk.open().equals(List.of(0L, 3L)));
        desk.done(3);
        eventually().until(() -> desk.open().equals(List.of(0L, 5L)));
        desk.done(0);
        eventually().until(() -> desk.open().equals(List.of(2L, 5L)));
        List.of(2L, 5L).forEach(desk::done);
        eventually().until(() -> desk.open().equals(List.of(4L)));
        desk.done(4);
        eventually().until(() -> committed(0) == 6);
        stop(control);
    }

    @Test
    void aHoleIsNotCommittedOver() {
        keyed(5, 5);
        Desk desk = new Desk();
        var control = run(KeyedSettings.of(10), desk::begin);
        eventually().until(() -> desk.begun() == 5);
        desk.done(0);
        eventually().until(() -> committed(0) == 1);
        List.of(2L, 3L, 4L).forEach(desk::done);
        eventually().during(Duration.ofMillis(100)).until(() -> committed(0) == 1);
        desk.done(1);
        eventually().until(() -> committed(0) == 5);
        stop(control);
    }

    @Test
    void recordsWithoutKeyWaitForNone() {
        topic(1);
        fill(1, 50);
        Desk desk = new Desk();
        var control = run(KeyedSettings.of(50), desk::begin);
        eventually().until(() -> desk.begun() == 50);
        desk.open().forEach(desk::done);
        eventually().until(() -> committed(0) == 50);
        stop(control);
    }

    @Test
    void keysOfBytesAreComparedByTheirContents() {
        Desk desk = new Desk();
        Source.range(0, 3)
                .map(n -> record(0, n, new byte[] {7}))
                .via(KeyedFlow.plainMapAsyncByKey(KeyedSettings.of(10), ConsumerRecord::key, desk::begin))
                .runWith(Sink.ignore(), tailrace.system());
        eventually().until(() -> desk.begun() == 1);
        desk.done(0);
        eventually().until(() -> desk.open().equals(List.of(1L)));
    }

    @Test
    void noMoreThanTheParallelismIsWorkedOnAtOnce() {
        keyed(100, 100);
        Desk desk = new Desk();
        var control = run(KeyedSettings.of(7), desk::begin);
        while (committed(0) < 100) {
            desk.open().forEach(desk::done);
        }
        assertThat(desk.most()).isEqualTo(7);
        stop(control);
    }

    @Test
    void noneIsBegunThatIsTooFarAheadOfAHoleAndOtherPartitionsGoOn() {
        topic(2);
        fill(2, 2000);
        CompletableFuture<Done> hole = new CompletableFuture<>();
        List<ConsumerRecord<String, String>> begun = Collections.synchronizedList(new ArrayList<>());
        var control = run(KeyedSettings.of(100).withMaxAhead(20).withMaxPending(200), record -> {
            begun.add(record);
            return record.partition() == 0 && record.offset() == 10 ? hole : AT_ONCE;
        });
        eventually().until(() -> committed(1) == 2000);
        assertThat(begun.stream().filter(record -> record.partition() == 0)).hasSize(30);
        assertThat(committed(0)).isEqualTo(10);
        hole.complete(Done.getInstance());
        eventually().until(() -> committed(0) == 2000);
        stop(control);
    }

    @Test
    void aFailureFailsTheStreamAndNothingBehindItIsCommitted() {
        keyed(20, 20);
        Desk desk = new Desk();
        var control = run(KeyedSettings.of(20), desk::begin);
        eventually().until(() -> desk.begun() == 20);
        LongStream.range(0, 5).forEach(desk::done);
        LongStream.range(6, 20).forEach(desk::done);
        eventually().until(() -> committed(0) == 5);
        desk.fail(5, new TailraceException(ErrorCode.IO_FAILED, "Fault of the test."));
        failsWith(ErrorCode.IO_FAILED, control.streamCompletion());
        await(control.isShutdown());
        assertThat(committed(0)).isEqualTo(5);
    }

    @Test
    void whatThrowsFailsTheStream() {
        keyed(3, 3);
        IllegalStateException thrown = new IllegalStateException("no");
        var control = run(KeyedSettings.of(5), record -> {
            throw thrown;
        });
        assertThat(failureOf(control.streamCompletion())).isSameAs(thrown);
    }

    @Test
    void theEndOfTheSourceWaitsForWhatIsBegun() {
        Desk desk = new Desk();
        var done = Source.range(0, 3)
                .map(n -> record(0, n, "k"))
                .via(KeyedFlow.plainMapAsyncByKey(KeyedSettings.of(10), ConsumerRecord::key, desk::begin))
                .runWith(Sink.seq(), tailrace.system());
        for (long offset = 0; offset < 4; offset++) {
            long next = offset;
            eventually().until(() -> desk.open().equals(List.of(next)));
            assertThat(done.toCompletableFuture()).isNotDone();
            desk.done(next);
        }
        assertThat(await(done)).hasSize(4);
    }

    @Test
    void resultsAreEmittedInTheOrderOfTheirPartitions() {
        Random random = new Random(3);
        List<ConsumerRecord<Object, String>> records = IntStream.range(0, 3000)
                .mapToObj(n -> record(n % 3, n / 3, random.nextInt(50)))
                .toList();
        var results = await(Source.from(records)
                .via(KeyedFlow.plainMapAsyncByKey(
                        KeyedSettings.of(64),
                        ConsumerRecord::key,
                        record -> random.nextInt(4) > 0
                                ? CompletableFuture.supplyAsync(() -> record)
                                : CompletableFuture.completedStage(record)))
                .runWith(Sink.seq(), tailrace.system()));
        assertThat(results).hasSize(3000);
        for (int partition = 0; partition < 3; partition++) {
            int wanted = partition;
            assertThat(results.stream().filter(record -> record.partition() == wanted))
                    .extracting(ConsumerRecord::offset)
                    .isSorted()
                    .hasSize(1000);
        }
    }

    @Test
    void aHandOverWaitsForWhatWasBegunAndNothingIsDoneTwice() {
        topic(2);
        fill(2, 40);
        Desk desk = new Desk();
        var first = run(KeyedSettings.of(100), record -> record.partition() == 1 ? desk.begin(record) : AT_ONCE);
        eventually().until(() -> desk.begun() == 40 && committed(0) == 40);
        List<Long> second = Collections.synchronizedList(new ArrayList<>());
        var other = run("b", KeyedSettings.of(100), record -> {
            second.add(record.offset());
            return AT_ONCE;
        });
        eventually().until(() -> groups.revoking(GROUP) == 1);
        LongStream.range(1, 40).forEach(desk::done);
        eventually().during(Duration.ofMillis(100)).until(() -> groups.ownedBy("b")
                .isEmpty());
        desk.done(0);
        eventually().until(() -> groups.ownedBy("b").equals(Set.of(1)));
        assertThat(committed(1)).isEqualTo(40);
        fill(2, 5);
        eventually().until(() -> second.size() == 5);
        assertThat(second).containsExactly(40L, 41L, 42L, 43L, 44L);
        stop(first);
        stop(other);
    }

    @Test
    void ofAPartitionThatWasTakenAwayNothingIsBegunAnyMore() {
        topic(1);
        keyedInto(10);
        Desk desk = new Desk();
        var first = run(KeyedSettings.of(100), desk::begin);
        eventually().until(() -> desk.begun() == 1);
        groups.takeAway(GROUP, tailrace.partition("t", 0).id());
        // It is dealt out anew at once, to the same member, which begins where the group has committed: nowhere.
        eventually().until(() -> desk.begun() == 2);
        assertThat(desk.open()).containsExactly(0L);
        for (long offset = 0; offset < 10; offset++) {
            long next = offset;
            eventually().until(() -> desk.open().contains(next));
            desk.done(next);
        }
        eventually().until(() -> committed(0) == 10);
        assertThat(desk.begun()).isEqualTo(11);
        stop(first);
    }

    /** All of one key. */
    private void keyedInto(int records) {
        produce(
                producer(),
                IntStream.range(0, records)
                        .mapToObj(n -> ProducerRecord.of("t", "k", "v" + n).withPartition(0))
                        .toList());
    }

    static ConsumerRecord<Object, String> record(int partition, long offset, Object key) {
        return new ConsumerRecord<>(
                "t", partition, offset, 0, TimestampType.CREATE_TIME, 1, 1, key, "v", Headers.EMPTY, 1);
    }

    private static void stop(Consumer.DrainingControl<Done> control) {
        await(control.drainAndShutdown(ForkJoinPool.commonPool()));
    }
}
