package io.tailrace.http;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;

/**
 * One connection: requests are answered one after the other, and the connection is closed when it waits for the next one for too
 * long. Pekko's own idle time-out would also close streams that merely have nothing to say.
 */
final class ConnectionStage extends GraphStage<FlowShape<HttpRequest, HttpResponse>> {
    private static final Object KEEP_ALIVE = "keep-alive";

    private final Inlet<HttpRequest> in = Inlet.create("Connection.in");
    private final Outlet<HttpResponse> out = Outlet.create("Connection.out");
    private final FlowShape<HttpRequest, HttpResponse> shape = FlowShape.of(in, out);
    private final Function<HttpRequest, CompletionStage<HttpResponse>> handler;
    private final Duration keepAlive;

    /** The handler's stages never fail. */
    ConnectionStage(Function<HttpRequest, CompletionStage<HttpResponse>> handler, Duration keepAlive) {
        this.handler = handler;
        this.keepAlive = keepAlive;
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
        private boolean answering;

        Logic() {
            super(shape);
            setHandlers(in, out, new AbstractInOutHandler() {
                @Override
                public void onPush() {
                    cancelTimer(KEEP_ALIVE);
                    answering = true;
                    handler.apply(grab(in)).thenAccept(answered::invoke);
                }

                @Override
                public void onPull() {
                    // The response before is out.
                    if (isClosed(in)) {
                        completeStage();
                    } else {
                        scheduleOnce(KEEP_ALIVE, keepAlive);
                        pull(in);
                    }
                }

                @Override
                public void onUpstreamFinish() {
                    if (!answering) {
                        completeStage();
                    }
                }
            });
        }

        private void answered(HttpResponse response) {
            answering = false;
            push(out, response);
            if (isClosed(in)) {
                complete(out);
            }
        }

        @Override
        public void onTimer(Object key) {
            completeStage();
        }
    }
}
