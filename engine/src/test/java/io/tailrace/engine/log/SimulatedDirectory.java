package io.tailrace.engine.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The names in a simulated directory: as they are, as they are on the disk, and what lies between. */
final class SimulatedDirectory {
    private Map<String, SimulatedContent> names = new TreeMap<>();
    private Map<String, SimulatedContent> durable = new TreeMap<>();
    private final List<Consumer<Map<String, SimulatedContent>>> unsynced = new ArrayList<>();

    Map<String, SimulatedContent> names() {
        return names;
    }

    void put(String name, SimulatedContent content) {
        apply(to -> to.put(name, content));
    }

    void rename(String from, String to, SimulatedContent content) {
        apply(in -> {
            in.remove(from);
            in.put(to, content);
        });
    }

    void remove(String name) {
        apply(from -> from.remove(name));
    }

    private void apply(Consumer<Map<String, SimulatedContent>> change) {
        change.accept(names);
        unsynced.add(change);
    }

    void sync() {
        durable = new TreeMap<>(names);
        unsynced.clear();
    }

    void crash(Random random) {
        int kept = random.nextInt(unsynced.size() + 1);
        unsynced.subList(0, kept).forEach(change -> change.accept(durable));
        names = new TreeMap<>(durable);
        unsynced.clear();
    }
}
