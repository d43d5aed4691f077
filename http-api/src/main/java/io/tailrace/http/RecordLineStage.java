package io.tailrace.http;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.ConsumerRecord;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.apache.pekko.Done;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * Writes records as lines, many in one chunk: a chunk leaves when it is full, or when no more records are there at once. Records
 * are taken only on demand, beside the one chunk that is being filled.
 */
final class RecordLineStage extends GraphStage<FlowShape<ConsumerRecord<ByteBuffer, ByteBuffer>, ByteString>> {
    private static final int CHUNK_BYTES = 64 << 10;
    private static final Duration ABORT_DELAY = Duration.ofMillis(200);

    private record Abort(TailraceException error) {}

    private final Inlet<ConsumerRecord<ByteBuffer, ByteBuffer>> in = Inlet.create("RecordLines.in");
    private final Outlet<ByteString> out = Outlet.create("RecordLines.out");
    private final FlowShape<ConsumerRecord<ByteBuffer, ByteBuffer>, ByteString> shape = FlowShape.of(in, out);
    private final ReadRequest.DataFormat data;
    private final long limit;
    private final boolean withTopics;

    private RecordLineStage(ReadRequest.DataFormat data, long limit, boolean withTopics) {
        this.data = data;
        this.limit = limit;
        this.withTopics = withTopics;
    }

    /** Ends after {@code limit} records, which are all of one topic. */
    static RecordLineStage withoutTopics(ReadRequest.DataFormat data, long limit) {
        return new RecordLineStage(data, limit, false);
    }

    /** Each line begins with the record's topic. */
    static RecordLineStage withTopics(ReadRequest.DataFormat data) {
        return new RecordLineStage(data, Long.MAX_VALUE, true);
    }

    @Override
    public FlowShape<ConsumerRecord<ByteBuffer, ByteBuffer>, ByteString> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    private final class Logic extends TimerGraphStageLogic {
        private final LineWriter lines = new LineWriter();
        private final RecordWriter writer = new RecordWriter(data, withTopics);
        /** Comes back behind the records that are there at once. */
        private final AsyncCallback<Done> pause = createAsyncCallback(done -> paused());

        private long left = limit;
        private boolean pauseAwaited;

        Logic() {
            super(shape);
            setHandlers(in, out, new AbstractInOutHandler() {
                @Override
                public void onPush() {
                    ConsumerRecord<ByteBuffer, ByteBuffer> record = grab(in);
                    lines.line(json -> writer.write(json, record));
                    left--;
                    if (left == 0) {
                        cancel(in);
                        end();
                    } else if (lines.size() < CHUNK_BYTES) {
                        awaitPause();
                        pull(in);
                    } else {
                        flush();
                    }
                }

                @Override
                public void onPull() {
                    if (left == 0) {
                        completeStage();
                    } else if (isClosed(in)) {
                        // The last line has been taken; the abort comes.
                        return;
                    } else if (lines.size() >= CHUNK_BYTES || (!lines.isEmpty() && !pauseAwaited)) {
                        flush();
                    } else if (!hasBeenPulled(in)) {
                        pull(in);
                    }
                }

                @Override
                public void onUpstreamFinish() {
                    end();
                }

                @Override
                public void onUpstreamFailure(Throwable failure) {
                    TailraceException error = Problem.known(failure);
                    lines.line(json -> Problem.writeError(json, error.code(), String.valueOf(error.getMessage())));
                    // The abort would overtake what is still being written to the socket.
                    emit(out, lines.take(), () -> scheduleOnce(new Abort(error), ABORT_DELAY));
                }
            });
        }

        private void awaitPause() {
            if (!pauseAwaited) {
                pauseAwaited = true;
                pause.invoke(Done.getInstance());
            }
        }

        private void paused() {
            pauseAwaited = false;
            flush();
        }

        private void flush() {
            if (!lines.isEmpty() && isAvailable(out)) {
                push(out, lines.take());
            }
        }

        private void end() {
            if (!lines.isEmpty()) {
                emit(out, lines.take());
            }
            complete(out);
        }

        @Override
        public void onTimer(Object key) {
            if (key instanceof Abort abort) {
                failStage(abort.error());
            }
        }
    }
}
