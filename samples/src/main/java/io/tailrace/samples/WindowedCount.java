package io.tailrace.samples;

import io.tailrace.streams.Serde;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.state.KeyValueStore;
import io.tailrace.streams.state.Stores;
import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.PunctuationType;
import io.tailrace.streams.topology.StreamRecord;
import io.tailrace.streams.topology.Topology;
import io.tailrace.streams.topology.TopologyBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A topology with a processor of one's own: counts what records say, by group and window, in a store. What has been counted since goes on from time to time, and leaves the store;
 * such parts of a window add up.
 */
final class WindowedCount implements Processor<byte[], byte[], String, WindowCount> {
    private static final String STORE = "parts";
    private static final Duration GO_ON_EVERY = Duration.ofMillis(200);

    private final long windowMillis;
    private final Watcher watcher;
    private @Nullable KeyValueStore<String, WindowCount> parts;

    /** Says what a record says, and hears how far the counting is, on the threads of tasks. */
    interface Watcher {
        /** What a record of the input topic says. */
        Observation observe(StreamRecord<byte[], byte[]> record);

        /** It is counted. */
        void counted(StreamRecord<byte[], byte[]> record);

        /** There are so many parts more in the stores, or fewer. */
        void parts(int more);

        /** All parts of a task have gone on. */
        void drained();
    }

    private WindowedCount(long windowMillis, Watcher watcher) {
        this.windowMillis = windowMillis;
        this.watcher = watcher;
    }

    /** From one topic to another. */
    static Topology topology(
            String input, String output, Serde<WindowCount> counts, long windowMillis, Watcher watcher) {
        return new TopologyBuilder()
                .addSource("records", Serdes.bytes(), Serdes.bytes(), input)
                .addProcessor("count", () -> new WindowedCount(windowMillis, watcher), "records")
                .addStore(Stores.keyValueStore(STORE, Serdes.strings(), Serdes.json(WindowCount.class)), "count")
                .addSink("counts", output, Serdes.strings(), counts, "count")
                .build();
    }

    @Override
    public void init(ProcessorContext<String, WindowCount> given) {
        parts = given.store(STORE);
        given.schedule(GO_ON_EVERY, PunctuationType.WALL_CLOCK_TIME, now -> goOn(given));
    }

    @Override
    public void process(StreamRecord<byte[], byte[]> record) {
        KeyValueStore<String, WindowCount> store = parts;
        if (store == null) {
            throw new IllegalStateException("A processor is initialised first.");
        }
        WindowCount one = WindowCount.of(watcher.observe(record), windowMillis);
        String place = one.windowStartMillis() + " " + one.group();
        WindowCount before = store.get(place);
        store.put(place, before == null ? one : before.plus(one));
        if (before == null) {
            watcher.parts(1);
        }
        watcher.counted(record);
    }

    private void goOn(ProcessorContext<String, WindowCount> to) {
        KeyValueStore<String, WindowCount> store = parts;
        if (store == null) {
            return;
        }
        List<KeyValue<String, WindowCount>> all = new ArrayList<>();
        try (Entries<String, WindowCount> entries = store.all()) {
            entries.forEachRemaining(all::add);
        }
        for (KeyValue<String, WindowCount> part : all) {
            String place = part.key();
            WindowCount count = part.value();
            if (place != null && count != null) {
                to.forward(StreamRecord.of(count.group(), count, count.lastMillis()));
                store.put(place, null);
            }
        }
        watcher.parts(-all.size());
        watcher.drained();
    }
}
