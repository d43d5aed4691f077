package io.tailrace.test.application;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.Consumed;
import io.tailrace.streams.dsl.EventStream;
import io.tailrace.streams.dsl.Grouped;
import io.tailrace.streams.dsl.Materialized;
import io.tailrace.streams.dsl.Produced;
import io.tailrace.streams.dsl.StreamBuilder;
import io.tailrace.streams.runtime.StreamApplication;
import io.tailrace.streams.runtime.StreamSettings;
import io.tailrace.streams.topology.Topology;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A node with an application that counts by key: {@code CountingMain <name> <directory> <port> <seed,…> <key or value>}. With {@code value} it counts by value, so through a
 * topic between two parts of the topology.
 */
public final class CountingMain {
    static final String INPUT = "numbers";
    static final String OUTPUT = "totals";

    /** When a coordinator dies with a member, the next one waits so long for it. */
    private static final Duration SESSION = Duration.ofSeconds(5);

    private CountingMain() {}

    /** Runs until it is killed. */
    public static void main(String[] args) throws InterruptedException {
        Tailrace node = Tailrace.start(ConfigFactory.parseMap(Map.of(
                "tailrace.node-name",
                args[0],
                "tailrace.data-dir",
                args[1],
                "tailrace.cluster.port",
                Integer.parseInt(args[2]),
                "tailrace.cluster.seeds",
                List.of(args[3].split(",", -1)),
                "tailrace.min-free-bytes",
                "8 MiB")));
        while (!hasTopics(node)) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
        StreamApplication application = StreamApplication.start(
                node,
                "counting",
                topology(args[4].equals("value")),
                StreamSettings.create(node).withSessionTimeout(SESSION));
        application.onStateChange((now, before) -> System.out.println(System.currentTimeMillis() + " " + now));
        application.whenRunning().toCompletableFuture().join();
        node.whenEnded().toCompletableFuture().join();
    }

    private static boolean hasTopics(Tailrace node) {
        return node.topics()
                .describe(OUTPUT)
                .handle((topic, failure) -> {
                    if (failure != null
                            && Failures.named(failure).code() != ErrorCode.UNKNOWN_TOPIC
                            && !Failures.named(failure).code().retriable()) {
                        throw Failures.named(failure);
                    }
                    return failure == null;
                })
                .toCompletableFuture()
                .join();
    }

    private static Topology topology(boolean byValue) {
        StreamBuilder builder = new StreamBuilder();
        EventStream<String, String> numbers = builder.stream(INPUT, Consumed.with(Serdes.strings(), Serdes.strings()));
        (byValue
                        ? numbers.groupBy((key, value) -> value, Grouped.with(Serdes.strings(), Serdes.strings()))
                        : numbers.groupByKey(Grouped.with(Serdes.strings(), Serdes.strings())))
                .count(Materialized.as("counts"))
                .toStream()
                .to(OUTPUT, Produced.with(Serdes.strings(), Serdes.longs()));
        return builder.build();
    }
}
