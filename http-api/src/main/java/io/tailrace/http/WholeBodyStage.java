package io.tailrace.http;

import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.RequestEntity;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.stage.AbstractInOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * Fails where a body ends before its end. Pekko-http completes the body of a request that is cut off or malformed as if it were
 * whole once the response has begun, so the length, or the last chunk, is looked for here.
 */
final class WholeBodyStage extends GraphStage<FlowShape<ByteString, ByteString>> {
    /** Stands for the last chunk; told by identity. */
    private static final ByteString LAST_CHUNK =
            ByteString.fromArray(new byte[] {0}).compact();

    private static final long UNKNOWN = -1;

    private final Inlet<ByteString> in = Inlet.create("WholeBody.in");
    private final Outlet<ByteString> out = Outlet.create("WholeBody.out");
    private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);
    private final long length;

    private WholeBodyStage(long length) {
        this.length = length;
    }

    /** The bytes of that entity, of whatever length. */
    static Source<ByteString, Object> bytesOf(RequestEntity entity) {
        if (entity instanceof HttpEntity.Chunked chunked) {
            return chunked.getChunks()
                    .map(part -> part.isLastChunk() ? LAST_CHUNK : part.data())
                    .via(new WholeBodyStage(UNKNOWN));
        }
        return entity.withoutSizeLimit()
                .getDataBytes()
                .via(new WholeBodyStage(entity.getContentLengthOption().orElse(0)));
    }

    @Override
    public FlowShape<ByteString, ByteString> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    private final class Logic extends GraphStageLogic {
        private long missing = length == UNKNOWN ? 1 : length;

        Logic() {
            super(shape);
            setHandlers(in, out, new AbstractInOutHandler() {
                @Override
                @SuppressWarnings("ReferenceEquality") // Equal bytes may come from the client.
                public void onPush() {
                    ByteString bytes = grab(in);
                    if (bytes == LAST_CHUNK) {
                        missing = 0;
                        pull(in);
                        return;
                    }
                    if (length != UNKNOWN) {
                        missing -= bytes.size();
                    }
                    push(out, bytes);
                }

                @Override
                public void onPull() {
                    pull(in);
                }

                @Override
                public void onUpstreamFinish() {
                    if (missing > 0) {
                        failStage(Json.malformed(
                                "The body ended before its end, or its chunks are broken: what follows the"
                                        + " last report was not read."));
                    } else {
                        completeStage();
                    }
                }
            });
        }
    }
}
