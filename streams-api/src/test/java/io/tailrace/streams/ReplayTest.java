package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.Test;

/** Reading again from one place to another. */
class ReplayTest extends GroupTestKit {
    private CompletionStage<List<ConsumerRecord<String, String>>> replay(ReplayRange range) {
        return Consumer.replaySource(member("a").withAutoOffsetReset(AutoOffsetReset.LATEST), range)
                .runWith(Sink.seq(), tailrace.system());
    }

    private List<Long> offsets(ReplayRange range) {
        return await(replay(range)).stream().map(ConsumerRecord::offset).toList();
    }

    private static List<Long> range(long from, long until) {
        return LongStream.range(from, until).boxed().toList();
    }

    /** Of each partition the record n has the time 1000 + 10 n. */
    private void timed(int records) {
        topic(1);
        produce(
                producer().withBatchBytes(300),
                IntStream.range(0, records)
                        .mapToObj(n -> ProducerRecord.<String, String>of("t", "v" + n)
                                .withPartition(0)
                                .withTimestamp(1000 + 10L * n))
                        .toList());
    }

    @Test
    void offsetsAreReadFromOneToAnotherAndTheSourceCompletes() {
        topic(1);
        fill(1, 200);
        assertThat(offsets(ReplayRange.ofOffsets(T0, 30, 121))).isEqualTo(range(30, 121));
        assertThat(offsets(ReplayRange.ofOffsets(T0, 30, 30))).isEmpty();
        assertThat(offsets(ReplayRange.ofOffsets(T0, 199, 200))).containsExactly(199L);
        assertThat(tailrace.partition("t", 0).openReaders()).isZero();
    }

    @Test
    void withoutFurtherWordsAllThatIsThereIsReadOfAllPartitions() {
        topic(3);
        fill(3, 100);
        tailrace.partition("t", 1).moveStart(40);
        List<ConsumerRecord<String, String>> records = await(replay(ReplayRange.ofTopics("t")));
        assertThat(records).hasSize(260);
        assertThat(records.stream().filter(record -> record.partition() == 1))
                .allMatch(record -> record.offset() >= 40);
    }

    @Test
    void itEndsWhereAPartitionEndsWhenItStarts() {
        topic(1);
        fill(1, 20);
        assertThat(offsets(ReplayRange.ofPartitions(T0).untilOffsets(Map.of(T0, 1000L))))
                .isEqualTo(range(0, 20));
        assertThat(offsets(ReplayRange.ofOffsets(T0, 20, 1000))).isEmpty();
    }

    @Test
    void anEmptyPartitionIsAtItsEnd() {
        topic(2);
        assertThat(offsets(ReplayRange.ofTopics("t"))).isEmpty();
    }

    @Test
    void timesStandForTheFirstRecordsThatAreNotOlder() {
        timed(50);
        ReplayRange all = ReplayRange.ofTopics("t");
        assertThat(offsets(all.from(Instant.ofEpochMilli(1095)).until(Instant.ofEpochMilli(1200))))
                .isEqualTo(range(10, 20));
        assertThat(offsets(all.until(Instant.ofEpochMilli(1010)))).containsExactly(0L);
        assertThat(offsets(all.from(Instant.ofEpochMilli(1480)))).isEqualTo(range(48, 50));
        assertThat(offsets(all.from(Instant.ofEpochMilli(5000)))).isEmpty();
        assertThat(offsets(all.from(Instant.ofEpochMilli(1200)).until(Instant.ofEpochMilli(1100))))
                .isEmpty();
    }

    @Test
    void anOffsetThatIsNotThereIsAnErrorAndNotAnotherOffset() {
        topic(1);
        fill(1, 100);
        tailrace.partition("t", 0).moveStart(50);
        failsWith(ErrorCode.OFFSET_OUT_OF_RANGE, replay(ReplayRange.ofOffsets(T0, 10, 60)));
        failsWith(ErrorCode.OFFSET_OUT_OF_RANGE, replay(ReplayRange.ofOffsets(T0, 101, 102)));
        failsWith(ErrorCode.UNKNOWN_TOPIC, replay(ReplayRange.ofTopics("no")));
    }

    @Test
    void whoDoesNotAnswerIsAskedAgain() {
        topic(1);
        fill(1, 20);
        tailrace.unavailableLookUps.set(3);
        assertThat(offsets(ReplayRange.ofTopics("t"))).isEqualTo(range(0, 20));
    }

    @Test
    void theGroupIsLeftAlone() {
        topic(1);
        fill(1, 20);
        Running member = run("a");
        eventually().until(() -> member.done.size() == 20);
        assertThat(offsets(ReplayRange.ofTopics("t"))).hasSize(20);
        assertThat(groups.members()).isOne();
        assertThat(member.done).hasSize(20);
        member.stop();
        assertThat(committed(0)).isEqualTo(20);
    }

    @Test
    void aRangeOfNothingIsRefused() {
        assertThatThrownBy(ReplayRange::ofTopics)
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
        assertThatThrownBy(() -> ReplayRange.ofOffsets(T0, -1, 5))
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    }
}
