package io.tailrace.samples;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.Done;

/** How much has gone into a topic and come out of it, and whether all that went in has come out. For any thread. */
public final class TopicTraffic {
    private static final long UNKNOWN = -1;

    private final String topic;
    private final AtomicLong recordsIn = new AtomicLong();
    private final AtomicLong recordsOut = new AtomicLong();
    private final AtomicLong bytesIn = new AtomicLong();
    private final AtomicLong bytesOut = new AtomicLong();
    private final CompletableFuture<Done> allRead = new CompletableFuture<>();
    private volatile long total = UNKNOWN;

    TopicTraffic(String topic) {
        this.topic = topic;
    }

    /** The topic's name. */
    public String topic() {
        return topic;
    }

    /** Records handed to the producer; when the pipeline is done, all of them are acknowledged. */
    public long recordsIn() {
        return recordsIn.get();
    }

    /** Records consumed. */
    public long recordsOut() {
        return recordsOut.get();
    }

    /** Bytes of the keys and values handed to the producer. */
    public long bytesIn() {
        return bytesIn.get();
    }

    /** Bytes of the keys and values consumed. */
    public long bytesOut() {
        return bytesOut.get();
    }

    void written(long bytes) {
        bytesIn.addAndGet(bytes);
        recordsIn.incrementAndGet();
    }

    void read(long bytes) {
        bytesOut.addAndGet(bytes);
        if (recordsOut.incrementAndGet() == total) {
            allRead.complete(Done.getInstance());
        }
    }

    /** Nothing more will be written, and all that was is acknowledged. */
    void allWritten() {
        total = recordsIn.get();
        // Whoever comes second, this or the last read, sees what the other has set.
        if (recordsOut.get() == total) {
            allRead.complete(Done.getInstance());
        }
    }

    /** Completes when everything was written, acknowledged and read. */
    CompletionStage<Done> allRead() {
        return allRead;
    }
}
