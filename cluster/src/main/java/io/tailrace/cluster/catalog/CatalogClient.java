package io.tailrace.cluster.catalog;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.jspecify.annotations.Nullable;

/** {@link Topics} by asking the catalogue, wherever it is. A question that got no answer is asked again, a change is not. */
public final class CatalogClient implements Topics {
    /** The stages of an ask run what follows them on a new thread each, unless told otherwise. */
    private static final Executor ON_THE_ANSWERING_THREAD = Runnable::run;

    private static final int ASKS = 4;

    private final ActorSystem<?> system;
    private final ActorRef<TopicCatalog.Command> catalog;
    private final Duration timeout;

    /**
     * Over the catalogue.
     *
     * @param timeout after which it counts as not answering
     */
    public CatalogClient(ActorSystem<?> system, ActorRef<TopicCatalog.Command> catalog, Duration timeout) {
        this.system = system;
        this.catalog = catalog;
        this.timeout = timeout;
    }

    @Override
    public CompletionStage<Topic> create(NewTopic topic) {
        UUID id = UUID.randomUUID();
        return change(replyTo -> new TopicCatalog.Create(topic, id, replyTo), CatalogClient::one);
    }

    @Override
    public CompletionStage<List<Topic>> list() {
        return question(TopicCatalog.ListTopics::new, CatalogClient::many);
    }

    @Override
    public CompletionStage<Topic> describe(String name) {
        return question(replyTo -> new TopicCatalog.Describe(name, replyTo), CatalogClient::one);
    }

    @Override
    public CompletionStage<Topic> alter(String name, TopicChange change) {
        return change(replyTo -> new TopicCatalog.Alter(name, change, replyTo), CatalogClient::one);
    }

    @Override
    public CompletionStage<Topic> delete(String name) {
        return change(replyTo -> new TopicCatalog.Delete(name, replyTo), CatalogClient::one);
    }

    /** Hands over topics that an older format kept in a file, with their ids; those that are there already stay as they are. */
    public CompletionStage<List<Topic>> adopt(List<Topic> topics) {
        return change(replyTo -> new TopicCatalog.Adopt(topics, replyTo), CatalogClient::many);
    }

    /** Whom it asks. */
    public ActorRef<TopicCatalog.Command> catalog() {
        return catalog;
    }

    /** The files of a deleted topic are gone. */
    public void forget(UUID topicId) {
        catalog.tell(new TopicCatalog.Forget(topicId));
    }

    private static Topic one(TopicCatalog.Reply reply) {
        return ((TopicCatalog.One) reply).topic();
    }

    private static List<Topic> many(TopicCatalog.Reply reply) {
        return ((TopicCatalog.Many) reply).topics();
    }

    private <T> CompletionStage<T> change(
            Function<ActorRef<TopicCatalog.Reply>, TopicCatalog.Command> message,
            Function<TopicCatalog.Reply, T> result) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        ask(timeout, message, (reply, failure) -> {
            if (reply == null) {
                answer.completeExceptionally(unknown(failure));
            } else {
                complete(answer, reply, result);
            }
        });
        return answer;
    }

    private <T> CompletionStage<T> question(
            Function<ActorRef<TopicCatalog.Reply>, TopicCatalog.Command> message,
            Function<TopicCatalog.Reply, T> result) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        question(message, result, answer, ASKS);
        return answer;
    }

    /** Asks again while nobody answers: the catalogue may be moving, and asking twice does no harm. */
    private <T> void question(
            Function<ActorRef<TopicCatalog.Reply>, TopicCatalog.Command> message,
            Function<TopicCatalog.Reply, T> result,
            CompletableFuture<T> answer,
            int asks) {
        ask(timeout.dividedBy(ASKS), message, (reply, failure) -> {
            if (reply != null) {
                complete(answer, reply, result);
            } else if (asks > 1 && failure instanceof TimeoutException) {
                question(message, result, answer, asks - 1);
            } else {
                answer.completeExceptionally(unavailable(failure));
            }
        });
    }

    private void ask(
            Duration patience,
            Function<ActorRef<TopicCatalog.Reply>, TopicCatalog.Command> message,
            BiConsumer<TopicCatalog.@Nullable Reply, @Nullable Throwable> whenDone) {
        AskPattern.<TopicCatalog.Command, TopicCatalog.Reply>ask(catalog, message::apply, patience, system.scheduler())
                .whenCompleteAsync(whenDone, ON_THE_ANSWERING_THREAD);
    }

    private static <T> void complete(
            CompletableFuture<T> answer, TopicCatalog.Reply reply, Function<TopicCatalog.Reply, T> result) {
        if (reply instanceof TopicCatalog.Refused refused) {
            answer.completeExceptionally(new TailraceException(refused.code(), refused.message()));
        } else {
            answer.complete(result.apply(reply));
        }
    }

    private static TailraceException unavailable(@Nullable Throwable cause) {
        return new TailraceException(
                ErrorCode.CATALOG_UNAVAILABLE, "The catalogue of topics does not answer: ask again.", cause);
    }

    private static TailraceException unknown(@Nullable Throwable cause) {
        return new TailraceException(
                ErrorCode.OUTCOME_UNKNOWN,
                "The catalogue did not answer: the change may have been made; look before you ask again.",
                cause);
    }
}
