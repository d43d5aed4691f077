package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.LongStream;
import org.apache.pekko.Done;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Consumers come, go and fail while records are done in random order. No commit passes a record that nobody has done, and none is begun before those
 * of its key before it are done, whoever does them.
 */
class KeyedRunTest extends GroupTestKit {
    private static final int PARTITIONS = 3;
    private static final int RECORDS = 400;
    private static final int KEYS = 20;
    private static final int SEEKS = 40;
    private static final Duration SOON = Duration.ofMillis(10);

    private record Open(ConsumerRecord<String, String> record, CompletableFuture<Done> done) {}

    private final List<Open> open = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();
    private final Map<Integer, TreeSet<Long>> notDone = new HashMap<>();
    private final Map<String, TreeSet<Long>> notDoneOfKey = new HashMap<>();
    private final List<CompletionStage<Boolean>> seeks = new ArrayList<>();
    private int begun;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void plannedChangesRepeatNothing(long seed) {
        run(new Random(seed), false, false);
        assertThat(begun).isEqualTo(PARTITIONS * RECORDS);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void failuresSkipNothing(long seed) {
        run(new Random(seed), true, false);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void seekingBackSkipsNothingAndHandsOverAllTheSame(long seed) {
        run(new Random(seed), false, true);
        assertThat(begun).isGreaterThan(PARTITIONS * RECORDS);
    }

    @Tag("full")
    @ParameterizedTest
    @MethodSource("manySeeds")
    void whateverHappensNothingIsSkipped(long seed) {
        Random random = new Random(seed);
        run(random, random.nextBoolean(), random.nextBoolean());
    }

    static LongStream manySeeds() {
        return LongStream.range(100, 160);
    }

    private void run(Random random, boolean failures, boolean seeking) {
        topic(PARTITIONS);
        fillKeyed(random);
        Map<String, Consumer.DrainingControl<Done>> running = new HashMap<>();
        List<CompletionStage<Done>> ended = new ArrayList<>();
        int changes = 12;
        // What changes does so while records are done, and not while nothing happens.
        boolean moved = false;
        while (!isAllCommitted()) {
            if (changes > 0 && (running.isEmpty() || (moved && random.nextInt(60) == 0))) {
                changes--;
                String name = "consumer-" + random.nextInt(3);
                Consumer.DrainingControl<Done> before = running.remove(name);
                if (before == null) {
                    running.put(name, start(name, random));
                } else {
                    ended.add(before.drainAndShutdown(ForkJoinPool.commonPool()));
                }
            }
            running.values()
                    .removeIf(control ->
                            control.isShutdown().toCompletableFuture().isDone());
            if (running.isEmpty() && changes == 0) {
                running.put("last", start("last", random));
            }
            boolean fails = failures && changes > 0 && random.nextInt(200) == 0;
            if (seeking && moved && seeks.size() < SEEKS && random.nextInt(20) == 0) {
                running.values().forEach(control -> seekBack(control, random));
            }
            moved = finishOne(random, fails);
            for (int partition = 0; partition < PARTITIONS; partition++) {
                long committed = committed(partition);
                assertThat(committed).isLessThanOrEqualTo(firstNotDone(partition));
            }
        }
        assertThat(wrong).isEmpty();
        seeks.forEach(GroupTestKit::await);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            assertThat(firstNotDone(partition)).isEqualTo(RECORDS);
        }
        running.values().forEach(control -> ended.add(control.drainAndShutdown(ForkJoinPool.commonPool())));
        // Those that have failed say so again.
        ended.forEach(end -> await(end.handle((done, failure) -> Done.getInstance())));
    }

    /** Whoever does not have the partition refuses. */
    private void seekBack(Consumer.Control control, Random random) {
        int partition = random.nextInt(PARTITIONS);
        long offset = random.nextLong(firstNotDone(partition) + 1);
        seeks.add(control.seek(new TopicPartition("t", partition), offset).handle((done, failure) -> failure == null));
    }

    private void fillKeyed(Random random) {
        List<ProducerRecord<String, String>> all = new ArrayList<>();
        for (long n = 0; n < RECORDS; n++) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                String key = "p" + partition + "-" + random.nextInt(KEYS);
                all.add(ProducerRecord.of("t", key, "v").withPartition(partition));
                notDone.computeIfAbsent(partition, number -> new TreeSet<>()).add(n);
                notDoneOfKey.computeIfAbsent(key, same -> new TreeSet<>()).add(n);
            }
        }
        produce(producer().withBatchBytes(500), all);
    }

    private Consumer.DrainingControl<Done> start(String name, Random random) {
        KeyedSettings keyed = KeyedSettings.of(1 + random.nextInt(30)).withMaxAhead(1 + random.nextInt(60));
        return Consumer.keyedSource(
                        member(name).withFetchBytes(300 + random.nextInt(2000)),
                        Subscriptions.topics("t"),
                        keyed.withMaxPending(1 + random.nextInt(200)),
                        ConsumerRecord::key,
                        message -> begin(message.record()).thenApply(done -> message.committableOffset()))
                .toMat(
                        Committer.sink(
                                committer().withMaxBatch(1 + random.nextInt(20)).withMaxInterval(SOON)),
                        Consumer::createDrainingControl)
                .run(tailrace.system());
    }

    private synchronized CompletionStage<Done> begin(ConsumerRecord<String, String> record) {
        begun++;
        Long before = notDoneOfKey.get(record.key()).lower(record.offset());
        if (before != null) {
            wrong.add(record.topicPartition() + "@" + record.offset() + " begun before " + before + " was done");
        }
        CompletableFuture<Done> done = new CompletableFuture<>();
        open.add(new Open(record, done));
        return done;
    }

    private boolean finishOne(Random random, boolean fails) {
        Open one;
        synchronized (this) {
            if (open.isEmpty()) {
                Thread.onSpinWait();
                return false;
            }
            one = open.remove(random.nextInt(open.size()));
            if (!fails) {
                notDone.get(one.record.partition()).remove(one.record.offset());
                notDoneOfKey.get(one.record.key()).remove(one.record.offset());
            }
        }
        if (fails) {
            one.done.completeExceptionally(new TailraceException(ErrorCode.IO_FAILED, "Fault of the test."));
        } else {
            one.done.complete(Done.getInstance());
        }
        return true;
    }

    private synchronized long firstNotDone(int partition) {
        TreeSet<Long> left = notDone.get(partition);
        return left.isEmpty() ? RECORDS : left.first();
    }

    private boolean isAllCommitted() {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            if (committed(partition) < RECORDS) {
                return false;
            }
        }
        return true;
    }
}
