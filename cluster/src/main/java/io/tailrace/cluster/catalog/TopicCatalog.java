package io.tailrace.cluster.catalog;

import io.tailrace.cluster.catalog.CatalogEvent.TopicAltered;
import io.tailrace.cluster.catalog.CatalogEvent.TopicCreated;
import io.tailrace.cluster.catalog.CatalogEvent.TopicDeleted;
import io.tailrace.cluster.catalog.CatalogEvent.TopicForgotten;
import io.tailrace.cluster.placement.InternalPartition;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;

/**
 * The catalogue of topics: one persistent actor in the cluster, a singleton whose events lie in an internal partition, written
 * through the public journal, so that a second incarnation of it is fenced. It answers a change when the event is stored. Every node's {@link CatalogView} follows it.
 */
public final class TopicCatalog extends EventSourcedBehavior<TopicCatalog.Command, CatalogEvent, Catalog> {
    /** More partitions than this in one topic is a slip of the keyboard. */
    public static final int MAX_PARTITIONS = 10_000;

    /** Where its events lie. */
    public static final PartitionId PARTITION = InternalPartition.CATALOG_EVENTS;

    private static final int SNAPSHOT_EVERY = 500;
    private static final int SNAPSHOTS_KEPT = 2;

    private final ActorContext<Command> context;
    private final int maxPartitions;
    /** Who follows: not part of the state, since followers say again that they do. */
    private final Set<ActorRef<Update>> followers = new HashSet<>();

    /** What the catalogue understands. */
    public sealed interface Command {}

    /** Creates a topic under an id of the sender's, so that asking again creates nothing twice. */
    record Create(NewTopic topic, UUID id, ActorRef<Reply> replyTo) implements Command {}

    record Describe(String name, ActorRef<Reply> replyTo) implements Command {}

    record ListTopics(ActorRef<Reply> replyTo) implements Command {}

    record Alter(String name, TopicChange change, ActorRef<Reply> replyTo) implements Command {}

    record Delete(String name, ActorRef<Reply> replyTo) implements Command {}

    /** Takes over topics that an older format kept elsewhere, with their ids. */
    record Adopt(List<Topic> topics, ActorRef<Reply> replyTo) implements Command {}

    /** The files of a deleted topic are gone. */
    record Forget(UUID topicId) implements Command {}

    /** Follow: answered with all there is if the sender's version is another, and with each event from then on. */
    record Follow(long knownVersion, ActorRef<Update> follower) implements Command {}

    private record Unfollow(ActorRef<Update> follower) implements Command {}

    /** An answer to who asked. */
    sealed interface Reply {}

    record One(Topic topic) implements Reply {}

    record Many(List<Topic> topics) implements Reply {}

    record Refused(ErrorCode code, String message) implements Reply {}

    /** What a follower hears. */
    sealed interface Update {
        /** Grows by one with each event. */
        long version();
    }

    record Everything(long version, Catalog catalog) implements Update {}

    record Changed(long version, CatalogEvent event) implements Update {}

    private TopicCatalog(ActorContext<Command> context, int maxPartitions) {
        super(
                PersistenceId.ofUniqueId(InternalPartition.CATALOG),
                SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(5), 0.1));
        this.context = context;
        this.maxPartitions = maxPartitions;
    }

    /**
     * The catalogue's behaviour.
     *
     * @param maxPartitions how many all topics may have together
     */
    public static Behavior<Command> create(int maxPartitions) {
        return Behaviors.setup(context -> new TopicCatalog(context, maxPartitions));
    }

    @Override
    public String journalPluginId() {
        return "tailrace.journal";
    }

    @Override
    public String snapshotPluginId() {
        return "tailrace.snapshot-store";
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(SNAPSHOT_EVERY, SNAPSHOTS_KEPT).withDeleteEventsOnSnapshot();
    }

    @Override
    public Catalog emptyState() {
        return Catalog.EMPTY;
    }

    @Override
    public EventHandler<Catalog, CatalogEvent> eventHandler() {
        return Catalog::apply;
    }

    @Override
    public CommandHandler<Command, CatalogEvent, Catalog> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(Create.class, this::create)
                .onCommand(Describe.class, this::describe)
                .onCommand(ListTopics.class, (all, list) -> Effect()
                        .reply(list.replyTo, new Many(List.copyOf(all.byName().values()))))
                .onCommand(Alter.class, this::alter)
                .onCommand(Delete.class, this::delete)
                .onCommand(Adopt.class, this::adopt)
                .onCommand(Forget.class, this::forget)
                .onCommand(Follow.class, this::follow)
                .onCommand(Unfollow.class, (all, gone) -> {
                    followers.remove(gone.follower);
                    return Effect().none();
                })
                .build();
    }

    private Effect<CatalogEvent, Catalog> create(Catalog all, Create create) {
        NewTopic wanted = create.topic;
        Topic present = all.find(wanted.name());
        if (present != null && present.id().equals(create.id)) {
            return Effect().reply(create.replyTo, new One(present));
        }
        try {
            TopicName.checked(wanted.name());
            SettingNames.check("partitions", wanted.partitions(), 1, MAX_PARTITIONS);
            if (present != null) {
                throw new TailraceException(
                        ErrorCode.TOPIC_EXISTS,
                        "Topic '" + wanted.name() + "' is already there: describe it, or choose another name.");
            }
            checkRoom(all, wanted.partitions());
        } catch (TailraceException e) {
            return refuse(create.replyTo, e);
        }
        Topic topic = new Topic(wanted.name(), create.id, wanted.partitions(), wanted.settings());
        return store(new TopicCreated(topic), create.replyTo, topic);
    }

    private void checkRoom(Catalog all, int more) {
        if (all.partitions() + (long) more > maxPartitions) {
            throw new TailraceException(
                    ErrorCode.LIMIT_EXCEEDED,
                    "There are " + all.partitions() + " partitions and may be " + maxPartitions
                            + ": delete topics, or raise tailrace.catalog.max-partitions.");
        }
    }

    private Effect<CatalogEvent, Catalog> describe(Catalog all, Describe describe) {
        try {
            return Effect().reply(describe.replyTo, new One(found(all, describe.name)));
        } catch (TailraceException e) {
            return refuse(describe.replyTo, e);
        }
    }

    private static Topic found(Catalog all, String name) {
        Topic topic = all.find(TopicName.checked(name));
        if (topic == null) {
            throw new TailraceException(
                    ErrorCode.UNKNOWN_TOPIC,
                    "There is no topic '" + name + "': create it first, or mind the spelling.");
        }
        return topic;
    }

    private Effect<CatalogEvent, Catalog> alter(Catalog all, Alter alter) {
        Topic after;
        Topic before;
        try {
            before = found(all, alter.name);
            int partitions = alter.change.partitions().orElse(before.partitions());
            SettingNames.check("partitions", partitions, before.partitions(), MAX_PARTITIONS);
            checkRoom(all, partitions - before.partitions());
            after = new Topic(before.name(), before.id(), partitions, Catalog.changed(before.settings(), alter.change));
        } catch (TailraceException e) {
            return refuse(alter.replyTo, e);
        }
        return after.equals(before)
                ? Effect().reply(alter.replyTo, new One(after))
                : store(new TopicAltered(after), alter.replyTo, after);
    }

    private Effect<CatalogEvent, Catalog> delete(Catalog all, Delete delete) {
        try {
            Topic topic = found(all, delete.name);
            return store(new TopicDeleted(topic.id()), delete.replyTo, topic);
        } catch (TailraceException e) {
            return refuse(delete.replyTo, e);
        }
    }

    private Effect<CatalogEvent, Catalog> adopt(Catalog all, Adopt adopt) {
        List<CatalogEvent> missing = adopt.topics.stream()
                .filter(topic -> all.find(topic.name()) == null)
                .filter(topic -> !all.deleted().containsKey(topic.id()))
                .<CatalogEvent>map(TopicCreated::new)
                .toList();
        return Effect().persist(missing).thenRun((Catalog after) -> {
            tellEverything(after);
            adopt.replyTo.tell(new Many(List.copyOf(after.byName().values())));
        });
    }

    private Effect<CatalogEvent, Catalog> forget(Catalog all, Forget forget) {
        TopicForgotten event = new TopicForgotten(forget.topicId);
        return all.deleted().containsKey(forget.topicId)
                ? Effect().persist(event).thenRun((Catalog after) -> tell(event))
                : Effect().none();
    }

    private Effect<CatalogEvent, Catalog> follow(Catalog all, Follow follow) {
        if (followers.add(follow.follower)) {
            context.watchWith(follow.follower, new Unfollow(follow.follower));
        }
        long version = lastSequenceNumber(context);
        if (follow.knownVersion != version) {
            follow.follower.tell(new Everything(version, all));
        }
        return Effect().none();
    }

    private Effect<CatalogEvent, Catalog> store(CatalogEvent event, ActorRef<Reply> replyTo, Topic answer) {
        return Effect().persist(event).thenRun((Catalog after) -> {
            tell(event);
            replyTo.tell(new One(answer));
        });
    }

    private void tell(CatalogEvent event) {
        Changed changed = new Changed(lastSequenceNumber(context), event);
        followers.forEach(follower -> follower.tell(changed));
    }

    private void tellEverything(Catalog all) {
        Everything everything = new Everything(lastSequenceNumber(context), all);
        followers.forEach(follower -> follower.tell(everything));
    }

    private Effect<CatalogEvent, Catalog> refuse(ActorRef<Reply> replyTo, TailraceException why) {
        return Effect().reply(replyTo, new Refused(why.code(), String.valueOf(why.getMessage())));
    }
}
