package io.tailrace.cluster.node;

import com.typesafe.config.Config;
import io.tailrace.cluster.link.LinkSettings;

/**
 * A node's links to others: {@code tailrace.link} in reference.conf.
 *
 * @param links of each connection
 * @param replicaBytes of messages for one replica that it has not worked off
 * @param readBytes of batches that may be on the way to readers on one other node
 * @param maxReaders that one other node may have here
 * @param tls whether connections are encrypted, and each side shows who it is
 * @param tlsFiles the paths of the PEM files
 */
record NodeLinkSettings(
        LinkSettings links, long replicaBytes, long readBytes, int maxReaders, boolean tls, Config tlsFiles) {

    /**
     * Reads the block {@code link} within {@code tailrace}.
     *
     * @throws io.tailrace.engine.error.TailraceException INVALID_SETTING
     */
    static NodeLinkSettings of(Config tailrace, String clusterHost) {
        Config link = tailrace.getConfig("link");
        LinkSettings links = LinkSettings.of(link);
        String hostname = links.hostname().isEmpty() ? clusterHost : links.hostname();
        return new NodeLinkSettings(
                links.at(hostname, links.port()),
                link.getBytes("replica-bytes"),
                link.getBytes("reads.pending-bytes"),
                link.getInt("reads.max-readers"),
                link.getBoolean("tls.enabled"),
                link.getConfig("tls"));
    }
}
