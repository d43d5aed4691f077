package io.tailrace.test.streams;

import io.tailrace.streams.ConsumerRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.Done;

/** Records that are being worked on. A test says which of them is done next. Safe for use by many threads. */
final class Workbench {
    private record Piece(ConsumerRecord<String, String> record, CompletableFuture<Done> done) {}

    private final List<ConsumerRecord<String, String>> begun = new ArrayList<>();
    private final List<ConsumerRecord<String, String>> done = new ArrayList<>();
    private final List<Piece> pieces = new ArrayList<>();

    /** Work on that one is begun; complete when it is done. */
    synchronized CompletionStage<Done> begin(ConsumerRecord<String, String> record) {
        CompletableFuture<Done> end = new CompletableFuture<>();
        begun.add(record);
        pieces.add(new Piece(record, end));
        notifyAll();
        return end;
    }

    synchronized int pending() {
        return pieces.size();
    }

    synchronized List<ConsumerRecord<String, String>> begun() {
        return List.copyOf(begun);
    }

    synchronized List<ConsumerRecord<String, String>> done() {
        return List.copyOf(done);
    }

    /** One of those that are begun is done, whichever; waits for one if there is none. */
    void finishAny(Random random) throws TimeoutException, InterruptedException {
        Piece piece;
        synchronized (this) {
            long deadline = System.nanoTime() + RealNode.PATIENCE.toNanos();
            while (pieces.isEmpty()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    throw new TimeoutException("Nothing is begun.");
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
            piece = pieces.remove(random.nextInt(pieces.size()));
            done.add(piece.record());
        }
        piece.done().complete(Done.getInstance());
    }
}
