package io.tailrace.streams;

import io.tailrace.streams.ConsumerMessage.CommittableMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.pekko.Done;

/** What the tests of consumer groups share: a topic, and members that note what they emit and what they have dealt with. */
abstract class GroupTestKit extends StreamsTestKit {
    static final String GROUP = "g";
    /** Records that a running member deals with at once. */
    static final int IN_FLIGHT = 100;
    /** An interval that never comes. */
    static final Duration NEVER = Duration.ofDays(1);

    final FakeGroups groups = tailrace.groups;
    private int filled;

    GroupTestKit() {}

    GroupTestKit(FakeTailrace tailrace) {
        super(tailrace);
    }

    /** Its chunks are smaller than what may be in flight, so that partitions take turns soon. */
    ConsumerSettings<String, String> member(String name) {
        return consumer().withGroupId(GROUP).withClientId(name).withFetchBytes(600);
    }

    CommitterSettings committer() {
        return CommitterSettings.create(tailrace).withMaxInterval(NEVER);
    }

    void topic(int partitions) {
        tailrace.withTopic("t", partitions);
    }

    /** That many more records into each partition of the topic, in batches of a few. */
    void fill(int partitions, int records) {
        List<ProducerRecord<String, String>> all = new ArrayList<>();
        for (int n = 0; n < records * partitions; n++) {
            all.add(ProducerRecord.<String, String>of("t", "v" + filled++).withPartition(n % partitions));
        }
        produce(producer().withBatchBytes(500), all);
    }

    long committed(int partition) {
        return groups.committed(GROUP, tailrace.partition("t", partition).id());
    }

    /** A running member. */
    final class Running {
        final List<ConsumerRecord<String, String>> emitted = Collections.synchronizedList(new ArrayList<>());
        final List<ConsumerRecord<String, String>> done = Collections.synchronizedList(new ArrayList<>());
        final AtomicInteger begun = new AtomicInteger();
        final Consumer.DrainingControl<Done> control;

        Running(
                ConsumerSettings<String, String> settings,
                CommitterSettings committer,
                Function<ConsumerRecord<String, String>, CompletionStage<Done>> work) {
            control = Consumer.committableSource(settings, Subscriptions.topics("t"))
                    .map(message -> {
                        emitted.add(message.record());
                        return message;
                    })
                    .mapAsync(IN_FLIGHT, message -> dealWith(message, work))
                    .map(CommittableMessage::committableOffset)
                    .toMat(Committer.sink(committer), Consumer::createDrainingControl)
                    .run(tailrace.system());
        }

        private CompletionStage<CommittableMessage<String, String>> dealWith(
                CommittableMessage<String, String> message,
                Function<ConsumerRecord<String, String>, CompletionStage<Done>> work) {
            begun.incrementAndGet();
            return work.apply(message.record()).thenApply(done -> {
                this.done.add(message.record());
                return message;
            });
        }

        long emittedOf(int partition) {
            synchronized (emitted) {
                return emitted.stream()
                        .filter(record -> record.partition() == partition)
                        .count();
            }
        }

        Done stop() {
            return await(control.drainAndShutdown(ForkJoinPool.commonPool()));
        }
    }

    Running run(String name) {
        return run(name, record -> CompletableFuture.completedStage(Done.getInstance()));
    }

    Running run(String name, Function<ConsumerRecord<String, String>, CompletionStage<Done>> work) {
        return new Running(member(name), committer(), work);
    }
}
