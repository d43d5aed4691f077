package io.tailrace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.cluster.group.TopicPartitionId;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class GroupSelectionTest {
    private static final Topic SMALL = topic("small", 3);
    private static final Topic LARGE = topic("large", GroupSelection.MAX_PARTITIONS);

    private static Topic topic(String name, int partitions) {
        return new Topic(name, UUID.randomUUID(), partitions, 1, TopicSettings.DEFAULT);
    }

    private static GroupSelection selection(String fields) {
        String body = "{\"to\":\"latest\"," + fields + "}";
        return GroupReset.of(body.getBytes(StandardCharsets.UTF_8), InstantSource.system())
                .selection();
    }

    private static TopicPartitionId partition(Topic topic, int number) {
        return new TopicPartitionId(topic.name(), topic.partition(number));
    }

    @Test
    void topicsAndPartitionsAddUpAndAreSorted() {
        assertThat(selection("\"topics\":[\"small\"],\"partitions\":[{\"topic\":\"large\",\"partition\":7},"
                                + "{\"topic\":\"small\",\"partition\":1}]")
                        .among(List.of(SMALL, LARGE), Set.of()))
                .containsExactly(partition(LARGE, 7), partition(SMALL, 0), partition(SMALL, 1), partition(SMALL, 2));
    }

    @Test
    void moreThanCanBeAskedAreRefused() {
        assertThat(selection("\"topics\":[\"large\"]").among(List.of(SMALL, LARGE), Set.of()))
                .hasSize(GroupSelection.MAX_PARTITIONS);
        GroupSelection both = selection("\"topics\":[\"small\",\"large\"]");
        assertThatThrownBy(() -> both.among(List.of(SMALL, LARGE), Set.of()))
                .isInstanceOfSatisfying(TailraceException.class, refused -> assertThat(refused.code())
                        .isEqualTo(ErrorCode.REQUEST_TOO_LARGE));
    }

    @Test
    void whatIsCommittedOfATopicThatIsGoneIsNotSetAnywhere() {
        TopicPartitionId former = new TopicPartitionId("small", new PartitionId(UUID.randomUUID(), 0));
        assertThat(selection("\"all_topics\":true")
                        .among(List.of(SMALL), List.of(former, partition(SMALL, 2), partition(LARGE, 0))))
                .containsExactly(partition(SMALL, 2));
    }
}
