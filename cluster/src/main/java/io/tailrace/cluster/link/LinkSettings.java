package io.tailrace.cluster.link;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;

/**
 * The bounds of the links of a node, as reference.conf documents them under {@code tailrace.link}.
 *
 * @param hostname to bind to; empty for where the node listens for others anyway
 * @param port to bind to; 0 for any
 * @param maxFrameBytes the longest message that is sent or received
 * @param queueBytes what may wait in each lane to each peer
 * @param windowBytes what a receiver takes from each peer in each lane before it has worked off what came before
 * @param maxConnections how many may be accepted at a time
 * @param connectTimeout for the connection, and again for the peer's welcome
 * @param pingInterval how often each side shows that it lives
 * @param silenceTimeout after which a silent peer's session is over
 * @param minBackoff the pause after a session that failed at once
 * @param maxBackoff to which it grows
 */
public record LinkSettings(
        String hostname,
        int port,
        int maxFrameBytes,
        int queueBytes,
        int windowBytes,
        int maxConnections,
        Duration connectTimeout,
        Duration pingInterval,
        Duration silenceTimeout,
        Duration minBackoff,
        Duration maxBackoff) {

    /**
     * Reads the block {@code tailrace.link}.
     *
     * @throws TailraceException INVALID_SETTING that names the setting
     */
    public static LinkSettings of(Config link) {
        try {
            return new LinkSettings(
                    link.getString("hostname"),
                    link.getInt("port"),
                    Math.toIntExact(link.getBytes("max-frame-bytes")),
                    Math.toIntExact(link.getBytes("queue-bytes")),
                    Math.toIntExact(link.getBytes("window-bytes")),
                    link.getInt("max-connections"),
                    link.getDuration("connect-timeout"),
                    link.getDuration("ping-interval"),
                    link.getDuration("silence-timeout"),
                    link.getDuration("min-backoff"),
                    link.getDuration("max-backoff"));
        } catch (ConfigException | ArithmeticException e) {
            throw new TailraceException(
                    ErrorCode.INVALID_SETTING, "A setting under tailrace.link is not usable: " + e.getMessage(), e);
        }
    }

    /** The same at another place. */
    public LinkSettings at(String otherHostname, int otherPort) {
        return new LinkSettings(
                otherHostname,
                otherPort,
                maxFrameBytes,
                queueBytes,
                windowBytes,
                maxConnections,
                connectTimeout,
                pingInterval,
                silenceTimeout,
                minBackoff,
                maxBackoff);
    }
}
