package io.tailrace.cluster.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.LogCleaner;
import io.tailrace.engine.partition.PartitionEnvironment;
import io.tailrace.engine.partition.Scrubber;
import io.tailrace.engine.replication.FlushMode;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A node's settings, as reference.conf documents them.
 *
 * @param dataDirectory where everything durable lies
 * @param nodeName what this node is called
 * @param flush when a batch counts as stored
 * @param maxOpenFiles of all logs together; those used longest ago are closed
 * @param minFreeBytes appends are refused when less is free on the data volume
 * @param closeOnJvmShutdown whether it is closed when the JVM is told to end
 * @param locateTimeout how long to wait for the name of a partition's leader
 * @param appendTimeout after which an append without answer is unknown
 * @param leaderReturnDelay how long a node has to be up before what it is to lead comes back to it
 * @param departureTimeout how long a node that leaves waits for others to lead what it leads
 * @param catalog of the catalogue of topics
 * @param groups of the consumer groups
 * @param scrub how much is looked through for damage in a second
 * @param cleaner how logs are compacted
 * @param limits the bounds of one partition
 * @param cluster how it becomes a member of its cluster
 * @param link its links to other nodes
 */
record NodeSettings(
        Path dataDirectory,
        String nodeName,
        FlushMode flush,
        int maxOpenFiles,
        long minFreeBytes,
        boolean closeOnJvmShutdown,
        Duration startTimeout,
        Duration locateTimeout,
        Duration appendTimeout,
        Duration leaderReturnDelay,
        Duration departureTimeout,
        Scrubber.Settings scrub,
        CatalogSettings catalog,
        GroupSettings groups,
        LogCleaner.Settings cleaner,
        PartitionEnvironment.Limits limits,
        ClusterSettings cluster,
        NodeLinkSettings link) {

    /**
     * Reads the block {@code tailrace}.
     *
     * @throws TailraceException INVALID_SETTING that names the setting
     */
    static NodeSettings of(Config config) {
        try {
            Config tailrace = config.getConfig("tailrace");
            ClusterSettings cluster = ClusterSettings.of(tailrace);
            return new NodeSettings(
                    Path.of(tailrace.getString("data-dir")).toAbsolutePath().normalize(),
                    ClusterSettings.checkedName(tailrace.getString("node-name")),
                    FlushMode.of(tailrace.getString("flush")),
                    tailrace.getInt("max-open-files"),
                    tailrace.getBytes("min-free-bytes"),
                    tailrace.getBoolean("close-on-jvm-shutdown"),
                    tailrace.getDuration("start-timeout"),
                    tailrace.getDuration("locate-timeout"),
                    tailrace.getDuration("append-timeout"),
                    tailrace.getDuration("cluster.leader-return-delay"),
                    tailrace.getDuration("cluster.departure-timeout"),
                    new Scrubber.Settings(
                            tailrace.getBytes("log.scrub.max-bytes-per-second"),
                            tailrace.getBytes("log.scrub.max-bytes-per-second-when-asked")),
                    CatalogSettings.of(tailrace.getConfig("catalog")),
                    GroupSettings.of(tailrace.getConfig("groups")),
                    new LogCleaner.Settings(
                            Math.toIntExact(tailrace.getBytes("log.cleaner.dedupe-buffer-bytes")),
                            tailrace.getBytes("log.cleaner.max-bytes-per-second"),
                            tailrace.getDouble("log.cleaner.max-time-share"),
                            tailrace.getDuration("log.cleaner.backoff")),
                    new PartitionEnvironment.Limits(
                            tailrace.getBytes("partition.queued-bytes"),
                            Math.toIntExact(tailrace.getBytes("partition.group-bytes")),
                            tailrace.getInt("partition.waiting-asks"),
                            tailrace.getInt("partition.producers"),
                            tailrace.getBytes("partition.snapshot-bytes"),
                            tailrace.getDuration("partition.retention-check-interval")),
                    cluster,
                    NodeLinkSettings.of(tailrace, cluster.address().host()));
        } catch (ConfigException | IllegalArgumentException | ArithmeticException e) {
            throw new TailraceException(
                    ErrorCode.INVALID_SETTING, "A setting under tailrace.* is not usable: " + e.getMessage(), e);
        }
    }
}
