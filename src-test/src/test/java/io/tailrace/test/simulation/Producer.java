package io.tailrace.test.simulation;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.test.simulation.History.Outcome;
import io.tailrace.test.simulation.History.Send;
import java.util.ArrayList;
import java.util.List;

/**
 * Sends batches of unique values. An idempotent one has some in flight and repeats each, with its sequence, until it is
 * acknowledged; another sends each once, and takes what it hears.
 */
final class Producer {
    private static final int MAX_IN_FLIGHT = 3;
    private static final int KEYS = 12;

    private final String id;
    private final long producerId;
    private final Cluster cluster;
    private final World world;
    private final List<Attempted> open = new ArrayList<>();
    private String target;
    private int sequence;
    private int values;

    private static final class Attempted {
        final Send send;
        final RecordBatch batch;
        int attempt;

        Attempted(Send send, RecordBatch batch) {
            this.send = send;
            this.batch = batch;
        }
    }

    Producer(String id, boolean idempotent, Cluster cluster, World world) {
        this.id = id;
        this.producerId = idempotent ? Math.abs(world.random.nextLong() / 2) : RecordBatch.NO_PRODUCER_ID;
        this.cluster = cluster;
        this.world = world;
        this.target = cluster.anyNode().id;
    }

    private boolean isIdempotent() {
        return producerId != RecordBatch.NO_PRODUCER_ID;
    }

    /** Whether nothing waits for an answer. */
    boolean isIdle() {
        return open.isEmpty();
    }

    /** Sends something every now and then, until that is over. */
    void live() {
        if (cluster.isBeingTested()) {
            if (open.size() < (isIdempotent() ? MAX_IN_FLIGHT : 1)) {
                begin();
            }
            world.after(world.between(5, 80), this::live);
        }
    }

    private void begin() {
        List<String> fresh = new ArrayList<>();
        for (int i = world.between(1, 3); i > 0; i--) {
            fresh.add(next());
        }
        Send send = new Send(id, fresh);
        cluster.history().sends.add(send);
        Attempted attempted = new Attempted(send, Values.batch(producerId, sequence, fresh));
        sequence += fresh.size();
        open.add(attempted);
        attempt(attempted);
    }

    private String next() {
        String value = id + "-" + values++;
        return cluster.isCompacted()
                ? Values.keyed(value, "k" + world.random.nextInt(KEYS), world.chance(0.35))
                : value;
    }

    private void attempt(Attempted what) {
        int attempt = ++what.attempt;
        SimulatedNode node = cluster.node(target);
        world.note(() -> id + " sends " + what.send.values + " to " + node.id);
        cluster.network()
                .send(
                        id,
                        node.id,
                        isIdempotent(),
                        () -> node.arrive(() -> {
                            SimulatedPartition partition = node.partition();
                            if (partition == null) {
                                answer(node, what, attempt, Answer.refused(ErrorCode.FENCED));
                            } else {
                                partition.append(what.batch, answer -> answer(node, what, attempt, answer));
                            }
                        }));
        world.after(world.between(150, 400), () -> {
            if (open.contains(what) && what.attempt == attempt) {
                elsewhere(what);
            }
        });
    }

    private void answer(SimulatedNode from, Attempted what, int attempt, Answer answer) {
        cluster.network().send(from.id, id, isIdempotent(), () -> heard(what, attempt, answer));
    }

    private void heard(Attempted what, int attempt, Answer answer) {
        if (!open.contains(what)) {
            return;
        }
        world.note(() -> id + " hears " + answer + " about " + what.send.values);
        if (answer.outcome() == Answer.Outcome.STORED) {
            open.remove(what);
            cluster.history().acknowledged(what.send, answer.baseOffset());
        } else if (!isIdempotent()) {
            open.remove(what);
            if (answer.outcome() == Answer.Outcome.REFUSED) {
                what.send.outcome = Outcome.FAIL;
            }
        } else if (what.attempt == attempt) {
            what.attempt++;
            world.after(world.between(5, 50), () -> {
                if (open.contains(what)) {
                    elsewhere(what);
                }
            });
        }
    }

    private void elsewhere(Attempted what) {
        if (isIdempotent()) {
            if (world.chance(0.5)) {
                target = cluster.anyNode().id;
            }
            attempt(what);
        } else {
            open.remove(what);
            target = cluster.anyNode().id;
        }
    }
}
