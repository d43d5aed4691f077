package io.tailrace.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.ProducerMessage.MultiResult;
import io.tailrace.streams.ProducerMessage.Results;
import io.tailrace.streams.RecordMetadata;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;

/** Writes a line for what became of each line: the lines of a batch as one chunk. */
final class ReportStage extends GraphStage<FlowShape<Results<byte[], byte[], LineBatch>, ByteString>> {
    private final Inlet<Results<byte[], byte[], LineBatch>> in = Inlet.create("Reports.in");
    private final Outlet<ByteString> out = Outlet.create("Reports.out");
    private final FlowShape<Results<byte[], byte[], LineBatch>, ByteString> shape = FlowShape.of(in, out);
    private final boolean failuresOnly;

    /** With only the failures, a last line counts both. */
    ReportStage(boolean failuresOnly) {
        this.failuresOnly = failuresOnly;
    }

    @Override
    public FlowShape<Results<byte[], byte[], LineBatch>, ByteString> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    private final class Logic extends GraphStageLogic {
        private final LineWriter lines = new LineWriter();
        private long stored;
        private long failed;

        Logic() {
            super(shape);
            setHandlers(in, out, new AbstractInOutHandler() {
                @Override
                public void onPush() {
                    write(grab(in));
                    if (lines.isEmpty()) {
                        pull(in);
                    } else {
                        push(out, lines.take());
                    }
                }

                @Override
                public void onPull() {
                    pull(in);
                }

                @Override
                public void onUpstreamFinish() {
                    if (failuresOnly) {
                        lines.line(json -> {
                            json.writeNumberField("stored", stored);
                            json.writeNumberField("failed", failed);
                        });
                        emit(out, lines.take());
                    }
                    complete(out);
                }

                @Override
                public void onUpstreamFailure(Throwable failure) {
                    TailraceException error = Problem.known(failure);
                    lines.line(json -> Problem.writeError(json, error.code(), String.valueOf(error.getMessage())));
                    emit(out, lines.take());
                    complete(out);
                }
            });
        }

        private void write(Results<byte[], byte[], LineBatch> results) {
            LineBatch batch = results.passThrough();
            Iterator<? extends io.tailrace.streams.ProducerMessage.MultiResultPart<byte[], byte[]>> parts =
                    results instanceof MultiResult<byte[], byte[], LineBatch> all
                            ? all.parts().iterator()
                            : List.<io.tailrace.streams.ProducerMessage.MultiResultPart<byte[], byte[]>>of()
                                    .iterator();
            for (int i = 0; i < batch.size(); i++) {
                long line = batch.line(i);
                TailraceException error = batch.error(i);
                if (error != null) {
                    failed++;
                    lines.line(json -> {
                        json.writeNumberField("line", line);
                        Problem.writeError(json, error.code(), String.valueOf(error.getMessage()));
                    });
                } else {
                    stored++;
                    RecordMetadata where = parts.next().metadata();
                    if (!failuresOnly) {
                        lines.line(json -> {
                            json.writeNumberField("line", line);
                            writePlace(json, where);
                        });
                    }
                }
            }
        }
    }

    /** Where a record is. In the rare case that its offset is not known (see {@link RecordMetadata}) that is null. */
    static void writePlace(JsonGenerator json, RecordMetadata where) throws IOException {
        json.writeNumberField("partition_id", where.partition());
        if (where.hasOffset()) {
            json.writeNumberField("offset", where.offset());
        } else {
            json.writeNullField("offset");
        }
        json.writeNumberField("timestamp", where.timestamp());
    }
}
