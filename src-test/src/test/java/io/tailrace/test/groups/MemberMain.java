package io.tailrace.test.groups;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.Committer;
import io.tailrace.streams.CommitterSettings;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerMessage.CommittableMessage;
import io.tailrace.streams.ConsumerMessage.CommittableOffset;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Subscriptions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import org.apache.pekko.stream.javadsl.Sink;

/**
 * An application with one consumer: {@code MemberMain <group> <name> <topic> <data directory> <seed,…>}. For each record it prints {@code done
 * <number> <partition> <offset> <time>}, and for each commit that was answered {@code committed <partition> <offset> <time>}, until something
 * comes on its standard input.
 */
public final class MemberMain {
    private MemberMain() {}

    /** Runs until something comes in. */
    public static void main(String[] args) throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Tailrace node = Tailrace.start(ConfigFactory.parseMap(Map.of(
                "tailrace.data-dir",
                args[3],
                "tailrace.node-name",
                args[1],
                "tailrace.cluster.roles",
                List.of(),
                "tailrace.cluster.seeds",
                List.of(args[4].split(",", -1)))));
        var control = Consumer.committableSource(
                        ConsumerSettings.create(node, Serdes.bytes(), Serdes.strings())
                                .withGroupId(args[0])
                                .withClientId(args[1]),
                        Subscriptions.topics(args[2]))
                .map(message -> done(message, out))
                .via(Committer.batchFlow(CommitterSettings.create(node.system())
                        .withMaxBatch(50)
                        .withMaxInterval(Duration.ofMillis(100))))
                .map(batch -> {
                    batch.getOffsets()
                            .forEach((partition, offset) -> out.println("committed " + partition.partition() + " "
                                    + offset + " " + System.currentTimeMillis()));
                    return batch;
                })
                .toMat(Sink.ignore(), Consumer::createDrainingControl)
                .run(node.system());
        control.streamCompletion().whenComplete((done, failure) -> out.println("ended " + failure));
        System.in.read();
        control.drainAndShutdown(ForkJoinPool.commonPool())
                .toCompletableFuture()
                .join();
        Runtime.getRuntime().halt(0);
    }

    private static CommittableOffset done(CommittableMessage<byte[], String> message, PrintStream out) {
        out.println("done " + message.record().value() + " " + message.record().partition() + " "
                + message.record().offset() + " " + System.currentTimeMillis());
        return message.committableOffset();
    }
}
