package io.tailrace.streams.runtime;

import org.apache.pekko.actor.typed.ActorRef;

/** What nodes say to each other about applications. */
sealed interface StreamMessage {
    /** To an instance. */
    sealed interface Question extends StreamMessage {}

    /**
     * How do you stand? At most {@link #TASKS_AT_ONCE} tasks are answered at a time.
     *
     * @param firstTask how many of its tasks to leave out
     */
    record Describe(int firstTask, ActorRef<Described> replyTo) implements Question {
        /** So many fit into a message, each with some dozens of partitions. */
        static final int TASKS_AT_ONCE = 256;
    }

    /** What do you run? */
    record ShowTopology(TopologyFormat format, ActorRef<Shown> replyTo) implements Question {}

    /**
     * So.
     *
     * @param instance with some of its tasks
     * @param allTasks how many it has
     */
    record Described(StreamInstance instance, int allTasks) implements StreamMessage {}

    /** This. */
    record Shown(String application, String topology) implements StreamMessage {
        /** What is longer is cut off, and says so: it has to fit into a message. */
        static final int LONGEST = 512 << 10;
    }
}
