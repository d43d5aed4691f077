package io.tailrace.streams.runtime;

import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.Topics;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.topology.Topology;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** Sees to it that all topics of an application are there. Instances that do so at the same time do not disturb each other. */
final class TopicPreparation {
    private final Topics topics;
    private final String application;
    private final Topology topology;
    private final int replicas;

    /**
     * What came of it.
     *
     * @param plan what the application needs
     * @param topics those that tasks have to know
     */
    record Prepared(TopicPlan plan, TaskTopics topics) {}

    TopicPreparation(Topics topics, String application, Topology topology, int replicas) {
        this.topics = topics;
        this.application = application;
        this.topology = topology;
        this.replicas = replicas;
    }

    /** Fails as {@link TopicPlan#of} and {@link Topics#create} do; with a retriable code it can be tried again at any time. */
    CompletionStage<Prepared> prepare() {
        return topics.list()
                .thenCompose(before -> createAll(plan(before).missing()))
                .thenCompose(done -> topics.list())
                // Looked at again: another instance, perhaps with another topology, may have been the first to make
                // them.
                .thenApply(now -> {
                    TopicPlan plan = plan(now);
                    return new Prepared(plan, plan.taskTopics(now));
                });
    }

    private TopicPlan plan(Collection<Topic> existing) {
        return TopicPlan.of(application, topology, existing, replicas);
    }

    private CompletionStage<Done> createAll(List<NewTopic> missing) {
        CompletionStage<Done> all = CompletableFuture.completedStage(Done.getInstance());
        for (NewTopic topic : missing) {
            all = all.thenCompose(done -> create(topic));
        }
        return all;
    }

    private CompletionStage<Done> create(NewTopic topic) {
        return topics.create(topic).handle((created, failure) -> {
            if (failure != null) {
                TailraceException why = Failures.named(failure);
                if (why.code() != ErrorCode.TOPIC_EXISTS) {
                    throw why;
                }
            }
            return Done.getInstance();
        });
    }
}
