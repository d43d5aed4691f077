package io.tailrace.test.torture;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Asks a node that is cut off to store something, again and again: it must not say that it has. */
final class Minority {
    private final NodeProcess node;
    private final Consumer<Happening> out;
    private final Consumer<String> problems;
    private final Thread thread;
    private volatile boolean cut = true;

    /** The node has been cut off before. */
    Minority(NodeProcess node, long seed, Consumer<Happening> out, Consumer<String> problems) {
        this.node = node;
        this.out = out;
        this.problems = problems;
        this.thread = new Thread(() -> ask(new Random(seed)), "minority");
        thread.setDaemon(true);
        thread.start();
    }

    /** From now on it may be heard again. */
    void isOver() {
        cut = false;
    }

    private void ask(Random random) {
        String producer = "minority-" + node.name() + "-" + Long.toHexString(random.nextLong());
        try {
            for (int number = 0; cut; number++) {
                int partition = random.nextInt(Torture.PARTITIONS);
                String value = producer + ":" + number;
                out.accept(Happening.send(partition, value));
                try {
                    HttpResponse<String> answer = node.post(
                            "/v1/topics/" + TortureClient.TOPIC + "/records",
                            "{\"partition_id\":" + partition + ",\"value\":{\"data\":\"" + value + "\"}}",
                            3);
                    boolean stored = answer.statusCode() == 200 && answer.body().contains("\"offset\"");
                    if (stored && cut) {
                        problems.accept("minority: " + node.name() + " was cut off and acknowledged " + value);
                    }
                } catch (IOException e) {
                    // It says nothing. What has become of the record is not known.
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for its last answer; after {@link #isOver}. */
    void end() throws InterruptedException {
        thread.join(TimeUnit.SECONDS.toMillis(10));
    }
}
