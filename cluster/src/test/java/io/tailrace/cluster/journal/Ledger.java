package io.tailrace.cluster.journal;

import java.util.List;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;

/** A persistent actor that keeps what it is told, one string per event. */
final class Ledger extends EventSourcedBehavior<Ledger.Command, String, String> {
    private final RetentionCriteria retention;

    sealed interface Command {}

    /** Persists them as one atomic write; answers with the entries afterwards. */
    record Add(List<String> entries, ActorRef<List<String>> replyTo) implements Command {}

    /** Answers with the entries. */
    record Get(ActorRef<List<String>> replyTo) implements Command {}

    record Stop() implements Command {}

    private final String journal;

    private Ledger(String id, RetentionCriteria retention, String journal) {
        super(PersistenceId.ofUniqueId(id));
        this.retention = retention;
        this.journal = journal;
    }

    static Behavior<Command> create(String id) {
        return createIn(TailraceJournal.PLUGIN_ID, id);
    }

    static Behavior<Command> createIn(String journal, String id) {
        return new Ledger(id, RetentionCriteria.disabled(), journal);
    }

    /** Takes a snapshot every so many events, keeps two of them, and deletes the events before. */
    static Behavior<Command> createWithSnapshots(String id, int every) {
        return new Ledger(
                id, RetentionCriteria.snapshotEvery(every, 2).withDeleteEventsOnSnapshot(), TailraceJournal.PLUGIN_ID);
    }

    @Override
    public String journalPluginId() {
        return journal;
    }

    @Override
    public String emptyState() {
        return "";
    }

    static List<String> entries(String state) {
        return state.isEmpty() ? List.of() : Stream.of(state.split(",")).toList();
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return retention;
    }

    @Override
    public CommandHandler<Command, String, String> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(Add.class, (state, add) -> Effect()
                        .persist(add.entries)
                        .thenRun((String after) -> add.replyTo.tell(entries(after))))
                .onCommand(
                        Get.class,
                        (state, get) -> Effect().none().thenRun((String same) -> get.replyTo.tell(entries(same))))
                .onCommand(Stop.class, (state, stop) -> Effect().stop())
                .build();
    }

    @Override
    public EventHandler<String, String> eventHandler() {
        return (state, event) -> state.isEmpty() ? event : state + "," + event;
    }
}
