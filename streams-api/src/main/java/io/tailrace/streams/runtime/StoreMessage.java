package io.tailrace.streams.runtime;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.streams.query.StorePage;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/** What nodes say to each other about the stores of an application. */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
sealed interface StoreMessage {
    /** To an instance. */
    sealed interface Question extends StoreMessage {
        ActorRef<Answer> replyTo();
    }

    /** The state of which tasks can be looked at with you? */
    record WhichTasks(ActorRef<Answer> replyTo) implements Question {}

    /** The value of a key? */
    record Get(TaskId task, String store, byte[] key, ActorRef<Answer> replyTo) implements Question {}

    /** The first entries of a range, whose end does not belong to it? */
    record Range(
            TaskId task,
            String store,
            byte @Nullable [] from,
            byte @Nullable [] to,
            boolean backwards,
            ActorRef<Answer> replyTo)
            implements Question {}

    /** To who has asked. */
    sealed interface Answer extends StoreMessage {}

    /** These. */
    record Tasks(Set<TaskId> tasks) implements Answer {}

    /** This, or none. */
    record Value(byte @Nullable [] value) implements Answer {}

    /** These, and perhaps more. */
    record Page(StorePage page) implements Answer {}

    /** The task does not run here, or not yet, or not any more. */
    record NotHere() implements Answer {}

    /** It cannot be told. */
    record Failed(ErrorCode code, String message) implements Answer {}
}
