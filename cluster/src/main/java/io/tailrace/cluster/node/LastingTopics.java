package io.tailrace.cluster.node;

import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicChange;
import io.tailrace.cluster.catalog.Topics;
import io.tailrace.engine.error.ErrorCode;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** The topics, asked of the node as it is at the moment. */
final class LastingTopics implements Topics {
    private final Lives lives;

    LastingTopics(Lives lives) {
        this.lives = lives;
    }

    private <T> CompletionStage<T> question(Function<Topics, CompletionStage<T>> question) {
        return lives.ask(
                ErrorCode.CATALOG_UNAVAILABLE, ErrorCode.CATALOG_UNAVAILABLE, node -> question.apply(node.topics()));
    }

    private <T> CompletionStage<T> change(Function<Topics, CompletionStage<T>> change) {
        return lives.ask(ErrorCode.CATALOG_UNAVAILABLE, ErrorCode.OUTCOME_UNKNOWN, node -> change.apply(node.topics()));
    }

    @Override
    public CompletionStage<Topic> create(NewTopic topic) {
        return change(topics -> topics.create(topic));
    }

    @Override
    public CompletionStage<List<Topic>> list() {
        return question(Topics::list);
    }

    @Override
    public CompletionStage<Topic> describe(String name) {
        return question(topics -> topics.describe(name));
    }

    @Override
    public CompletionStage<Topic> alter(String name, TopicChange change) {
        return change(topics -> topics.alter(name, change));
    }

    @Override
    public CompletionStage<Topic> delete(String name) {
        return change(topics -> topics.delete(name));
    }
}
