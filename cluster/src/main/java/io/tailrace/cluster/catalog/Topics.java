package io.tailrace.cluster.catalog;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Creates and finds topics. Every answer that fails does so with a {@link io.tailrace.engine.error.TailraceException} of the
 * code named; the stages complete on an actor's thread, so do not block in what follows them.
 */
public interface Topics {
    /** Creates a topic, durably before the answer. Fails: INVALID_TOPIC_NAME, TOPIC_EXISTS, INVALID_SETTING. */
    CompletionStage<Topic> create(NewTopic topic);

    /** All topics, sorted by name. */
    CompletionStage<List<Topic>> list();

    /** One topic. Fails: INVALID_TOPIC_NAME, UNKNOWN_TOPIC. */
    CompletionStage<Topic> describe(String name);
}
