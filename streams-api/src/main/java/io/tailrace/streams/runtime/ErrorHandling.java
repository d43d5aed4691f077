package io.tailrace.streams.runtime;

/**
 * What becomes of records that cannot be dealt with. Each handler is a function, so a decision can depend on the record, the node and the exception.
 *
 * @param deserialization of those that cannot be read
 * @param processing of those on which a function throws
 * @param production of those that cannot be written
 */
public record ErrorHandling(
        DeserializationExceptionHandler deserialization,
        ProcessingExceptionHandler processing,
        ProductionExceptionHandler production) {
    private static final ErrorHandling FAIL = always(ErrorDecision.fail());

    /** The first one fails the task. */
    public static ErrorHandling logAndFail() {
        return FAIL;
    }

    /** All are skipped. */
    public static ErrorHandling logAndContinue() {
        return always(ErrorDecision.skip());
    }

    /** All are stored in that topic, which has to exist, and skipped. */
    public static ErrorHandling deadLetter(String topic) {
        return always(ErrorDecision.deadLetter(topic));
    }

    private static ErrorHandling always(ErrorDecision decision) {
        return new ErrorHandling(
                (context, record, exception) -> decision,
                (context, record, exception) -> decision,
                (context, topic, record, exception) -> decision);
    }

    /** The same with another handler of what cannot be read. */
    public ErrorHandling withDeserialization(DeserializationExceptionHandler other) {
        return new ErrorHandling(other, processing, production);
    }

    /** The same with another handler of what functions throw. */
    public ErrorHandling withProcessing(ProcessingExceptionHandler other) {
        return new ErrorHandling(deserialization, other, production);
    }

    /** The same with another handler of what cannot be written. */
    public ErrorHandling withProduction(ProductionExceptionHandler other) {
        return new ErrorHandling(deserialization, processing, other);
    }
}
