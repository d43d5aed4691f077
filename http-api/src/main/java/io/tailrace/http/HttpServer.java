package io.tailrace.http;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.Flow;

/**
 * The HTTP door of a node; docs/http.md says what it serves. It lives on the node's actor system.
 *
 * <pre>{@code
 * HttpServer server = HttpServer.start(tailrace, HttpSettings.of(config)).toCompletableFuture().join();
 * ...
 * server.close();
 * }</pre>
 */
public final class HttpServer {
    private final HttpSettings settings;
    private final ServerBinding binding;
    private final ServedNode node;
    private final SharedKillSwitch streams;
    private final RequestsUnderWay underWay;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CompletableFuture<Done> closed = new CompletableFuture<>();

    private HttpServer(
            HttpSettings settings,
            ServerBinding binding,
            ServedNode node,
            SharedKillSwitch streams,
            RequestsUnderWay underWay) {
        this.settings = settings;
        this.binding = binding;
        this.node = node;
        this.streams = streams;
        this.underWay = underWay;
    }

    /**
     * Serves that node.
     *
     * @return fails with INVALID_SETTING if the address cannot be had
     */
    public static CompletionStage<HttpServer> start(Tailrace tailrace, HttpSettings settings) {
        ServedNode node = new ServedNode(tailrace, settings);
        SharedKillSwitch streams = KillSwitches.shared("tailrace-http");
        RequestsUnderWay underWay = new RequestsUnderWay();
        Router router = new Router(List.of(
                new RecordRoutes(node, streams),
                new BatchRoutes(node, streams),
                new TopicRoutes(node),
                new GroupReads(node, streams),
                new GroupRoutes(node),
                new PlacementRoutes(node),
                new StreamRoutes(node),
                new QuotaRoutes(node),
                new ReplicaRoutes(node),
                new BackupRoutes(node),
                new ScrubRoutes(node),
                new HealthRoutes(node::ready)));
        return Http.get(tailrace.system())
                .newServerAt(settings.networkInterface(), settings.port())
                .logTo(new ConnectionLog())
                .withSettings(serverSettings(tailrace, settings))
                .bindFlow(Flow.fromGraph(new ConnectionStage(router::answer, settings.keepAliveTimeout(), underWay)))
                .handle((binding, failure) -> {
                    if (binding == null) {
                        throw unbound(settings, failure);
                    }
                    return new HttpServer(settings, binding, node, streams, underWay);
                });
    }

    private static ServerSettings serverSettings(Tailrace tailrace, HttpSettings settings) {
        Config config = tailrace.system().settings().config().withFallback(ConfigFactory.defaultReference());
        Config ours = config.getConfig("tailrace.http.pekko-http-server").atPath("pekko.http.server");
        return ServerSettings.create(ours.withFallback(config))
                .withMaxConnections(settings.maxConnections())
                .withTerminationDeadlineExceededResponse(
                        Problem.of(ServedNode.notReady()).response());
    }

    private static TailraceException unbound(HttpSettings settings, Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        return new TailraceException(
                ErrorCode.INVALID_SETTING,
                "The HTTP server cannot listen on " + settings.networkInterface() + ":" + settings.port() + " ("
                        + cause.getMessage() + "): choose another tailrace.http.port (--port).",
                failure);
    }

    /** Where it listens; the port that was found where 0 was asked for. */
    public InetSocketAddress address() {
        return binding.localAddress();
    }

    /**
     * Stops: no connection is accepted any more, streams end, requests under way are answered within
     * {@link HttpSettings#closeTimeout()}, then connections are cut. Idempotent.
     */
    public CompletionStage<Done> close() {
        if (closing.compareAndSet(false, true)) {
            node.closing();
            binding.unbind();
            // First the streams, whose clients are to hear why they end.
            streams.abort(ServedNode.notReady());
            CompletionStage<Done> quiet = underWay.none()
                    .completeOnTimeout(
                            Done.getInstance(), settings.closeTimeout().toMillis(), TimeUnit.MILLISECONDS);
            quiet.thenCompose(done -> binding.terminate(settings.closeTimeout()))
                    .handle((done, failure) -> node.close())
                    .thenCompose(Function.identity())
                    .whenComplete((done, failure) -> closed.complete(Done.getInstance()));
        }
        return closed.minimalCompletionStage();
    }
}
