package io.tailrace.streams.runtime;

import java.util.Objects;

/** What becomes of a record that could not be dealt with. */
public sealed interface ErrorDecision {
    /** The task fails: nothing since its last commit has happened, and it begins anew there after a while. */
    enum Fail implements ErrorDecision {
        /** There is one. */
        INSTANCE
    }

    /** The record goes no further; it is counted and logged. What the node has done with it already stays. */
    enum Skip implements ErrorDecision {
        /** There is one. */
        INSTANCE
    }

    /**
     * The record that was read is stored in another topic as it was, with headers that say what went wrong, in the same commit; then it is skipped.
     *
     * @param topic the topic's name; the topic has to exist
     */
    record DeadLetter(String topic) implements ErrorDecision {
        public DeadLetter {
            Objects.requireNonNull(topic, "topic");
        }
    }

    /** {@link Fail}. */
    static ErrorDecision fail() {
        return Fail.INSTANCE;
    }

    /** {@link Skip}. */
    static ErrorDecision skip() {
        return Skip.INSTANCE;
    }

    /** {@link DeadLetter}. */
    static ErrorDecision deadLetter(String topic) {
        return new DeadLetter(topic);
    }
}
