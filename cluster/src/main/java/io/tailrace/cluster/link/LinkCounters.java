package io.tailrace.cluster.link;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What the links of one node have carried, and what they have not. */
public final class LinkCounters {
    private final Map<Dropped, LongAdder> dropped = new EnumMap<>(Dropped.class);
    private final LongAdder framesSent = new LongAdder();
    private final LongAdder bytesSent = new LongAdder();
    private final LongAdder framesReceived = new LongAdder();
    private final LongAdder bytesReceived = new LongAdder();
    private final LongAdder sessions = new LongAdder();
    private final LongAdder refusedSessions = new LongAdder();

    /** All zero. */
    public LinkCounters() {
        for (Dropped why : Dropped.values()) {
            dropped.put(why, new LongAdder());
        }
    }

    /** So many frames have been dropped. */
    public void dropped(Dropped why, long frames) {
        adder(why).add(frames);
    }

    /** How many have been dropped for that reason. */
    public long dropped(Dropped why) {
        return adder(why).sum();
    }

    private LongAdder adder(Dropped why) {
        LongAdder adder = dropped.get(why);
        if (adder == null) {
            throw new IllegalStateException("no counter for " + why);
        }
        return adder;
    }

    void sent(int bytes) {
        framesSent.increment();
        bytesSent.add(bytes);
    }

    void received(int bytes) {
        framesReceived.increment();
        bytesReceived.add(bytes);
    }

    void sessionOpened() {
        sessions.increment();
    }

    void sessionRefused() {
        refusedSessions.increment();
    }

    /** Frames of messages handed to the network. */
    public long framesSent() {
        return framesSent.sum();
    }

    /** Their bytes. */
    public long bytesSent() {
        return bytesSent.sum();
    }

    /** Frames of messages that have come. */
    public long framesReceived() {
        return framesReceived.sum();
    }

    /** Their bytes. */
    public long bytesReceived() {
        return bytesReceived.sum();
    }

    /** Sessions opened, from here or from there. */
    public long sessions() {
        return sessions.sum();
    }

    /** Sessions refused, here or there, or broken by bytes that nobody can read. */
    public long refusedSessions() {
        return refusedSessions.sum();
    }
}
