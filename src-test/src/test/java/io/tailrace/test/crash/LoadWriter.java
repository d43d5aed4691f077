package io.tailrace.test.crash;

import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerMessage;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.ProducerSettings;
import io.tailrace.streams.Serdes;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.apache.pekko.stream.javadsl.Source;

/**
 * A process that writes as fast as it can until it is killed: {@code LoadWriter <data directory> <first number> <seed>}. Each
 * lane writes ascending numbers of its own and prints {@code ack <lane> <number> <partition> <offset>} for some of them; results
 * come in input order, so all numbers of the lane below a printed one are acknowledged too.
 */
public final class LoadWriter {
    static final String TOPIC = "load";
    static final int LANES = 3;
    static final int PARTITIONS = 3;
    private static final int PRINT_EVERY = 20;
    private static final int LOSE_ONE_ANSWER_IN = 20;

    private LoadWriter() {}

    static String value(int lane, long number) {
        return lane + ":" + number + ":" + "x".repeat((int) (number % 200));
    }

    /** Runs until it is killed. */
    public static void main(String[] args) {
        long first = Long.parseLong(args[1]);
        ForgetfulNode node =
                new ForgetfulNode(Tailrace.start(Path.of(args[0])), Long.parseLong(args[2]), LOSE_ONE_ANSWER_IN);
        boolean fresh = node.topics().list().toCompletableFuture().join().isEmpty();
        if (fresh) {
            node.topics()
                    .create(NewTopic.of(TOPIC, PARTITIONS))
                    .toCompletableFuture()
                    .join();
        }
        ProducerSettings<String, String> settings = ProducerSettings.create(node, Serdes.strings(), Serdes.strings())
                .withBatchBytes(16 * 1024);
        for (int lane = 0; lane < LANES; lane++) {
            write(node, settings, lane, first);
        }
    }

    private static void write(ForgetfulNode node, ProducerSettings<String, String> settings, int lane, long first) {
        Source.fromJavaStream(() -> LongStream.iterate(first, number -> number + 1))
                .map(number -> ProducerMessage.single(
                        ProducerRecord.of(TOPIC, Long.toString(number), value(lane, number)), number))
                .via(Producer.flexiFlow(settings))
                .runForeach(
                        result -> {
                            var stored = (ProducerMessage.Result<String, String, Long>) result;
                            if (stored.passThrough() % PRINT_EVERY == 0) {
                                System.out.println("ack " + lane + " " + stored.passThrough() + " "
                                        + stored.metadata().partition() + " " + stored.offset() + " "
                                        + node.lostAnswers());
                            }
                        },
                        node.system())
                .whenComplete((done, failure) -> {
                    System.out.println("failed " + failure);
                    Runtime.getRuntime().halt(3);
                });
    }
}
