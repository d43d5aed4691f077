package io.tailrace.cluster.link;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions that others have opened: at most so many, and of one peer one for each lane, since only its newest start counts. */
final class Inbound implements ServerSession.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Inbound.class);

    private final LinkIdentity self;
    private final LinkSettings settings;
    private final LinkCounters counters;
    private final Map<Lane, Incoming.Factory> receivers;
    private final Set<ServerSession> sessions = new HashSet<>();
    private final Map<Source, ServerSession> current = new HashMap<>();
    private boolean closed;

    private record Source(String peer, Lane lane) {}

    Inbound(LinkIdentity self, LinkSettings settings, LinkCounters counters, Map<Lane, Incoming.Factory> receivers) {
        this.self = self;
        this.settings = settings;
        this.counters = counters;
        this.receivers = receivers;
    }

    /** A session for a new connection, or {@code null} if there are too many. */
    synchronized @Nullable ServerSession accept(InetSocketAddress from) {
        if (closed || sessions.size() >= settings.maxConnections()) {
            counters.sessionRefused();
            LOG.warn("A connection from {} is refused: there are {} already", from, sessions.size());
            return null;
        }
        ServerSession session = new ServerSession(settings, counters, this);
        sessions.add(session);
        return session;
    }

    @Override
    public Incoming greeted(ServerSession session, Hello hello) {
        try {
            hello.agree(self);
            Incoming.Factory factory = receivers.get(hello.lane());
            if (factory == null) {
                throw new TailraceException(
                        ErrorCode.INVALID_ARGUMENT,
                        "Node " + self.nodeId() + " takes nothing of lane " + hello.lane() + ".");
            }
            replace(new Source(hello.identity().nodeId(), hello.lane()), session);
            return factory.open(hello.identity().nodeId(), session);
        } catch (TailraceException e) {
            counters.sessionRefused();
            LOG.warn("A session is refused: {}", e.getMessage());
            throw e;
        }
    }

    private void replace(Source source, ServerSession session) {
        ServerSession before;
        synchronized (this) {
            before = current.put(source, session);
        }
        if (before != null) {
            before.end(new TailraceException(ErrorCode.CLOSED, "The peer has connected anew."));
        }
    }

    @Override
    public void ended(ServerSession session, Throwable why) {
        Hello hello = session.hello();
        synchronized (this) {
            sessions.remove(session);
            if (hello != null) {
                current.remove(new Source(hello.identity().nodeId(), hello.lane()), session);
            }
        }
        TailraceException broken = Failures.cause(why) instanceof TailraceException named ? named : null;
        if (broken != null && broken.code() == ErrorCode.SERIALIZATION_FAILED) {
            counters.sessionRefused();
            counters.dropped(Dropped.MALFORMED, 1);
        }
        LOG.info(
                "The session of {} is over: {}",
                hello == null ? "somebody unknown" : "node " + hello.identity().nodeId() + ", lane " + hello.lane(),
                Failures.cause(why).getMessage());
    }

    void close() {
        List<ServerSession> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(sessions);
        }
        all.forEach(session -> session.end(new TailraceException(ErrorCode.CLOSED, "The node is closing.")));
    }
}
