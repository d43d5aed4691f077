package io.tailrace.cluster.group;

import static io.tailrace.cluster.group.GroupWorld.topic;
import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.cluster.group.MemberMessage.Told;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HoldingsTest {
    private static final TopicPartitionId A =
            new TopicPartitionId("t0", topic(0, 9).partition(0));
    private static final TopicPartitionId B =
            new TopicPartitionId("t0", topic(0, 9).partition(1));

    private final Holdings holdings = new Holdings();

    private static Assigned assigned(TopicPartitionId partition, int generation) {
        return new Assigned(partition, generation, null);
    }

    private Holdings.News told(int generation, Map<TopicPartitionId, Integer> owned, Assigned... details) {
        return holdings.learn(new Told(generation, owned, Set.of(), List.of(details)));
    }

    @Test
    void whatIsToldTwiceIsNewsOnce() {
        assertThat(told(2, Map.of(A, 2), assigned(A, 2)).assigned()).containsExactly(assigned(A, 2));
        assertThat(told(2, Map.of(A, 2), assigned(A, 2)).assigned()).isEmpty();
        Holdings.News more = told(4, Map.of(A, 2, B, 4), assigned(A, 2), assigned(B, 4));
        assertThat(more.assigned()).containsExactly(assigned(B, 4));
        assertThat(more.lost()).isEmpty();
        assertThat(holdings.knownGeneration()).isEqualTo(4);
    }

    @Test
    void anOlderWordSaysNothing() {
        told(5, Map.of(A, 2), assigned(A, 2));
        assertThat(told(3, Map.of(B, 3), assigned(B, 3))).isEqualTo(Holdings.News.NONE);
        assertThat(holdings.generationOf(A.id())).isEqualTo(2);
        assertThat(holdings.generationOf(B.id())).isNull();
    }

    @Test
    void whatIsMissingIsAskedForAgain() {
        assertThat(told(4, Map.of(A, 2, B, 4), assigned(A, 2)).assigned()).hasSize(1);
        assertThat(holdings.knownGeneration()).isZero();
        told(4, Map.of(A, 2, B, 4), assigned(B, 4));
        assertThat(holdings.knownGeneration()).isEqualTo(4);
    }

    @Test
    void whatIsTakenAwayIsLostAndWhatWasGivenBackIsNot() {
        told(3, Map.of(A, 2, B, 3), assigned(A, 2), assigned(B, 3));
        assertThat(holdings.release(Set.of(A.id()))).isTrue();
        assertThat(holdings.release(Set.of(A.id()))).isFalse();
        assertThat(holdings.releasing()).containsOnlyKeys(A.id());
        // It was said before the release was heard: no news.
        assertThat(told(4, Map.of(A, 2, B, 3), assigned(A, 2))).isEqualTo(Holdings.News.NONE);
        assertThat(told(5, Map.of()).lost()).containsExactly(B);
        assertThat(holdings.releasing()).isEmpty();
    }

    @Test
    void whatComesBackInAnotherGenerationIsLostAndAssignedAnew() {
        told(2, Map.of(A, 2), assigned(A, 2));
        Holdings.News news = told(6, Map.of(A, 6), assigned(A, 6));
        assertThat(news.lost()).containsExactly(A);
        assertThat(news.assigned()).containsExactly(assigned(A, 6));
        holdings.release(Set.of(A.id()));
        assertThat(told(8, Map.of(A, 8), assigned(A, 8)).assigned()).containsExactly(assigned(A, 8));
    }

    @Test
    void whatIsToBeGivenBackIsHeardOnce() {
        told(2, Map.of(A, 2), assigned(A, 2));
        Told revoke = new Told(3, Map.of(A, 2), Set.of(A.id()), List.of());
        assertThat(holdings.learn(revoke).revoked()).containsExactly(A);
        assertThat(holdings.learn(revoke).revoked()).isEmpty();
    }
}
