package io.tailrace.streams;

import java.util.Objects;

/** What becomes of a record that cannot be decoded. */
public sealed interface DecodingDecision {
    /** The stream fails with SERIALIZATION_FAILED, naming the record's place. */
    enum Fail implements DecodingDecision {
        /** There is one. */
        INSTANCE
    }

    /** The record is not emitted, and is committed over; it is counted and logged. */
    enum Skip implements DecodingDecision {
        /** There is one. */
        INSTANCE
    }

    /**
     * The record is stored in another topic, and then skipped.
     *
     * @param topic the topic's name; the topic has to exist
     */
    record DeadLetter(String topic) implements DecodingDecision {
        public DeadLetter {
            Objects.requireNonNull(topic, "topic");
        }
    }

    /** {@link Fail}. */
    static DecodingDecision fail() {
        return Fail.INSTANCE;
    }

    /** {@link Skip}. */
    static DecodingDecision skip() {
        return Skip.INSTANCE;
    }

    /** {@link DeadLetter}. */
    static DecodingDecision deadLetter(String topic) {
        return new DeadLetter(topic);
    }
}
