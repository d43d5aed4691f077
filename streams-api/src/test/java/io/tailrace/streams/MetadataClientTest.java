package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Those who do not answer a {@link MetadataClient}, which nobody can make of a node that works. */
class MetadataClientTest extends StreamsTestKit {
    private static final TopicPartition T1 = new TopicPartition("t", 1);

    private final MetadataClient client = MetadataClient.create(consumer().withGroupId("g"));

    @Test
    void aCatalogueThatDoesNotAnswerIsSaidAndAskedAgainNextTime() {
        tailrace.withTopic("t", 2);
        for (Supplier<CompletionStage<?>> question : Set.<Supplier<CompletionStage<?>>>of(
                () -> client.getPartitionsFor("t"),
                () -> client.getBeginningOffsetForPartition(T0),
                () -> client.getEndOffsets(Set.of(T0)))) {
            tailrace.unavailableLookUps.set(1);
            assertThat(failsWith(ErrorCode.PARTITION_UNAVAILABLE, question.get())
                            .code()
                            .retriable())
                    .isTrue();
            await(question.get());
        }
    }

    @Test
    void oneLeaderThatDoesNotAnswerFailsTheQuestionForAllAndNothingStaysOpen() {
        tailrace.withTopic("t", 2);
        tailrace.partition("t", 1).unavailableOffsets(3);
        failsWith(ErrorCode.PARTITION_UNAVAILABLE, client.getEndOffsetForPartition(T1));
        failsWith(ErrorCode.PARTITION_UNAVAILABLE, client.getEndOffsets(Set.of(T0, T1)));
        failsWith(ErrorCode.PARTITION_UNAVAILABLE, client.getBeginningOffsets(Set.of(T0, T1)));
        assertThat(await(client.getEndOffsets(Set.of(T0, T1)))).isEqualTo(Map.of(T0, 0L, T1, 0L));
        assertThat(tailrace.partition("t", 0).openReaders()).isZero();
        assertThat(tailrace.partition("t", 1).openReaders()).isZero();
    }

    @Test
    void aCoordinatorThatDoesNotAnswerIsSaid() {
        tailrace.withTopic("t", 1);
        tailrace.groups.unavailableDescriptions(1);
        failsWith(ErrorCode.COORDINATOR_UNAVAILABLE, client.getCommittedOffsets(Set.of(T0)));
        failsWith(ErrorCode.UNKNOWN_GROUP, client.getCommittedOffsets(Set.of(T0)));
    }

    @Test
    void manyPartitionsAreAllAnswered() {
        tailrace.withTopic("t", 500);
        Set<TopicPartition> all = IntStream.range(0, 500)
                .mapToObj(number -> new TopicPartition("t", number))
                .collect(Collectors.toSet());
        assertThat(await(client.getBeginningOffsets(all))).containsOnlyKeys(all).containsEntry(T1, 0L);
    }
}
