package io.tailrace.cluster.node;

import com.typesafe.config.Config;
import io.tailrace.cluster.group.Assignors;
import io.tailrace.cluster.group.GroupLimits;
import io.tailrace.cluster.group.PartitionAssignor;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;

/**
 * Settings of the consumer groups, as reference.conf documents them.
 *
 * @param timeout after which the coordinator counts as not answering
 * @param maxPendingCommits how many commits of one member may wait
 * @param limits what the coordinator takes on
 * @param assignors how partitions can be dealt out
 */
record GroupSettings(Duration timeout, int maxPendingCommits, GroupLimits limits, Assignors assignors) {
    static GroupSettings of(Config groups) {
        return new GroupSettings(
                groups.getDuration("timeout"),
                groups.getInt("max-pending-commits"),
                new GroupLimits(
                        groups.getInt("max-groups"),
                        groups.getInt("max-members"),
                        groups.getBytes("max-state-bytes"),
                        groups.getDuration("offsets-retention")),
                Assignors.with(groups.getStringList("assignors").stream()
                        .map(GroupSettings::made)
                        .toList()));
    }

    private static PartitionAssignor made(String className) {
        try {
            return Class.forName(className)
                    .asSubclass(PartitionAssignor.class)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException | ClassCastException e) {
            throw new TailraceException(
                    ErrorCode.INVALID_SETTING,
                    "tailrace.groups.assignors: " + className
                            + " cannot be used: it has to be on the class path, implement PartitionAssignor and have a public"
                            + " constructor without parameters.",
                    e);
        }
    }
}
