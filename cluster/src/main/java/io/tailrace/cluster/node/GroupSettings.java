package io.tailrace.cluster.node;

import com.typesafe.config.Config;
import io.tailrace.cluster.group.GroupLimits;
import java.time.Duration;

/**
 * Settings of the consumer groups, as reference.conf documents them.
 *
 * @param timeout after which the coordinator counts as not answering
 * @param maxPendingCommits how many commits of one member may wait
 * @param limits what the coordinator takes on
 */
record GroupSettings(Duration timeout, int maxPendingCommits, GroupLimits limits) {
    static GroupSettings of(Config groups) {
        return new GroupSettings(
                groups.getDuration("timeout"),
                groups.getInt("max-pending-commits"),
                new GroupLimits(
                        groups.getInt("max-groups"),
                        groups.getInt("max-members"),
                        groups.getBytes("max-state-bytes"),
                        groups.getDuration("offsets-retention")));
    }
}
