package io.tailrace.test.torture;

import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Subscriptions;
import io.tailrace.streams.TopicPartition;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.pekko.Done;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.SharedKillSwitch;

/**
 * Follows each partition from its begin on, through the public API and on the node's own actor system, with which its streams end; when
 * one fails it goes on where it was.
 */
final class ApiReaders implements TortureClient.Load {
    private static final int MOST = 500;
    private static final Duration LONGEST = Duration.ofMillis(100);

    private final Tailrace node;
    private final TortureClient.Job job;
    private final SharedKillSwitch end = KillSwitches.shared("end");
    private volatile boolean stopping;

    ApiReaders(Tailrace node, TortureClient.Job job) {
        this.node = node;
        this.job = job;
        for (int partition = 0; partition < job.partitions(); partition++) {
            read(partition, 0);
        }
    }

    private void read(int partition, long from) {
        long[] next = {from};
        CompletionStage<Done> stream;
        try {
            stream = stream(partition, next);
        } catch (IllegalStateException e) {
            // Between two actor systems of the node.
            stream = CompletableFuture.failedStage(e);
        }
        stream.whenComplete((done, failure) -> {
            if (!stopping) {
                job.out().accept(Happening.note("reader of " + partition + " ended: " + failure));
                CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS).execute(() -> read(partition, next[0]));
            }
        });
    }

    private CompletionStage<Done> stream(int partition, long[] next) {
        return Consumer.plainSource(
                        ConsumerSettings.create(node, Serdes.strings(), Serdes.strings()),
                        Subscriptions.assignmentWithOffset(new TopicPartition(job.topic(), partition), next[0]))
                .via(end.flow())
                .groupedWithin(MOST, LONGEST)
                .runForeach(records -> next[0] = tell(partition, next[0], records), node.system());
    }

    private long tell(int partition, long from, List<ConsumerRecord<String, String>> records) {
        long next = records.get(records.size() - 1).offset() + 1;
        String seen = records.stream()
                .map(record -> record.offset() + "=" + record.value())
                .collect(Collectors.joining(","));
        job.out().accept(Happening.poll(partition, job.name() + "-" + partition, from, next, seen));
        return next;
    }

    @Override
    public void close() {
        stopping = true;
        end.shutdown();
    }
}
