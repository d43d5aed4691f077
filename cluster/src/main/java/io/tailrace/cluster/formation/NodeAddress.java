package io.tailrace.cluster.formation;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a node listens for other nodes, written {@code host:port}. Two texts that mean the same machine are two addresses:
 * what a node listens as, and what others have among their seeds, has to be written alike.
 *
 * @param host a name or an IP address, an IPv6 address without its brackets
 * @param port 0 as long as it is not known
 */
public record NodeAddress(String host, int port) implements Comparable<NodeAddress> {
    private static final Pattern TEXT = Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([A-Za-z0-9._-]+)):([0-9]{1,5})");
    private static final int MAX_PORT = 65_535;
    private static final Comparator<NodeAddress> ORDER =
            Comparator.comparing(NodeAddress::host).thenComparingInt(NodeAddress::port);

    /**
     * The address written so.
     *
     * @throws TailraceException INVALID_SETTING
     */
    public static NodeAddress parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (matcher.matches()) {
            String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
            int port = Integer.parseInt(matcher.group(3));
            if (host != null && port <= MAX_PORT) {
                return new NodeAddress(host, port);
            }
        }
        throw new TailraceException(
                ErrorCode.INVALID_SETTING,
                "'" + text + "' is no address of a node: write host:port, such as 10.0.0.1:7171.");
    }

    /** {@code host:port}, as {@link #parse} reads it. */
    public String text() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }

    @Override
    public int compareTo(NodeAddress other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return text();
    }
}
