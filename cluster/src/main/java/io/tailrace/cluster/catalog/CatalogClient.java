package io.tailrace.cluster.catalog;

import io.tailrace.cluster.placement.PlacementGroup;
import io.tailrace.cluster.quota.Quota;
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
    private final Duration changeTimeout;

    /**
     * Over the catalogue.
     *
     * @param timeout after which it counts as not answering a question
     * @param changeTimeout after which what became of a change is unknown
     */
    public CatalogClient(
            ActorSystem<?> system, ActorRef<TopicCatalog.Command> catalog, Duration timeout, Duration changeTimeout) {
        this.system = system;
        this.catalog = catalog;
        this.timeout = timeout;
        this.changeTimeout = changeTimeout;
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

    /** The topic of that id. Fails: UNKNOWN_TOPIC. */
    public CompletionStage<Topic> find(UUID topicId) {
        return question(replyTo -> new TopicCatalog.Find(topicId, replyTo), CatalogClient::one);
    }

    /**
     * Makes sure that there is such an internal partition, and says how many replicas it has. Fails: NOT_ENOUGH_NODES, LIMIT_EXCEEDED,
     * or what keeps a node from making its replica.
     *
     * @param id see {@link io.tailrace.cluster.placement.InternalPartition#of}
     */
    public CompletionStage<Integer> placeInternal(UUID id) {
        return question(replyTo -> new TopicCatalog.PlaceInternal(id, replyTo), reply -> ((TopicCatalog.Placed) reply)
                .replicas());
    }

    /**
     * Hands over what a node that is alone has from before the catalogue knew of it, with their ids; what is known already stays as it
     * is.
     *
     * @param topics that an older format kept in a file
     * @param internals the ids of internal partitions
     */
    public CompletionStage<List<Topic>> adopt(List<Topic> topics, List<UUID> internals) {
        return change(replyTo -> new TopicCatalog.Adopt(topics, internals, replyTo), CatalogClient::many);
    }

    /**
     * The catalogue as it was after the question. Dearer than what a {@link CatalogView} knows, which may be from an incarnation that had
     * been succeeded already.
     */
    public CompletionStage<Catalog> confirmed() {
        return question(TopicCatalog.Confirm::new, CatalogClient::whole);
    }

    /**
     * Lets these nodes vote in a group, in the background: see decision 23. Fails: INVALID_ARGUMENT, NOT_ENOUGH_NODES.
     *
     * @param voters as many as it has, the preferred leader first
     */
    public CompletionStage<Catalog> move(PlacementGroup group, List<UUID> voters) {
        return change(replyTo -> new TopicCatalog.MoveGroup(group, voters, replyTo), CatalogClient::whole);
    }

    /**
     * Moves everything from a node but the control group, in the background, and gives it nothing more; or lets it have something
     * again. Fails: INVALID_ARGUMENT, NOT_ENOUGH_NODES.
     */
    public CompletionStage<Catalog> drain(UUID nodeId, boolean drained) {
        return change(replyTo -> new TopicCatalog.DrainNode(nodeId, drained, replyTo), CatalogClient::whole);
    }

    /** Moves as few groups as it takes that each node has its share, in the background. */
    public CompletionStage<Catalog> rebalance() {
        return change(TopicCatalog.Rebalance::new, CatalogClient::whole);
    }

    /** Gives somebody that quota, or takes it away where it limits nothing. Fails: NOT_FOUND, LIMIT_EXCEEDED. */
    public CompletionStage<Catalog> setQuota(Quota quota) {
        return change(replyTo -> new TopicCatalog.SetQuota(quota, replyTo), CatalogClient::whole);
    }

    /** That node cannot lead a group: another voter is to. May be lost; said twice it may be named last again. */
    public void yieldLead(PlacementGroup group, UUID nodeId) {
        catalog.tell(new TopicCatalog.YieldLead(group, nodeId));
    }

    /** How far partitions have followed the moves of their groups. May be lost; to be said again and again. */
    public void report(List<MoveReport> reports) {
        catalog.tell(new TopicCatalog.ReportMoves(reports));
    }

    /** Whom it asks. */
    public ActorRef<TopicCatalog.Command> catalog() {
        return catalog;
    }

    /** That node has no files of a deleted topic any more. May be lost; said twice it does nothing. */
    public void forget(UUID topicId, UUID nodeId) {
        catalog.tell(new TopicCatalog.Forget(topicId, nodeId));
    }

    private static Topic one(TopicCatalog.Reply reply) {
        return ((TopicCatalog.One) reply).topic();
    }

    private static Catalog whole(TopicCatalog.Reply reply) {
        return ((TopicCatalog.Whole) reply).catalog();
    }

    private static List<Topic> many(TopicCatalog.Reply reply) {
        return ((TopicCatalog.Many) reply).topics();
    }

    private <T> CompletionStage<T> change(
            Function<ActorRef<TopicCatalog.Reply>, TopicCatalog.Command> message,
            Function<TopicCatalog.Reply, T> result) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        ask(changeTimeout, message, (reply, failure) -> {
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

    private TailraceException unavailable(@Nullable Throwable cause) {
        return system.getWhenTerminated().toCompletableFuture().isDone()
                ? new TailraceException(ErrorCode.CLOSED, "The node has been closed: start it again.", cause)
                : new TailraceException(
                        ErrorCode.CATALOG_UNAVAILABLE, "The catalogue of topics does not answer: ask again.", cause);
    }

    private static TailraceException unknown(@Nullable Throwable cause) {
        return new TailraceException(
                ErrorCode.OUTCOME_UNKNOWN,
                "The catalogue did not answer: the change may have been made; look before you ask again.",
                cause);
    }
}
