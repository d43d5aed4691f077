package io.tailrace.test.application;

import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Subscriptions;
import io.tailrace.streams.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.javadsl.Sink;

/** Reads what the application gives, and notes where a key's counts are not 1, 2, 3 and so on. Safe for use by many threads. */
final class Totals {
    private static final int MOST_WRONG = 20;

    private final Map<String, Long> last = new TreeMap<>();
    private final List<String> wrong = new ArrayList<>();
    private long seen;

    /** Runs on a system of its own, which outlasts those that the node may lose. */
    Totals(Tailrace node, ActorSystem<?> system, String topic, int partitions) {
        Map<TopicPartition, Long> starts = new HashMap<>();
        for (int partition = 0; partition < partitions; partition++) {
            starts.put(new TopicPartition(topic, partition), 0L);
        }
        Consumer.plainSource(
                        ConsumerSettings.create(node, Serdes.strings(), Serdes.longs()),
                        Subscriptions.assignmentWithOffset(starts))
                .runWith(Sink.foreach(this::take), system)
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        note("reading ended: " + failure);
                    }
                });
    }

    private synchronized void take(ConsumerRecord<String, Long> record) {
        seen++;
        long before = last.getOrDefault(record.key(), 0L);
        if (record.value() == null || record.value() != before + 1) {
            note(record.key() + " is " + record.value() + " after " + before + " at " + record.partition() + "/"
                    + record.offset());
        }
        last.put(record.key(), record.value());
    }

    private synchronized void note(String what) {
        if (wrong.size() < MOST_WRONG) {
            wrong.add(what);
        }
    }

    /** How many records have come. */
    synchronized long seen() {
        return seen;
    }

    /** The last count of each key. */
    synchronized Map<String, Long> last() {
        return Map.copyOf(last);
    }

    /** What did not come as it should, the first of it. */
    synchronized List<String> wrong() {
        return List.copyOf(wrong);
    }
}
