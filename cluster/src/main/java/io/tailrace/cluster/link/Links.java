package io.tailrace.cluster.link;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.IgnoreComplete$;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.javadsl.Tcp;
import org.apache.pekko.stream.javadsl.Tcp.IncomingConnection;
import org.apache.pekko.stream.javadsl.Tcp.OutgoingConnection;
import org.apache.pekko.stream.javadsl.Tcp.ServerBinding;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All links of one node: those that it opens, and the port at which the others' end. */
public final class Links implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Links.class);
    private static final int BACKLOG = 100;

    private final ActorSystem system;
    private final LinkIdentity self;
    private final LinkSettings settings;
    private final Optional<LinkTls> tls;
    private final Function<String, Optional<InetSocketAddress>> addresses;
    private final LinkCounters counters;
    private final Map<PeerLane, PeerLink> outgoing = new ConcurrentHashMap<>();
    private final Inbound inbound;
    private volatile @Nullable ServerBinding binding;
    private volatile boolean closed;

    private record PeerLane(String peer, Lane lane) {}

    /** Who hears the answers that come back on a lane, peer by peer. */
    public interface Answers {
        /** An answer of that peer's; on the session's thread, so it must not block. */
        void received(String peer, Frame frame);

        /** No answer will come to what was sent to that peer up to now. */
        void lost(String peer, Throwable why);
    }

    private volatile @Nullable Answers readAnswers;

    private Links(
            ActorSystem system,
            LinkIdentity self,
            LinkSettings settings,
            Optional<LinkTls> tls,
            Function<String, Optional<InetSocketAddress>> addresses,
            Map<Lane, Incoming.Factory> receivers,
            LinkCounters counters) {
        this.system = system;
        this.self = self;
        this.settings = settings;
        this.tls = tls;
        this.addresses = addresses;
        this.counters = counters;
        this.inbound = new Inbound(self, settings, counters, receivers);
    }

    /**
     * Opens the port.
     *
     * @param tls for all connections, or none
     * @param addresses where a node's port is, by its node id, as far as that is known; asked whenever a connection is made
     * @param receivers what to do with what comes; a lane without a receiver is refused
     * @param counters of all that these links do
     * @return fails with INVALID_SETTING if the port cannot be had
     */
    public static CompletionStage<Links> start(
            ActorSystem system,
            LinkIdentity self,
            LinkSettings settings,
            Optional<LinkTls> tls,
            Function<String, Optional<InetSocketAddress>> addresses,
            Map<Lane, Incoming.Factory> receivers,
            LinkCounters counters) {
        Links links = new Links(system, self, settings, tls, addresses, Map.copyOf(receivers), counters);
        return links.bind()
                .handleAsync(
                        (bound, failure) -> {
                            if (bound == null) {
                                throw new TailraceException(
                                        ErrorCode.INVALID_SETTING,
                                        "The port for other nodes, " + settings.hostname() + ":" + settings.port()
                                                + ", cannot be had (" + reason(failure) + "): choose another.",
                                        failure);
                            }
                            links.binding = bound;
                            return links;
                        },
                        Runnable::run);
    }

    private static @Nullable String reason(@Nullable Throwable failure) {
        return failure == null ? null : Failures.cause(failure).getMessage();
    }

    private CompletionStage<ServerBinding> bind() {
        Tcp tcp = Tcp.get(system);
        Source<IncomingConnection, CompletionStage<ServerBinding>> connections = tls.map(known -> tcp.bindWithTls(
                        settings.hostname(),
                        settings.port(),
                        known::server,
                        BACKLOG,
                        Collections.emptyList(),
                        Optional.empty(),
                        session -> Optional.empty(),
                        IgnoreComplete$.MODULE$))
                .orElseGet(() -> tcp.bind(
                        settings.hostname(),
                        settings.port(),
                        BACKLOG,
                        Collections.emptyList(),
                        false,
                        Optional.empty()));
        return connections.toMat(Sink.foreach(this::accept), Keep.left()).run(system);
    }

    private void accept(IncomingConnection connection) {
        ServerSession session = inbound.accept(connection.remoteAddress());
        if (session == null) {
            connection.handleWith(Flow.fromSinkAndSource(Sink.cancelled(), Source.empty()), system);
        } else {
            connection.handleWith(Flow.fromGraph(new SessionStage(session, settings.pingInterval(), counters)), system);
        }
    }

    private void connect(InetSocketAddress address, ClientSession session) {
        Tcp tcp = Tcp.get(system);
        Flow<ByteString, ByteString, CompletionStage<OutgoingConnection>> connection = tls.map(
                        known -> tcp.outgoingConnectionWithTls(
                                address,
                                known::client,
                                Optional.empty(),
                                Collections.emptyList(),
                                Optional.of(settings.connectTimeout()),
                                Optional.empty(),
                                verified -> Optional.empty(),
                                IgnoreComplete$.MODULE$))
                .orElseGet(() -> tcp.outgoingConnection(
                        address,
                        Optional.empty(),
                        Collections.emptyList(),
                        false,
                        Optional.of(settings.connectTimeout()),
                        Optional.empty()));
        try {
            connection
                    .join(Flow.fromGraph(new SessionStage(session, settings.pingInterval(), counters)))
                    .run(system);
        } catch (IllegalStateException e) {
            session.ended(e); // The actor system is ending.
        }
    }

    /**
     * Sends a frame to a node. It may get lost, as with any network; those that arrive in one lane arrive in their order. Never
     * blocks.
     *
     * @return {@code null}, or why it was dropped at once, which has been counted
     */
    public @Nullable Dropped send(String peer, Lane lane, ByteString frame) {
        if (closed) {
            counters.dropped(Dropped.NO_SESSION, 1);
            return Dropped.NO_SESSION;
        }
        PeerLane key = new PeerLane(peer, lane);
        PeerLink link = outgoing.get(key);
        if (link == null) {
            if (addresses.apply(peer).isEmpty()) {
                counters.dropped(Dropped.UNKNOWN_NODE, 1);
                return Dropped.UNKNOWN_NODE;
            }
            link = outgoing.computeIfAbsent(key, this::link);
        }
        return link.send(frame);
    }

    private PeerLink link(PeerLane key) {
        return new PeerLink(
                self,
                key.peer,
                key.lane,
                settings,
                counters,
                () -> addresses.apply(key.peer),
                this::connect,
                key.lane == Lane.READS ? answersOf(key.peer) : PeerLink.Answers.NONE);
    }

    private PeerLink.Answers answersOf(String peer) {
        return new PeerLink.Answers() {
            @Override
            public void received(Frame frame) {
                tell(answers -> answers.received(peer, frame));
            }

            @Override
            public void lost(Throwable why) {
                tell(answers -> answers.lost(peer, why));
            }

            private void tell(Consumer<Answers> what) {
                Answers answers = readAnswers;
                if (answers != null) {
                    what.accept(answers);
                }
            }
        };
    }

    /** From now on these hear what comes back on {@link Lane#READS}. */
    public void onReadAnswers(Answers answers) {
        readAnswers = answers;
    }

    /** Who is at this end. */
    public LinkIdentity self() {
        return self;
    }

    /** What was carried, and what was not. */
    public LinkCounters counters() {
        return counters;
    }

    /** Bytes that wait to be sent to that node in that lane. */
    public long queuedBytes(String peer, Lane lane) {
        PeerLink link = outgoing.get(new PeerLane(peer, lane));
        return link == null ? 0 : link.queuedBytes();
    }

    /** Where other nodes connect to. */
    public InetSocketAddress localAddress() {
        ServerBinding bound = binding;
        if (bound == null) {
            throw new IllegalStateException("not bound");
        }
        return bound.localAddress();
    }

    /** Ends the links to a node that has left; what still waits is dropped and counted. */
    public void disconnect(String peer) {
        for (Lane lane : Lane.values()) {
            PeerLink link = outgoing.remove(new PeerLane(peer, lane));
            if (link != null) {
                link.close();
            }
        }
    }

    /** Gives the port back and ends all sessions, without waiting for their end. Idempotent. */
    @Override
    public void close() {
        stop();
    }

    /** The same; completes when the port is free. */
    public CompletionStage<Done> stop() {
        closed = true;
        ServerBinding bound = binding;
        outgoing.values().forEach(PeerLink::close);
        inbound.close();
        if (bound == null) {
            return CompletableFuture.completedFuture(Done.getInstance());
        }
        LOG.debug("Closing the port for other nodes {}", bound.localAddress());
        return bound.unbind().handleAsync((done, failure) -> Done.getInstance(), Runnable::run);
    }
}
