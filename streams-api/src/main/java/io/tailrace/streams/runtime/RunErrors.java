package io.tailrace.streams.runtime;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.topology.DropReason;
import io.tailrace.streams.topology.StreamRecord;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does with records that cannot be dealt with what the application's handlers say. Each is asked about once, at the node where it happened: what fails the
 * run goes through the nodes before that one without a question. What the engine throws is no record's fault, and always fails the run.
 */
final class RunErrors {
    private static final Logger LOG = LoggerFactory.getLogger(RunErrors.class);

    private final ErrorHandling handling;
    private final RunOutput output;
    private final TopologyRun run;
    private @Nullable RuntimeException failure;

    RunErrors(ErrorHandling handling, RunOutput output, TopologyRun run) {
        this.handling = handling;
        this.output = output;
        this.run = run;
    }

    /** A record that could not be read. Returns if it is to be skipped. */
    void unreadable(String node, ConsumerRecord<ByteBuffer, ByteBuffer> bytes, RuntimeException exception) {
        passOn(exception);
        ErrorHandlerContext context = new ErrorHandlerContext(node, bytes, bytes.timestamp());
        decide(
                context,
                () -> handling.deserialization().handle(context, bytes, exception),
                DropReason.DESERIALIZATION_FAILED,
                exception,
                () -> new TailraceException(
                        ErrorCode.SERIALIZATION_FAILED,
                        "Record" + place(context) + " cannot be read: " + exception.getMessage()
                                + " Give its source serdes that fit, or have such records skipped or stored elsewhere.",
                        exception));
    }

    /** A function of a node threw. Returns if the record is to be skipped. */
    void processing(String node, @Nullable StreamRecord<?, ?> record, long timestamp, RuntimeException exception) {
        passOn(exception);
        ErrorHandlerContext context = new ErrorHandlerContext(node, run.reading(), timestamp);
        decide(
                context,
                () -> handling.processing().handle(context, record, exception),
                DropReason.PROCESSING_FAILED,
                exception,
                () -> failed(context, exception));
    }

    /** A record that could not be written. Returns if it is to be skipped. */
    void unwritable(String node, String topic, StreamRecord<?, ?> record, RuntimeException exception) {
        passOn(exception);
        ErrorHandlerContext context = new ErrorHandlerContext(node, run.reading(), record.timestamp());
        decide(
                context,
                () -> handling.production().handle(context, topic, record, exception),
                DropReason.SERIALIZATION_FAILED,
                exception,
                () -> new TailraceException(
                        ErrorCode.SERIALIZATION_FAILED,
                        "What came of record" + place(context) + " cannot be written to " + topic + " by node " + node
                                + ": " + exception.getMessage()
                                + " Give the sink serdes that fit, or have such records skipped or stored elsewhere.",
                        exception));
    }

    /** Nobody is asked about this one. */
    RuntimeException fatal(RuntimeException exception) {
        failure = exception;
        return exception;
    }

    /** What a node threw before there were records, or while it is not said about which. */
    TailraceException failed(String node, RuntimeException exception) {
        return failed(new ErrorHandlerContext(node, run.reading(), -1), exception);
    }

    private static TailraceException failed(ErrorHandlerContext context, RuntimeException exception) {
        String at = context.source() == null ? "" : " on record" + place(context);
        return new TailraceException(
                ErrorCode.PROCESSING_FAILED, "Node " + context.processorNodeId() + " failed" + at + ": " + exception, exception);
    }

    private void passOn(RuntimeException exception) {
        if (exception == failure || isOfTheEngine(exception)) {
            throw exception;
        }
    }

    private static boolean isOfTheEngine(RuntimeException exception) {
        return exception instanceof TailraceException error
                && error.code() != ErrorCode.SERIALIZATION_FAILED
                && error.code() != ErrorCode.PROCESSING_FAILED;
    }

    private void decide(
            ErrorHandlerContext context,
            Supplier<ErrorDecision> handler,
            DropReason reason,
            RuntimeException exception,
            Supplier<TailraceException> fails) {
        ErrorDecision decision;
        try {
            decision = handler.get();
        } catch (RuntimeException ofHandler) {
            ofHandler.addSuppressed(exception);
            throw fatal(failed(context, ofHandler));
        }
        if (decision instanceof ErrorDecision.Fail) {
            throw fatal(fails.get());
        }
        LOG.warn("Node {} skips record{}", context.processorNodeId(), place(context), exception);
        run.drop(reason);
        if (decision instanceof ErrorDecision.DeadLetter letter) {
            deadLetter(letter.topic(), context, exception);
        }
    }

    private void deadLetter(String topic, ErrorHandlerContext context, RuntimeException exception) {
        ConsumerRecord<ByteBuffer, ByteBuffer> source = context.source();
        try {
            output.send(
                    topic,
                    null,
                    source == null ? null : copy(source.key()),
                    source == null ? null : copy(source.value()),
                    Math.max(0, context.timestamp()),
                    DeadLetterHeaders.of(context, exception));
        } catch (RuntimeException e) {
            throw fatal(e);
        }
    }

    private static byte @Nullable [] copy(@Nullable ByteBuffer bytes) {
        if (bytes == null) {
            return null;
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(bytes.position(), copy);
        return copy;
    }

    private static String place(ErrorHandlerContext context) {
        ConsumerRecord<?, ?> source = context.source();
        return source == null ? "" : " " + source.topic() + "/" + source.partition() + "/" + source.offset();
    }
}
