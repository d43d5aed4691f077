package io.tailrace.cluster.group;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.pekko.dispatch.Futures;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.japi.AsyncWriteJournal;
import scala.concurrent.Future;

/** A journal in memory whose next writes fail when a test wants them to: it says so after it has stored them, or without. */
public final class FailingJournal extends AsyncWriteJournal {
    private static final Map<String, List<PersistentRepr>> EVENTS = new ConcurrentHashMap<>();
    private static final AtomicInteger FAILURES = new AtomicInteger();
    private static final AtomicInteger WRITES = new AtomicInteger();
    private static volatile boolean storesAllTheSame;

    /** Nothing is stored, and nothing fails. */
    static void reset() {
        EVENTS.clear();
        FAILURES.set(0);
        WRITES.set(0);
    }

    /** So many writes fail. */
    static void fail(int writes, boolean afterStoring) {
        storesAllTheSame = afterStoring;
        FAILURES.set(writes);
    }

    /** How often something was written. */
    static int writes() {
        return WRITES.get();
    }

    private static List<PersistentRepr> events(String persistenceId) {
        return EVENTS.computeIfAbsent(persistenceId, none -> new ArrayList<>());
    }

    @Override
    public Future<Iterable<Optional<Exception>>> doAsyncWriteMessages(Iterable<AtomicWrite> messages) {
        WRITES.incrementAndGet();
        boolean fails = FAILURES.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
        List<Optional<Exception>> results = new ArrayList<>();
        for (AtomicWrite write : messages) {
            results.add(Optional.empty());
            if (!fails || storesAllTheSame) {
                synchronized (EVENTS) {
                    scala.jdk.javaapi.CollectionConverters.asJava(write.payload())
                            .forEach(event -> events(write.persistenceId()).add(event));
                }
            }
        }
        return fails ? Futures.failed(new IllegalStateException("as wanted")) : Futures.successful(results);
    }

    @Override
    public Future<Void> doAsyncDeleteMessagesTo(String persistenceId, long toSequenceNr) {
        return Futures.successful(null);
    }

    @Override
    public Future<Void> doAsyncReplayMessages(
            String persistenceId,
            long fromSequenceNr,
            long toSequenceNr,
            long max,
            Consumer<PersistentRepr> replayCallback) {
        List<PersistentRepr> all;
        synchronized (EVENTS) {
            all = List.copyOf(events(persistenceId));
        }
        all.stream()
                .filter(event -> event.sequenceNr() >= fromSequenceNr && event.sequenceNr() <= toSequenceNr)
                .limit(max)
                .forEach(replayCallback);
        return Futures.successful(null);
    }

    @Override
    public Future<Long> doAsyncReadHighestSequenceNr(String persistenceId, long fromSequenceNr) {
        synchronized (EVENTS) {
            List<PersistentRepr> all = events(persistenceId);
            return Futures.successful(
                    all.isEmpty() ? 0L : all.get(all.size() - 1).sequenceNr());
        }
    }
}
