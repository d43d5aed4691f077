package io.tailrace.cluster.link;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One lane to one peer: one session after the other. Connects when there is something to send; what is sent meanwhile waits. When a session
 * ends, what waited is dropped and counted, since who sent it says it again if it still matters, and for a pause that grows with
 * each failure nothing is taken at all.
 */
final class PeerLink implements ClientSession.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(PeerLink.class);

    private final LinkIdentity self;
    private final String peer;
    private final Lane lane;
    private final LinkSettings settings;
    private final LinkCounters counters;
    private final Supplier<Optional<InetSocketAddress>> address;
    private final Connector connector;
    private final Answers answers;
    private final Outbox outbox;

    private @Nullable ClientSession session;
    private long pauseUntilNanos;
    private long pauseNanos;
    private boolean pausing;
    private boolean fullSaid;
    private boolean closed;

    /** Makes connections. */
    interface Connector {
        void connect(InetSocketAddress address, ClientSession session);
    }

    /** Who hears what comes back. On the session's thread. */
    interface Answers {
        /** An answer. */
        void received(Frame frame);

        /** No answer will come to what was sent up to now. */
        void lost(Throwable why);

        /** For lanes that are never answered. */
        Answers NONE = new Answers() {
            @Override
            public void received(Frame frame) {}

            @Override
            public void lost(Throwable why) {}
        };
    }

    PeerLink(
            LinkIdentity self,
            String peer,
            Lane lane,
            LinkSettings settings,
            LinkCounters counters,
            Supplier<Optional<InetSocketAddress>> address,
            Connector connector,
            Answers answers) {
        this.self = self;
        this.peer = peer;
        this.lane = lane;
        this.settings = settings;
        this.counters = counters;
        this.address = address;
        this.connector = connector;
        this.answers = answers;
        this.outbox = new Outbox(settings.queueBytes(), counters);
        this.pauseNanos = settings.minBackoff().toNanos();
    }

    /** Sends a frame, if it can: {@code null}, or why it was dropped, which has been counted. Never blocks. */
    @Nullable
    Dropped send(ByteString frame) {
        Dropped why = frame.size() > settings.maxFrameBytes() ? Dropped.TOO_LARGE : take(frame);
        if (why != null) {
            counters.dropped(why, 1);
        }
        return why;
    }

    private @Nullable Dropped take(ByteString frame) {
        ClientSession current;
        InetSocketAddress connectTo = null;
        synchronized (this) {
            if (session == null) {
                if (closed || (pausing && System.nanoTime() - pauseUntilNanos < 0)) {
                    return Dropped.NO_SESSION;
                }
                connectTo = address.get().orElse(null);
                if (connectTo == null) {
                    return Dropped.UNKNOWN_NODE;
                }
                session = new ClientSession(Hello.of(self, peer, lane), outbox, settings, counters, this);
            }
            current = session;
            if (!outbox.offer(frame, null)) {
                sayFull();
                return Dropped.QUEUE_FULL;
            }
        }
        if (connectTo != null) {
            connector.connect(connectTo, current);
        } else {
            current.wake();
        }
        return null;
    }

    /** Once for each session: it would fill the log. */
    private void sayFull() {
        if (!fullSaid) {
            fullSaid = true;
            LOG.warn(
                    "Node {} takes messages of lane {} more slowly than they come: {} bytes wait, more is dropped",
                    peer,
                    lane,
                    outbox.bytes());
        }
    }

    @Override
    public void opened() {
        synchronized (this) {
            pauseNanos = settings.minBackoff().toNanos();
        }
        LOG.debug("Connected to node {}, lane {}", peer, lane);
    }

    @Override
    public void received(Frame frame) {
        answers.received(frame);
    }

    @Override
    public void ended(ClientSession ended, Throwable why) {
        int lost;
        synchronized (this) {
            if (session != ended) {
                return;
            }
            session = null;
            fullSaid = false;
            pausing = true;
            pauseUntilNanos = System.nanoTime()
                    + pauseNanos / 2
                    + ThreadLocalRandom.current().nextLong(pauseNanos / 2 + 1);
            pauseNanos = Math.min(pauseNanos * 2, settings.maxBackoff().toNanos());
            lost = outbox.clear();
        }
        counters.dropped(Dropped.SESSION_LOST, lost);
        LOG.info(
                "The connection to node {}, lane {}, is over, {} waiting messages are dropped: {}",
                peer,
                lane,
                lost,
                Failures.cause(why).getMessage());
        answers.lost(why);
    }

    /** Bytes that wait. */
    long queuedBytes() {
        return outbox.bytes();
    }

    /** Sends nothing any more. */
    void close() {
        ClientSession current;
        synchronized (this) {
            closed = true;
            current = session;
        }
        if (current != null) {
            current.end(new TailraceException(ErrorCode.CLOSED, "The link has been closed."));
        }
    }
}
