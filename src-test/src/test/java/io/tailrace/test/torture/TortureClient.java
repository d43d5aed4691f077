package io.tailrace.test.torture;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.node.Tailrace;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A client process: {@code TortureClient api-produce|api-read <name> <topic> <partitions> <rate> <data directory> <seed,…> <address>} is a member of
 * the cluster without storage, {@code TortureClient http-produce|http-read <name> <topic> <partitions> <rate> <url,…>} is not. It
 * runs until something comes on its standard input, and prints {@link Happening}s.
 */
public final class TortureClient {
    static final String TOPIC = "torture";

    private TortureClient() {}

    /** What it does until it is closed; closing waits until all that was begun has ended. */
    interface Load extends AutoCloseable {
        @Override
        void close();
    }

    /** Who it is and what it works on. */
    record Job(String name, String topic, int partitions, int rate, Consumer<Happening> out) {}

    /** Runs until something comes in. */
    public static void main(String[] args) throws IOException {
        PrintStream lines = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        Consumer<Happening> out = happening -> {
            synchronized (lines) {
                lines.print(happening.line() + "\n");
                if (!happening.kind().equals("send")) {
                    lines.flush();
                }
            }
        };
        Job job = new Job(args[1], args[2], Integer.parseInt(args[3]), Integer.parseInt(args[4]), out);
        List<AutoCloseable> open = new ArrayList<>();
        if (args[0].startsWith("api-")) {
            Tailrace node = Tailrace.start(ConfigFactory.parseMap(Map.of(
                    "tailrace.data-dir",
                    args[5],
                    "tailrace.node-name",
                    job.name,
                    "tailrace.cluster.host",
                    args[7],
                    "tailrace.cluster.roles",
                    List.of(),
                    "tailrace.cluster.seeds",
                    List.of(args[6].split(",", -1)))));
            open.add(node);
            open.add(args[0].equals("api-produce") ? new ApiProducers(node, job) : new ApiReaders(node, job));
        } else {
            List<String> urls = List.of(args[5].split(",", -1));
            open.add(args[0].equals("http-produce") ? new HttpProducers(urls, job) : new HttpReaders(urls, job));
        }
        out.accept(Happening.note(job.name + " has begun"));
        System.in.read();
        ((Load) open.get(open.size() - 1)).close();
        out.accept(Happening.note(job.name + " has ended"));
        lines.flush();
        Runtime.getRuntime().halt(0);
    }
}
