package io.tailrace.streams.runtime;

import io.tailrace.engine.record.Headers;
import io.tailrace.streams.ConsumerRecord;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Objects;

/** The headers behind a dead letter's own that say what went wrong, and where: those of Kafka Streams (KIP-1034). Texts are cut off at a bound. */
final class DeadLetterHeaders {
    static final String PREFIX = "__streams.errors.";
    static final String EXCEPTION = PREFIX + "exception";
    static final String MESSAGE = PREFIX + "message";
    static final String STACK_TRACE = PREFIX + "stacktrace";
    static final String TOPIC = PREFIX + "topic";
    static final String PARTITION = PREFIX + "partition";
    static final String OFFSET = PREFIX + "offset";
    private static final int LONGEST_MESSAGE = 1_000;
    private static final int LONGEST_STACK_TRACE = 8_000;

    private DeadLetterHeaders() {}

    static Headers of(ErrorHandlerContext context, RuntimeException exception) {
        ConsumerRecord<?, ?> source = context.source();
        Headers headers = (source == null ? Headers.EMPTY : source.headers())
                .with(EXCEPTION, exception.getClass().getName())
                .with(MESSAGE, cut(Objects.requireNonNullElse(exception.getMessage(), ""), LONGEST_MESSAGE))
                .with(STACK_TRACE, cut(stackTrace(exception), LONGEST_STACK_TRACE));
        return source == null
                ? headers
                : headers.with(TOPIC, source.topic())
                        .with(PARTITION, String.valueOf(source.partition()))
                        .with(OFFSET, String.valueOf(source.offset()));
    }

    private static String stackTrace(RuntimeException exception) {
        StringWriter text = new StringWriter();
        exception.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private static String cut(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest);
    }
}
