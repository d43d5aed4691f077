package io.tailrace.http;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.http.javadsl.model.AttributeKey;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.stage.AbstractInOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * One connection: requests are answered one after the other, and the connection is closed when it waits for the next one for too
 * long. Pekko's own idle time-out would also close streams that merely have nothing to say.
 *
 * <p>The next request is asked for, and held, while one is being answered: only who reads from a connection hears that it has
 * been closed.
 */
final class ConnectionStage extends GraphStage<FlowShape<HttpRequest, HttpResponse>> {
    private static final Object KEEP_ALIVE = "keep-alive";
    private static final AttributeKey<Gone> GONE = AttributeKey.create("tailrace-client-gone", Gone.class);

    /** Completes when the client has closed its side of the connection, or the request has been answered. */
    private record Gone(CompletableFuture<Done> stage) {}

    private final Inlet<HttpRequest> in = Inlet.create("Connection.in");
    private final Outlet<HttpResponse> out = Outlet.create("Connection.out");
    private final FlowShape<HttpRequest, HttpResponse> shape = FlowShape.of(in, out);
    private final Function<HttpRequest, CompletionStage<HttpResponse>> handler;
    private final Duration keepAlive;
    private final RequestsUnderWay underWay;

    /** The handler's stages never fail. */
    ConnectionStage(
            Function<HttpRequest, CompletionStage<HttpResponse>> handler,
            Duration keepAlive,
            RequestsUnderWay underWay) {
        this.handler = handler;
        this.keepAlive = keepAlive;
        this.underWay = underWay;
    }

    /** Completes when nobody waits for the answer to that request any more. */
    static CompletionStage<Done> clientGone(HttpRequest request) {
        return request.getAttribute(GONE)
                .<CompletionStage<Done>>map(Gone::stage)
                .orElseGet(CompletableFuture::new);
    }

    @Override
    public FlowShape<HttpRequest, HttpResponse> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    private final class Logic extends TimerGraphStageLogic {
        private final AsyncCallback<HttpResponse> answered = createAsyncCallback(this::answered);
        private final AsyncCallback<Done> ended = createAsyncCallback(done -> ended());
        /** Of the request that is being answered. */
        private @Nullable Gone current;

        private @Nullable HttpRequest next;
        /** From a request until its response is out. */
        private boolean busy;

        Logic() {
            super(shape);
            setHandlers(in, out, new AbstractInOutHandler() {
                @Override
                public void onPush() {
                    next = grab(in);
                    answerNext();
                }

                @Override
                public void onPull() {
                    answerNext();
                }

                @Override
                public void onUpstreamFinish() {
                    clientGone();
                    if (!busy && next == null) {
                        completeStage();
                    }
                }

                @Override
                public void onUpstreamFailure(Throwable failure) {
                    // The connection is gone: nobody is there to be told.
                    completeStage();
                }
            });
        }

        @Override
        public void preStart() {
            scheduleOnce(KEEP_ALIVE, keepAlive);
            pull(in);
        }

        private void answerNext() {
            HttpRequest request = next;
            if (request == null && !busy && isClosed(in)) {
                completeStage();
                return;
            }
            if (!isAvailable(out) || busy) {
                return;
            }
            if (request != null) {
                cancelTimer(KEEP_ALIVE);
                next = null;
                busy = true;
                underWay.begin();
                Gone gone = new Gone(new CompletableFuture<>());
                current = gone;
                handler.apply(request.addAttribute(GONE, gone)).thenAccept(answered::invoke);
                if (!isClosed(in)) {
                    pull(in);
                }
            } else {
                scheduleOnce(KEEP_ALIVE, keepAlive);
            }
        }

        private void answered(HttpResponse response) {
            if (response.entity().isStrict()) {
                push(out, response);
                ended();
            } else {
                push(
                        out,
                        response.transformEntityDataBytes(Flow.of(ByteString.class)
                                .watchTermination((nothing, done) ->
                                        done.whenComplete((ended, failure) -> this.ended.invoke(Done.getInstance())))));
            }
        }

        private void ended() {
            busy = false;
            underWay.end();
            clientGone();
            answerNext();
        }

        private void clientGone() {
            Gone gone = current;
            if (gone != null) {
                current = null;
                gone.stage().complete(Done.getInstance());
            }
        }

        @Override
        public void onTimer(Object key) {
            completeStage();
        }

        @Override
        public void postStop() {
            if (busy) {
                underWay.end();
            }
            clientGone();
        }
    }
}
