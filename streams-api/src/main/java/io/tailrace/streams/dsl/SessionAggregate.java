package io.tailrace.streams.dsl;

import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.state.SessionStore;
import io.tailrace.streams.state.ValueAndTimestamp;
import io.tailrace.streams.state.Window;
import io.tailrace.streams.state.Windowed;
import io.tailrace.streams.topology.DropReason;
import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.ProcessorSupplier;
import io.tailrace.streams.topology.StreamRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Folds the values of each key into sessions. A record that belongs to several makes them one: those are taken away, each with a change of its own, before the one comes that they have become.
 *
 * <p>The time that counts is the latest end of a session in the store: it goes on with each record that is not late, so it is the time of the records, and it survives a restart. Where several streams
 * share a store, each has a time of its own beside it.
 */
final class SessionAggregate<K, V, A>
        implements ProcessorSupplier<K, V, Windowed<K>, Change<A>>, TableOperator<Windowed<K>, A> {
    private final String store;
    private final SessionWindows windows;
    private final EmitStrategy emit;
    private final SessionFold<K, V, A> fold;
    private final @Nullable String progressStore;
    private final int input;
    private boolean sendOldValues;

    SessionAggregate(String store, SessionWindows windows, EmitStrategy emit, SessionFold<K, V, A> fold) {
        this(store, windows, emit, fold, null, 0);
    }

    /**
     * One of several streams whose values go into the same sessions.
     *
     * @param progressStore where their times are kept
     * @param input which one, from 0
     */
    SessionAggregate(
            String store,
            SessionWindows windows,
            EmitStrategy emit,
            SessionFold<K, V, A> fold,
            @Nullable String progressStore,
            int input) {
        this.store = store;
        this.windows = windows;
        this.emit = emit;
        this.fold = fold;
        this.progressStore = progressStore;
        this.input = input;
    }

    @Override
    public boolean sendOldValues(boolean force) {
        sendOldValues = true;
        return true;
    }

    @Override
    public TableLookup<Windowed<K>, A> lookup() {
        return new TableLookup<>(List.of(store), context -> {
            SessionStore<K, A> sessions = context.store(store);
            return session -> {
                Window window = session.window();
                return ValueAndTimestamp.of(
                        sessions.fetchSession(session.key(), window.start(), window.end()), window.end());
            };
        });
    }

    @Override
    public OptionalLong openMillis() {
        return OptionalLong.of(windows.openMillis());
    }

    @Override
    public Processor<K, V, Windowed<K>, Change<A>> get() {
        return new Folding();
    }

    private final class Folding implements Processor<K, V, Windowed<K>, Change<A>> {
        private @Nullable ProcessorContext<Windowed<K>, Change<A>> context;
        private @Nullable SessionStore<K, A> sessions;
        private @Nullable WindowProgress<K> progress;

        @Override
        public void init(ProcessorContext<Windowed<K>, Change<A>> given) {
            context = given;
            sessions = given.store(store);
            progress = progressStore == null ? null : given.store(progressStore);
        }

        @Override
        @SuppressWarnings("NullAway") // Nothing is processed before init.
        public void process(StreamRecord<K, V> record) {
            K key = record.key();
            V value = record.value();
            if (key == null || value == null) {
                context.drop(record, key == null ? DropReason.NULL_KEY : DropReason.NULL_VALUE);
                return;
            }
            long streamTime = progress == null
                    ? Math.max(sessions.latestEnd(), record.timestamp())
                    : progress.advance(input, record.timestamp());
            long closedBefore = streamTime - windows.openMillis();
            if (emit == EmitStrategy.ON_WINDOW_CLOSE) {
                tellClosed(record, closedBefore);
            }
            List<KeyValue<Windowed<K>, A>> merged = touching(key, record.timestamp());
            Window window = span(record.timestamp(), merged);
            if (window.end() < closedBefore) {
                context.drop(
                        record,
                        DropReason.LATE,
                        () -> "The session from " + window.start() + " to " + window.end()
                                + " is closed: the time of the stream is " + streamTime + ".");
                return;
            }
            add(key, value, window, merged);
        }

        @SuppressWarnings("NullAway") // As above.
        private List<KeyValue<Windowed<K>, A>> touching(K key, long timestamp) {
            List<KeyValue<Windowed<K>, A>> touching = new ArrayList<>();
            long gap = windows.gapMillis();
            try (Entries<Windowed<K>, A> found = sessions.findSessions(key, timestamp - gap, timestamp + gap)) {
                found.forEachRemaining(touching::add);
            }
            return touching;
        }

        @SuppressWarnings("NullAway") // What is in a store has a key.
        private Window span(long timestamp, List<KeyValue<Windowed<K>, A>> merged) {
            long start = timestamp;
            long end = timestamp;
            for (KeyValue<Windowed<K>, A> session : merged) {
                start = Math.min(start, session.key().window().start());
                end = Math.max(end, session.key().window().end());
            }
            return new Window(start, end);
        }

        @SuppressWarnings("NullAway") // As above.
        private void add(K key, V value, Window window, List<KeyValue<Windowed<K>, A>> merged) {
            Windowed<K> session = new Windowed<>(key, window);
            A aggregate = fold.nothing();
            for (KeyValue<Windowed<K>, A> part : merged) {
                aggregate = fold.merge(key, aggregate, part.value());
            }
            aggregate = fold.add(key, value, aggregate);
            A replaced = null;
            if (window.start() == window.end()) {
                replaced = merged.isEmpty() ? null : merged.get(0).value();
            } else {
                for (KeyValue<Windowed<K>, A> part : merged) {
                    sessions.remove(part.key());
                    tellUpdate(part.key(), part.value(), null);
                }
            }
            sessions.put(session, aggregate);
            tellUpdate(session, replaced, aggregate);
        }

        @SuppressWarnings("NullAway") // As above.
        private void tellUpdate(Windowed<K> session, @Nullable A before, @Nullable A now) {
            if (emit == EmitStrategy.ON_WINDOW_UPDATE) {
                Change<A> change = new Change<>(now, sendOldValues ? before : null);
                context.forward(
                        StreamRecord.of(session, change, session.window().end()));
            }
        }

        /** Before the record goes in: the store may forget sessions with it that nobody has been told of. */
        @SuppressWarnings("NullAway") // As above.
        private void tellClosed(StreamRecord<K, V> record, long closedBefore) {
            long toldBefore = Math.max(0, sessions.latestEnd() - windows.openMillis());
            if (closedBefore <= toldBefore) {
                return;
            }
            try (Entries<Windowed<K>, A> closed = sessions.findSessions(toldBefore, closedBefore - 1)) {
                while (closed.hasNext()) {
                    KeyValue<Windowed<K>, A> session = closed.next();
                    context.forward(record.with(session.key(), new Change<>(session.value(), (A) null))
                            .withTimestamp(session.key().window().end()));
                }
            }
        }
    }
}
