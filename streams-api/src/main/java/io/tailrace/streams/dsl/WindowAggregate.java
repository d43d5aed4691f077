package io.tailrace.streams.dsl;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.Serde;
import io.tailrace.streams.state.Stores;
import io.tailrace.streams.state.ValueAndTimestamp;
import io.tailrace.streams.state.WindowStore;
import io.tailrace.streams.state.Windowed;
import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorSupplier;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Folds the values of each key and window into one, which is as of the latest of them. */
final class WindowAggregate<K, V, A>
        implements ProcessorSupplier<K, V, Windowed<K>, Change<A>>, TableOperator<Windowed<K>, A> {
    private final Windows windows;
    private final WindowSpans spans;
    private final EmitStrategy emit;
    private final StreamAggregate.Fold<K, V, A> fold;
    private final String store;
    private final int input;
    private boolean sendOldValues;

    /**
     * One input of the windows in a store.
     *
     * @param input its number: each has a stream time of its own
     */
    WindowAggregate(Windows windows, EmitStrategy emit, StreamAggregate.Fold<K, V, A> fold, String store, int input) {
        this.windows = windows;
        this.spans = WindowSpans.of(windows);
        this.emit = emit;
        this.fold = fold;
        this.store = store;
        this.input = input;
    }

    /** Adds the store of windows, and that of how far they have come, for all inputs. */
    static <K, A> void addStores(
            Graph graph,
            Windows windows,
            EmitStrategy emit,
            String store,
            @Nullable Duration retention,
            Serde<K> keys,
            Serde<A> aggregates,
            String... operators) {
        WindowSpans spans = WindowSpans.of(windows);
        long kept = retention == null ? spans.retention() : retention.toMillis();
        if (kept < spans.retention()) {
            throw new TailraceException(
                    ErrorCode.INVALID_TOPOLOGY,
                    "Store " + store + " keeps windows for " + kept + " ms, but they are needed for "
                            + spans.retention() + " ms: let it keep them for longer.");
        }
        // A window is told when the time of the stream has come to its end, which may be the start of another.
        long told = emit == EmitStrategy.ON_WINDOW_CLOSE && kept < Long.MAX_VALUE ? kept + 1 : kept;
        graph.store(
                Stores.timestampedWindowStore(
                        store, Duration.ofMillis(told), Duration.ofMillis(spans.size()), keys, aggregates),
                operators);
        graph.store(WindowProgress.builder(progressStore(store), keys), operators);
    }

    WindowSpans spans() {
        return spans;
    }

    EmitStrategy emit() {
        return emit;
    }

    StreamAggregate.Fold<K, V, A> fold() {
        return fold;
    }

    String store() {
        return store;
    }

    String progressStore() {
        return progressStore(store);
    }

    static String progressStore(String store) {
        return store + "-progress";
    }

    int input() {
        return input;
    }

    boolean sendsOldValues() {
        return sendOldValues;
    }

    @Override
    public boolean sendOldValues(boolean force) {
        sendOldValues = true;
        return true;
    }

    @Override
    public TableLookup<Windowed<K>, A> lookup() {
        return new TableLookup<>(List.of(store), context -> {
            WindowStore<K, ValueAndTimestamp<A>> values = context.store(store);
            return windowed -> values.fetch(windowed.key(), windowed.window().start());
        });
    }

    @Override
    public OptionalLong openMillis() {
        return windows instanceof UnlimitedWindows
                ? OptionalLong.empty()
                : OptionalLong.of(windows.grace().toMillis());
    }

    @Override
    public Processor<K, V, Windowed<K>, Change<A>> get() {
        if (windows instanceof TimeWindows time) {
            return new AlignedFolding<>(this, time);
        }
        return windows instanceof UnlimitedWindows unlimited
                ? new AlignedFolding<>(this, unlimited)
                : new SlidingFolding<>(this);
    }
}
