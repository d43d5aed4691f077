package io.tailrace.streams.runtime;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.query.StorePage;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.state.ReadOnlyBytesStore;
import io.tailrace.streams.state.StateBackend;
import java.util.Objects;
import java.util.function.Function;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.MailboxSelector;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.jspecify.annotations.Nullable;

/** Answers from the state of those tasks that run here; on threads of its own, since it may have to read from disk. What does not fit into its mailbox is dropped, and asked again. */
final class StoreKeeper {
    /** What is larger does not fit into a message to another node. */
    static final int LARGEST_ANSWER_BYTES = 3 << 19;

    private static final int MAILBOX = 1_000;

    private final OpenStates states;

    private StoreKeeper(OpenStates states) {
        this.states = states;
    }

    /** Under which those of an application are found. */
    static ServiceKey<StoreMessage.Question> key(String application) {
        return ServiceKey.create(StoreMessage.Question.class, "tailrace-stream-stores-" + application);
    }

    static Props props() {
        return MailboxSelector.bounded(MAILBOX).withDispatcherFromConfig("pekko.actor.default-blocking-io-dispatcher");
    }

    static Behavior<StoreMessage.Question> create(String application, OpenStates states) {
        return Behaviors.setup(context -> {
            context.getSystem().receptionist().tell(Receptionist.register(key(application), context.getSelf()));
            StoreKeeper keeper = new StoreKeeper(states);
            return Behaviors.receive(StoreMessage.Question.class)
                    .onAnyMessage(question -> {
                        question.replyTo().tell(keeper.answer(question));
                        return Behaviors.same();
                    })
                    .build();
        });
    }

    private StoreMessage.Answer answer(StoreMessage.Question question) {
        if (question instanceof StoreMessage.Get get) {
            return look(get.task(), get.store(), store -> value(store.get(get.key())));
        }
        if (question instanceof StoreMessage.Range range) {
            return look(
                    range.task(),
                    range.store(),
                    store -> page(StorePage.read(store, range.from(), range.to(), range.backwards())));
        }
        return new StoreMessage.Tasks(states.tasks());
    }

    private StoreMessage.Answer look(
            TaskId task, String store, Function<ReadOnlyBytesStore, StoreMessage.Answer> look) {
        StateBackend state = states.find(task);
        if (state == null) {
            return new StoreMessage.NotHere();
        }
        try {
            StoreMessage.Answer answer = look.apply(state.store(store));
            // One that was closed meanwhile may have been empty already.
            return states.find(task) == state ? answer : new StoreMessage.NotHere();
        } catch (TailraceException e) {
            return e.code() == ErrorCode.CLOSED
                    ? new StoreMessage.NotHere()
                    : new StoreMessage.Failed(e.code(), String.valueOf(e.getMessage()));
        }
    }

    private static StoreMessage.Answer value(byte @Nullable [] value) {
        return value != null && value.length > LARGEST_ANSWER_BYTES
                ? tooLarge(value.length)
                : new StoreMessage.Value(value);
    }

    private static StoreMessage.Answer page(StorePage page) {
        long bytes = 0;
        for (KeyValue<byte[], byte[]> entry : page.entries()) {
            bytes += Objects.requireNonNull(entry.key()).length + Objects.requireNonNull(entry.value()).length;
        }
        return bytes > LARGEST_ANSWER_BYTES ? tooLarge(bytes) : new StoreMessage.Page(page);
    }

    private static StoreMessage.Answer tooLarge(long bytes) {
        return new StoreMessage.Failed(
                ErrorCode.LIMIT_EXCEEDED,
                "An entry makes an answer of " + bytes + " bytes, and " + LARGEST_ANSWER_BYTES
                        + " can be sent: keep what is asked for in smaller values.");
    }
}
