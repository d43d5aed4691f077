package io.tailrace.http;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.ProducerMessage.Envelope;
import java.util.Arrays;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * Cuts the bytes of a request into lines and reads the record in each. The lines of a chunk go on together, at most
 * {@value #MOST_LINES} of them. Of a line that is too long nothing is kept.
 */
final class LineStage extends GraphStage<FlowShape<ByteString, Envelope<byte[], byte[], LineBatch>>> {
    /** Bounds what the objects of a batch take. */
    private static final int MOST_LINES = 1000;

    private static final byte[] NOTHING = new byte[0];

    private final Inlet<ByteString> in = Inlet.create("Lines.in");
    private final Outlet<Envelope<byte[], byte[], LineBatch>> out = Outlet.create("Lines.out");
    private final FlowShape<ByteString, Envelope<byte[], byte[], LineBatch>> shape = FlowShape.of(in, out);
    private final java.util.function.Supplier<RecordParser> parsers;
    private final int maxLineBytes;

    LineStage(java.util.function.Supplier<RecordParser> parsers, int maxLineBytes) {
        this.parsers = parsers;
        this.maxLineBytes = maxLineBytes;
    }

    @Override
    public FlowShape<ByteString, Envelope<byte[], byte[], LineBatch>> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    private final class Logic extends GraphStageLogic {
        private final RecordParser parser = parsers.get();
        private byte[] chunk = NOTHING;
        private int position;
        /** The beginning of a line whose end has not come yet. */
        private byte[] carry = NOTHING;

        private int carried;
        private boolean skipping;
        private long line = 1;

        Logic() {
            super(shape);
            setHandlers(in, out, new AbstractInOutHandler() {
                @Override
                public void onPush() {
                    chunk = grab(in).toArrayUnsafe();
                    position = 0;
                    goOn();
                }

                @Override
                public void onPull() {
                    goOn();
                }

                @Override
                public void onUpstreamFinish() {
                    if (isAvailable(out)) {
                        goOn();
                    }
                }
            });
        }

        /** Called when there is demand. */
        private void goOn() {
            LineBatch batch = new LineBatch();
            while (position < chunk.length && batch.size() < MOST_LINES) {
                readLine(batch);
            }
            boolean chunkDone = position >= chunk.length;
            if (chunkDone) {
                chunk = NOTHING;
                position = 0;
            }
            boolean finished = chunkDone && isClosed(in);
            if (finished) {
                // The last line needs no end.
                parseCarried(batch);
            }
            if (!batch.isEmpty()) {
                push(out, batch.envelope());
            } else if (!finished && !hasBeenPulled(in)) {
                pull(in);
            }
            if (finished) {
                completeStage();
            }
        }

        private void readLine(LineBatch batch) {
            int end = endOfLine(chunk, position);
            boolean complete = end < chunk.length;
            if (!skipping && carried + (end - position) > maxLineBytes) {
                batch.error(line, tooLong());
                skipping = true;
                carried = 0;
                carry = NOTHING;
            }
            if (skipping) {
                skipping = !complete;
            } else if (complete && carried == 0) {
                parse(batch, chunk, position, end);
            } else {
                carry(position, end);
                if (complete) {
                    parseCarried(batch);
                }
            }
            position = end + 1;
            if (complete) {
                line++;
            }
        }

        private void carry(int from, int to) {
            int needed = carried + to - from;
            if (carry.length < needed) {
                carry = Arrays.copyOf(carry, Math.max(needed, Math.min(maxLineBytes, 2 * carry.length)));
            }
            System.arraycopy(chunk, from, carry, carried, to - from);
            carried = needed;
        }

        private void parseCarried(LineBatch batch) {
            parse(batch, carry, 0, carried);
            carried = 0;
            if (carry.length > 1 << 16) {
                carry = NOTHING;
            }
        }

        private void parse(LineBatch batch, byte[] bytes, int from, int to) {
            if (isBlank(bytes, from, to)) {
                return;
            }
            try {
                batch.record(line, parser.parse(bytes, from, to));
            } catch (TailraceException e) {
                batch.error(line, e);
            }
        }

        private TailraceException tooLong() {
            return new TailraceException(
                    ErrorCode.REQUEST_TOO_LARGE,
                    "The line is longer than " + maxLineBytes + " bytes: split the record, or raise"
                            + " tailrace.http.max-line-bytes.");
        }
    }

    private static int endOfLine(byte[] bytes, int from) {
        int at = from;
        while (at < bytes.length && bytes[at] != '\n') {
            at++;
        }
        return at;
    }

    private static boolean isBlank(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && (bytes[at] == ' ' || bytes[at] == '\t' || bytes[at] == '\r')) {
            at++;
        }
        return at == to;
    }
}
