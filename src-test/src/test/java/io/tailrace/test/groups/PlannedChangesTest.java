package io.tailrace.test.groups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.node.Tailrace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Consumers join and leave in order, at random, while records are produced: each record is done once. */
class PlannedChangesTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int PARTITIONS = 8;
    private static final int MOST_MEMBERS = 6;
    private static final String TOPIC = "numbers";

    @TempDir
    Path data;

    @Test
    void eachRecordIsDoneOnceWhoeverComesAndGoes() {
        run(25, 2_000, 1);
    }

    @Test
    @Tag("full")
    void aHundredTimes() {
        run(100, 5_000, 2);
    }

    private void run(int changes, int rate, long seed) {
        Random random = new Random(seed);
        Tally tally = new Tally();
        try (Tailrace node = Tailrace.start(data)) {
            join(node.topics().create(NewTopic.of(TOPIC, PARTITIONS)));
            List<StreamMember> members = new ArrayList<>();
            List<CompletionStage<Done>> leaving = new ArrayList<>();
            int joined = 0;
            try (Numbers numbers = new Numbers(node, TOPIC, PARTITIONS, rate)) {
                for (int change = 0; change < changes; change++) {
                    if (members.isEmpty() || (members.size() < MOST_MEMBERS && random.nextBoolean())) {
                        members.add(new StreamMember(node, "g", "member-" + joined++, TOPIC, tally));
                    } else {
                        leaving.add(
                                members.remove(random.nextInt(members.size())).leave());
                    }
                    // Sometimes the next one comes before this one has settled.
                    long more = tally.different() + random.nextInt(rate / 2);
                    if (!members.isEmpty()) {
                        await().atMost(PATIENCE).until(() -> tally.different() >= more);
                    }
                }
                leaving.forEach(PlannedChangesTest::join);
                if (members.isEmpty()) {
                    members.add(new StreamMember(node, "g", "last", TOPIC, tally));
                }
                long sent = numbers.stop();
                await().atMost(PATIENCE).untilAsserted(() -> assertThat(tally.missing(sent))
                        .as("not done of %s", sent)
                        .isEmpty());
                members.stream().map(StreamMember::leave).toList().forEach(PlannedChangesTest::join);
                assertThat(tally.repeated()).isZero();
                assertThat(tally.different()).isEqualTo(sent);
            }
        }
    }

    private static <T> T join(CompletionStage<T> stage) {
        CompletableFuture<T> future = stage.toCompletableFuture();
        return future.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }
}
