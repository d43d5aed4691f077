package io.tailrace.streams;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** Records of one partition that are worked on, each done when the test says so. */
final class Desk {
    private final Map<Long, List<CompletableFuture<Done>>> open = new HashMap<>();
    private final List<Long> begun = new ArrayList<>();
    private int most;

    synchronized CompletionStage<Done> begin(ConsumerRecord<?, ?> record) {
        begun.add(record.offset());
        CompletableFuture<Done> done = new CompletableFuture<>();
        open.computeIfAbsent(record.offset(), offset -> new ArrayList<>()).add(done);
        most = Math.max(most, open.size());
        return done;
    }

    void done(long offset) {
        take(offset).forEach(done -> done.complete(Done.getInstance()));
    }

    void fail(long offset, Throwable why) {
        take(offset).forEach(done -> done.completeExceptionally(why));
    }

    private synchronized List<CompletableFuture<Done>> take(long offset) {
        return open.remove(offset);
    }

    synchronized List<Long> open() {
        return open.keySet().stream().sorted().toList();
    }

    synchronized int begun() {
        return begun.size();
    }

    synchronized int most() {
        return most;
    }
}
