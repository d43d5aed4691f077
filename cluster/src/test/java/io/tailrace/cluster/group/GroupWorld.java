package io.tailrace.cluster.group;

import io.tailrace.cluster.catalog.Catalog;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicSettings;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Things that tests of groups need. */
final class GroupWorld {
    static final GroupLimits LIMITS = new GroupLimits(100, 50, 1 << 20, Duration.ofDays(7));

    private GroupWorld() {}

    static Topic topic(int number, int partitions) {
        return new Topic("t" + number, new UUID(7, number), partitions, 1, TopicSettings.DEFAULT);
    }

    static Topology topology(Topic... topics) {
        return Topology.of(Catalog.of(Arrays.asList(topics)), Assignors.BUILT_IN);
    }

    static GroupJoin join(String group, @Nullable String instanceId, String... topics) {
        return new GroupJoin(
                group,
                "client",
                instanceId,
                new GroupJoin.Names(List.of(topics)),
                Assignor.UNIFORM,
                Duration.ofSeconds(20),
                Duration.ofSeconds(10));
    }

    static GroupOp.Join joining(String group, String memberId, @Nullable String instanceId, String... topics) {
        GroupJoin join = join(group, instanceId, topics);
        return new GroupOp.Join(group, GroupMember.of(join, memberId, "n0"), join.assignor());
    }
}
