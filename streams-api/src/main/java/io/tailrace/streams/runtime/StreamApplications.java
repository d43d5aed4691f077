package io.tailrace.streams.runtime;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.jspecify.annotations.Nullable;

/**
 * The applications that run in a cluster, seen from any of its nodes: each instance answers for its own tasks. Stages that fail do so with a {@link TailraceException}. Safe
 * for use by many threads.
 */
public final class StreamApplications {
    static final ServiceKey<StreamMessage.Question> KEY =
            ServiceKey.create(StreamMessage.Question.class, "tailrace-stream-applications");

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(3);

    private final Tailrace tailrace;

    private StreamApplications(Tailrace tailrace) {
        this.tailrace = tailrace;
    }

    /** As that node knows them. */
    public static StreamApplications of(Tailrace tailrace) {
        return new StreamApplications(tailrace);
    }

    /** All instances of all applications. Fails with NOT_READY while the node is no member of its cluster. */
    public CompletionStage<StreamInstances> list() {
        return ask(reference -> whole(reference, 0, List.of())).thenApply(answers -> {
            List<StreamInstance> found = new ArrayList<>();
            answers.forEach(answer -> answer.ifPresent(found::add));
            found.sort(Comparator.comparing(StreamInstance::application)
                    .thenComparing(StreamInstance::node)
                    .thenComparing(StreamInstance::instance));
            return new StreamInstances(found, answers.size() - found.size());
        });
    }

    /** The instances of one application. Fails with UNKNOWN_APPLICATION if there is none, NOT_READY. */
    public CompletionStage<StreamInstances> describe(String application) {
        return list().thenApply(all -> {
            List<StreamInstance> own = all.instances().stream()
                    .filter(each -> each.application().equals(application))
                    .toList();
            if (own.isEmpty()) {
                throw unknown(application);
            }
            return new StreamInstances(own, all.unanswered());
        });
    }

    /** What an application runs, as one of its instances says. Fails with UNKNOWN_APPLICATION if there is none, NOT_READY. */
    public CompletionStage<String> topology(String application, TopologyFormat format) {
        return ask(reference -> AskPattern.<StreamMessage.Question, StreamMessage.Shown>ask(
                        reference,
                        replyTo -> new StreamMessage.ShowTopology(format, replyTo),
                        ANSWER_WITHIN,
                        system().scheduler()))
                .thenApply(answers -> answers.stream()
                        .flatMap(Optional::stream)
                        .filter(shown -> shown.application().equals(application))
                        .findFirst()
                        .map(StreamMessage.Shown::topology)
                        .orElseThrow(() -> unknown(application)));
    }

    /**
     * What {@link #reset} would delete: the topics that belong to an application, by their names; positions and states of its tasks are in them. Fails with UNKNOWN_APPLICATION if there is
     * none.
     */
    public CompletionStage<List<String>> internalTopics(String application) {
        InternalNames names = new InternalNames(application);
        return tailrace.topics().list().thenApply(all -> {
            List<String> own = names.internal(all.stream().map(Topic::name).toList());
            if (own.isEmpty()) {
                throw unknown(application);
            }
            return own;
        });
    }

    /**
     * Forgets all that an application has done, but for what it has given: its own topics and its group are deleted. When it is started again it begins where
     * {@code auto-offset-reset} says. As Kafka's application reset tool.
     *
     * @return the topics that were deleted. Fails with UNKNOWN_APPLICATION if there are none; GROUP_ACTIVE while an instance runs
     */
    public CompletionStage<List<String>> reset(String application) {
        return internalTopics(application).thenCompose(topics -> requireStopped(application)
                .thenCompose(stopped -> tailrace.groups().delete(application))
                .handle(StreamApplications::unless)
                .thenCompose(deleted -> deleteAll(topics))
                .thenApply(deleted -> topics));
    }

    private CompletionStage<Done> requireStopped(String application) {
        return list().thenApply(all -> {
            if (all.instances().stream().anyMatch(each -> each.application().equals(application))) {
                throw new TailraceException(
                        ErrorCode.GROUP_ACTIVE, "Application " + application + " runs: close all its instances first.");
            }
            return Done.getInstance();
        });
    }

    /** A group that was never joined needs no deletion. */
    private static Done unless(@Nullable Done done, @Nullable Throwable failure) {
        if (failure != null) {
            TailraceException why = Failures.named(failure);
            if (why.code() != ErrorCode.UNKNOWN_GROUP) {
                throw why;
            }
        }
        return Done.getInstance();
    }

    private CompletionStage<Done> deleteAll(List<String> topics) {
        CompletionStage<Done> all = CompletableFuture.completedStage(Done.getInstance());
        for (String topic : topics) {
            all = all.thenCompose(before -> tailrace.topics().delete(topic)).thenApply(gone -> Done.getInstance());
        }
        return all;
    }

    // --- asking ------------------------------------------------------------------------------------------------------

    private ActorSystem<?> system() {
        return tailrace.system();
    }

    /** Whom there is, each asked that; empty where no answer came. */
    private <T> CompletionStage<List<Optional<T>>> ask(
            Function<ActorRef<StreamMessage.Question>, CompletionStage<T>> answer) {
        return AskPattern.<Receptionist.Command, Receptionist.Listing>ask(
                        system().receptionist(),
                        replyTo -> Receptionist.find(KEY, replyTo),
                        ANSWER_WITHIN,
                        system().scheduler())
                .exceptionally(failure -> {
                    throw new TailraceException(
                            ErrorCode.NOT_READY,
                            "The node does not know at the moment which applications run: ask again.",
                            failure);
                })
                .thenCompose(listing -> all(listing.getServiceInstances(KEY).stream()
                        .map(reference -> answer.apply(reference)
                                .<Optional<T>>handle((said, failure) -> Optional.ofNullable(said))
                                .toCompletableFuture())
                        .toList()));
    }

    private static <T> CompletionStage<List<T>> all(Collection<CompletableFuture<T>> stages) {
        return CompletableFuture.allOf(stages.toArray(new CompletableFuture<?>[0]))
                .thenApply(done -> stages.stream()
                        .map(CompletableFuture::join)
                        .map(Objects::requireNonNull)
                        .toList());
    }

    /** An instance with all its tasks, part by part. */
    private CompletionStage<StreamInstance> whole(
            ActorRef<StreamMessage.Question> reference, int firstTask, List<TaskStatus> before) {
        return AskPattern.<StreamMessage.Question, StreamMessage.Described>ask(
                        reference,
                        replyTo -> new StreamMessage.Describe(firstTask, replyTo),
                        ANSWER_WITHIN,
                        system().scheduler())
                .thenCompose(described -> {
                    StreamInstance part = described.instance();
                    List<TaskStatus> tasks = new ArrayList<>(before);
                    tasks.addAll(part.tasks());
                    return part.tasks().isEmpty() || tasks.size() >= described.allTasks()
                            ? CompletableFuture.completedStage(new StreamInstance(
                                    part.application(),
                                    part.instance(),
                                    part.node(),
                                    part.state(),
                                    part.failure(),
                                    tasks))
                            : whole(reference, tasks.size(), tasks);
                });
    }

    private static TailraceException unknown(String application) {
        return new TailraceException(
                ErrorCode.UNKNOWN_APPLICATION,
                "There is no stream application '" + application + "' here: start it, or mind the spelling.");
    }
}
