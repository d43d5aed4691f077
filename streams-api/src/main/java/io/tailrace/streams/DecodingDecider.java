package io.tailrace.streams;

/**
 * Decides what becomes of records that cannot be decoded. Called on the consumer's thread: it must not block. What it throws fails the stream.
 *
 * @see ConsumerSettings#withDecodingDecider
 */
@FunctionalInterface
public interface DecodingDecider {
    /** Decides about that one. */
    DecodingDecision decide(UndecodableRecord record);

    /** Fails the stream at the first. */
    static DecodingDecider failing() {
        return record -> DecodingDecision.fail();
    }

    /** Skips all. */
    static DecodingDecider skipping() {
        return record -> DecodingDecision.skip();
    }

    /** Stores all in that topic, and skips them then; the topic has to exist. */
    static DecodingDecider deadLetters(String topic) {
        DecodingDecision decision = DecodingDecision.deadLetter(topic);
        return record -> decision;
    }
}
