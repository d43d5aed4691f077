package io.tailrace.cluster.movement;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.cluster.catalog.Catalog;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.cluster.placement.PlacementGroup;
import io.tailrace.cluster.placement.PlacementGroups;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On node A, which is named first in all groups. */
class LeadYieldTest {
    private static final UUID A = new UUID(0, 1);
    private static final UUID B = new UUID(0, 2);
    private static final Topic TOPIC = new Topic("t", new UUID(7, 4), 1, 2, TopicSettings.DEFAULT);
    private static final PlacementGroup GROUP = PlacementGroup.of(TOPIC.partition(0), 2);
    /** Three times, every other second. */
    private static final int UNTIL_IT_IS_SURE = 6;

    private final List<PlacementGroup> givenUp = new ArrayList<>();
    private Set<UUID> live = Set.of(A, B);
    private boolean votes;
    private final LeadYield lead = new LeadYield(A, partition -> votes, () -> live, givenUp::add);

    @BeforeEach
    void follow() {
        follow(A, B);
    }

    private void follow(UUID... voters) {
        lead.follow(Catalog.of(List.of(TOPIC))
                .withGroups(PlacementGroups.NONE.with(2, Collections.nCopies(PlacementGroup.GROUPS, List.of(voters)))));
    }

    private void look(int times) {
        for (int i = 0; i < times; i++) {
            lead.look();
        }
    }

    @Test
    void whatVotesHereIsLedHere() {
        votes = true;
        look(10 * UNTIL_IT_IS_SURE);
        assertThat(givenUp).isEmpty();
    }

    @Test
    void aGroupIsGivenUpWhenAReplicaOfItStaysAway() {
        look(UNTIL_IT_IS_SURE - 1);
        assertThat(givenUp).isEmpty();
        look(1);
        assertThat(givenUp).containsExactly(GROUP);
        look(UNTIL_IT_IS_SURE);
        assertThat(givenUp).as("asked again, since a request may be lost").hasSize(2);
    }

    @Test
    void whatIsBackInBetweenWasNoLoss() {
        look(UNTIL_IT_IS_SURE - 2);
        votes = true;
        look(2);
        votes = false;
        look(UNTIL_IT_IS_SURE - 2);
        assertThat(givenUp).isEmpty();
    }

    @Test
    void whatOthersLeadIsTheirs() {
        follow(B, A);
        look(2 * UNTIL_IT_IS_SURE);
        assertThat(givenUp).isEmpty();
        live = Set.of(A);
        look(2 * UNTIL_IT_IS_SURE);
        assertThat(givenUp).as("there is nobody to yield to").isEmpty();
    }
}
