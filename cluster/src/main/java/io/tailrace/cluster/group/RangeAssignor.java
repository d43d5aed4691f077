package io.tailrace.cluster.group;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@link Assignor#RANGE}: each topic's partitions in runs, the longer ones first, in the order in which members joined; so topics with as
 * many partitions and the same subscribers are cut alike.
 */
final class RangeAssignor {
    private RangeAssignor() {}

    /**
     * Deals out.
     *
     * @param members in the order in which they joined
     * @param partitions by topic and number; each topic has a subscriber
     */
    static Map<TopicPartitionId, String> assign(List<Subscriber> members, List<TopicPartitionId> partitions) {
        Map<String, List<TopicPartitionId>> byTopic = new LinkedHashMap<>();
        partitions.forEach(partition -> byTopic.computeIfAbsent(partition.topic(), none -> new ArrayList<>())
                .add(partition));
        Map<TopicPartitionId, String> assigned = new HashMap<>();
        byTopic.forEach((topic, all) -> {
            List<Subscriber> readers = members.stream()
                    .filter(member -> member.topics().contains(topic))
                    .toList();
            int next = 0;
            for (int place = 0; place < readers.size(); place++) {
                int run = all.size() / readers.size() + (place < all.size() % readers.size() ? 1 : 0);
                for (int left = run; left > 0; left--) {
                    assigned.put(all.get(next), readers.get(place).memberId());
                    next++;
                }
            }
        });
        return assigned;
    }
}
