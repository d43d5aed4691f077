package io.tailrace.http;

import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** The node as the routes see it. What is asked of {@link Tailrace} beside its topics and partitions is asked here. */
final class ServedNode {
    private final Tailrace tailrace;
    private final HttpSettings settings;
    private final TopicProducers producers;
    private volatile boolean closing;

    ServedNode(Tailrace tailrace, HttpSettings settings) {
        this.tailrace = tailrace;
        this.settings = settings;
        this.producers = new TopicProducers(tailrace, settings);
    }

    Tailrace tailrace() {
        return tailrace;
    }

    HttpSettings settings() {
        return settings;
    }

    TopicProducers producers() {
        return producers;
    }

    /** The name of the node that leads every partition, as long as there is one. */
    String name() {
        return tailrace.nodeName();
    }

    /** Whether the node serves. */
    boolean ready() {
        return !closing && tailrace.ready();
    }

    static TailraceException notReady() {
        return new TailraceException(ErrorCode.NOT_READY, "The node does not serve yet, or no longer: ask again.");
    }

    boolean isClosing() {
        return closing;
    }

    void closing() {
        closing = true;
    }

    CompletionStage<Done> close() {
        return producers.close();
    }
}
