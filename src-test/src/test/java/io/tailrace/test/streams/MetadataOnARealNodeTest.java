package io.tailrace.test.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.MetadataClient;
import io.tailrace.streams.TopicPartition;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a {@link MetadataClient} says. */
@Timeout(120)
@ExtendWith(RealNode.Shared.class)
class MetadataOnARealNodeTest {
    private static <T> T await(CompletionStage<T> stage) {
        return RealNode.await(stage);
    }

    @Test
    void itKnowsWhereAPartitionBeginsAndEnds(RealNode node) {
        String topic = node.topic(2);
        TopicPartition full = new TopicPartition(topic, 0);
        TopicPartition empty = new TopicPartition(topic, 1);
        node.numbers(full, 0, 10, 10);
        Topic found = await(node.tailrace().topics().describe(topic));
        await(node.tailrace().partitions().deleteRecords(found.partition(0), 4));
        MetadataClient client = MetadataClient.create(node.consumer());
        assertThat(await(client.getBeginningOffsetForPartition(full))).isEqualTo(4);
        assertThat(await(client.getBeginningOffsets(Set.of(full, empty)))).isEqualTo(Map.of(full, 4L, empty, 0L));
        // The new start of the log is an entry of its own.
        assertThat(await(client.getEndOffsetForPartition(full))).isEqualTo(11);
        assertThat(await(client.getEndOffsets(Set.of(full, empty)))).isEqualTo(Map.of(full, 11L, empty, 0L));
        assertThat(await(client.getEndOffsets(Set.of()))).isEmpty();
    }

    @Test
    void itKnowsTheTopicsAndTheirPartitions(RealNode node) {
        String one = node.topic(1);
        String three = node.topic(3);
        MetadataClient client = MetadataClient.create(node.consumer());
        List<TopicPartition> partitions =
                List.of(new TopicPartition(three, 0), new TopicPartition(three, 1), new TopicPartition(three, 2));
        assertThat(await(client.getPartitionsFor(three))).isEqualTo(partitions);
        assertThat(await(client.listTopics()))
                .containsEntry(one, List.of(new TopicPartition(one, 0)))
                .containsEntry(three, partitions);
        // There is nothing to close, so it goes on.
        client.close();
        assertThat(await(client.getPartitionsFor(three))).isEqualTo(partitions);
    }

    @Test
    void itKnowsWhatItsGroupHasCommitted(RealNode node) {
        String topic = node.topic(2);
        TopicPartition committed = new TopicPartition(topic, 0);
        TopicPartition other = new TopicPartition(topic, 1);
        Topic found = await(node.tailrace().topics().describe(topic));
        await(node.tailrace().groups().resetOffsets(topic, Map.of(found.partition(0), 7L)));
        MetadataClient client = MetadataClient.create(node.consumer().withGroupId(topic));
        assertThat(await(client.getCommittedOffsets(Set.of(committed, other))))
                .hasSize(1)
                .hasEntrySatisfying(committed, offset -> {
                    assertThat(offset.offset()).isEqualTo(7);
                    assertThat(offset.metadata()).isEmpty();
                });
        assertThat(await(client.getCommittedOffsets(Set.of(other)))).isEmpty();
    }

    @Test
    void whatIsNotThereIsSaidByItsCode(RealNode node) {
        String topic = node.topic(2);
        TopicPartition known = new TopicPartition(topic, 0);
        TopicPartition noTopic = new TopicPartition("nothing", 0);
        TopicPartition noPartition = new TopicPartition(topic, 2);
        MetadataClient client = MetadataClient.create(node.consumer().withGroupId("nobody"));
        for (CompletionStage<?> asked : List.of(
                client.getBeginningOffsetForPartition(noTopic),
                client.getBeginningOffsets(Set.of(known, noTopic)),
                client.getEndOffsetForPartition(noTopic),
                client.getEndOffsets(Set.of(known, noTopic)),
                client.getPartitionsFor("nothing"))) {
            assertThat(RealNode.failure(asked)).isEqualTo(ErrorCode.UNKNOWN_TOPIC);
        }
        for (CompletionStage<?> asked : List.of(
                client.getBeginningOffsetForPartition(noPartition),
                client.getBeginningOffsets(Set.of(known, noPartition)),
                client.getEndOffsetForPartition(noPartition),
                client.getEndOffsets(Set.of(known, noPartition)))) {
            assertThat(RealNode.failure(asked)).isEqualTo(ErrorCode.UNKNOWN_PARTITION);
        }
        assertThat(RealNode.failure(client.getCommittedOffsets(Set.of(known)))).isEqualTo(ErrorCode.UNKNOWN_GROUP);
        assertThatThrownBy(() -> MetadataClient.create(node.consumer()).getCommittedOffsets(Set.of(known)))
                .isInstanceOfSatisfying(TailraceException.class, refused -> assertThat(refused.code())
                        .isEqualTo(ErrorCode.INVALID_SETTING));
    }
}
