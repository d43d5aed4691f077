package io.tailrace.test.simulation;

import io.tailrace.engine.record.RecordBatch;
import io.tailrace.test.simulation.Values.Placed;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Reads on from its position, each time from any replica, and every now and then asks how far everything acknowledged is. */
final class Reader {
    private static final int MAX_BYTES = 500;

    private final String id;
    private final Cluster cluster;
    private final World world;
    private long position;
    private int request;

    Reader(String id, Cluster cluster, World world) {
        this.id = id;
        this.cluster = cluster;
        this.world = world;
    }

    void live() {
        if (cluster.isBeingTested()) {
            if (world.chance(0.3)) {
                askEnd();
            }
            poll();
            world.after(world.between(10, 80), this::live);
        }
    }

    private void poll() {
        int number = ++request;
        SimulatedNode node = cluster.anyNode();
        long from = position;
        cluster.network()
                .send(
                        id,
                        node.id,
                        true,
                        () -> node.arrive(() -> {
                            OptionalLong start = node.reads.beginsBehind(from);
                            if (start.isPresent()) {
                                cluster.network()
                                        .send(node.id, id, true, () -> outOfRange(number, from, start.getAsLong()));
                                return;
                            }
                            List<RecordBatch> batches = node.reads.read(from, MAX_BYTES);
                            cluster.network().send(node.id, id, true, () -> heard(number, from, batches));
                        }));
    }

    /** What it would have read is deleted: it goes on where the log begins. */
    private void outOfRange(int number, long from, long start) {
        if (number == request && from == position) {
            world.coverage.count("reader: position deleted");
            if (start > cluster.history().deletedBelow()) {
                throw new Violation("the log begins at " + start + " though nobody wanted more deleted than up to "
                        + cluster.history().deletedBelow());
            }
            position = start;
        }
    }

    private void heard(int number, long from, List<RecordBatch> batches) {
        if (number != request || batches.isEmpty() || from != position) {
            return;
        }
        List<Placed> seen = new ArrayList<>();
        batches.forEach(batch -> Values.read(batch, seen));
        // A first batch comes whole, though it may begin below.
        seen.removeIf(placed -> placed.offset() < from);
        position = batches.get(batches.size() - 1).nextOffset();
        cluster.history().polls.add(new History.Poll(id, from, position, seen));
    }

    private void askEnd() {
        SimulatedNode node = cluster.anyNode();
        long before = cluster.history().acknowledgedEnd();
        cluster.network()
                .send(
                        id,
                        node.id,
                        true,
                        () -> node.arrive(() -> {
                            SimulatedPartition partition = node.partition();
                            if (partition != null) {
                                partition.checkedEnd(
                                        end -> cluster.network().send(node.id, id, true, () -> cluster.history()
                                                .checked(before, end)));
                            }
                        }));
    }
}
