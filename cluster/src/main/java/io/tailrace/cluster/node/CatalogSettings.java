package io.tailrace.cluster.node;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * Settings of the catalogue of topics, as reference.conf documents them.
 *
 * @param timeout after which it counts as not answering a question
 * @param changeTimeout after which what became of a change is unknown
 * @param nodePatience how long a node that is to make replicas may be silent
 * @param maxPartitions how many partitions all topics may have together
 * @param maxInternals how many internal partitions there may be
 */
record CatalogSettings(
        Duration timeout, Duration changeTimeout, Duration nodePatience, int maxPartitions, int maxInternals) {
    static CatalogSettings of(Config catalog) {
        return new CatalogSettings(
                catalog.getDuration("timeout"),
                catalog.getDuration("change-timeout"),
                catalog.getDuration("node-patience"),
                catalog.getInt("max-partitions"),
                catalog.getInt("max-internal-partitions"));
    }
}
