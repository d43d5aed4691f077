package io.tailrace.cluster.node;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A port that is held for somebody who will listen there: others have to be told of it before that is possible. Nobody is
 * listened to meanwhile, so who comes early is refused at once and comes again.
 */
final class ReservedPort implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReservedPort.class);

    private final SocketChannel holder;
    private final int port;

    private ReservedPort(SocketChannel holder, int port) {
        this.holder = holder;
        this.port = port;
    }

    /**
     * Holds it.
     *
     * @param port 0 for any that is free
     * @throws TailraceException IO_FAILED if it is taken, or is none of this machine's
     */
    static ReservedPort of(String host, int port) {
        try {
            SocketChannel holder = SocketChannel.open();
            try {
                holder.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                holder.bind(new InetSocketAddress(host, port));
                return new ReservedPort(holder, ((InetSocketAddress) holder.getLocalAddress()).getPort());
            } catch (IOException | RuntimeException e) {
                holder.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            throw new TailraceException(
                    ErrorCode.IO_FAILED,
                    "The links of other nodes cannot be listened to at " + host + ":" + port + " (" + e.getMessage()
                            + "): choose another tailrace.link.port.",
                    e);
        }
    }

    /** Which it is. */
    int port() {
        return port;
    }

    /** Lets go of it, for who is about to listen. Idempotent. */
    @Override
    public void close() {
        try {
            holder.close();
        } catch (IOException e) {
            LOG.debug("Port {} could not be let go of: {}", port, e.getMessage());
        }
    }
}
