package io.tailrace.cluster.catalog;

import io.tailrace.cluster.catalog.CatalogEvent.Confirmed;
import io.tailrace.cluster.catalog.CatalogEvent.InternalPlaced;
import io.tailrace.cluster.catalog.CatalogEvent.InternalPlanned;
import io.tailrace.cluster.catalog.CatalogEvent.PlanDropped;
import io.tailrace.cluster.catalog.CatalogEvent.QuotaSet;
import io.tailrace.cluster.catalog.CatalogEvent.TopicAltered;
import io.tailrace.cluster.catalog.CatalogEvent.TopicCreated;
import io.tailrace.cluster.catalog.CatalogEvent.TopicDeleted;
import io.tailrace.cluster.catalog.CatalogEvent.TopicPlanned;
import io.tailrace.cluster.placement.InternalPartition;
import io.tailrace.cluster.placement.PlacementGroup;
import io.tailrace.cluster.quota.Quota;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;
import org.jspecify.annotations.Nullable;

/**
 * The catalogue of topics: one persistent actor in the cluster, a singleton whose events lie in an internal partition, written
 * through the public journal, so that a second incarnation of it is fenced. It answers a change when the event is stored. Every
 * node's {@link CatalogView} follows it.
 *
 * <p>What needs replicas is planned first, which is an event, so that no node takes what is made for a stranger's; when all of them
 * are there it is announced, else dropped (log-safety rule 17). An incarnation that finds a plan carries on with it.
 */
public final class TopicCatalog extends EventSourcedBehavior<TopicCatalog.Command, CatalogEvent, Catalog> {
    /** More partitions than this in one topic is a slip of the keyboard. */
    public static final int MAX_PARTITIONS = 10_000;

    /** Where its events lie. */
    public static final PartitionId PARTITION = InternalPartition.CATALOG_EVENTS;

    private static final int SNAPSHOT_EVERY = 500;
    private static final int SNAPSHOTS_KEPT = 2;

    private final ActorContext<Command> context;
    private final Consumer<ActorRef<Command>> onRecovered;
    private final CatalogRules rules;
    private final MoveRules moveRules;
    private final Moves moves = new Moves();
    private final Creations creations;
    /** Who follows: not part of the state, since followers say again that they do. */
    private final Set<ActorRef<Update>> followers = new HashSet<>();
    /** Its node stops: the next incarnation does what is to be stored. */
    private boolean resting;

    /** What the catalogue understands. */
    public sealed interface Command {}

    /** Changes something, and is answered. */
    sealed interface Change extends Command {
        ActorRef<Reply> replyTo();
    }

    /** Creates a topic under an id of the sender's, so that asking again creates nothing twice. */
    record Create(NewTopic topic, UUID id, ActorRef<Reply> replyTo) implements Change {}

    record Describe(String name, ActorRef<Reply> replyTo) implements Command {}

    /** The topic of that id. */
    record Find(UUID topicId, ActorRef<Reply> replyTo) implements Command {}

    record ListTopics(ActorRef<Reply> replyTo) implements Command {}

    record Alter(String name, TopicChange change, ActorRef<Reply> replyTo) implements Change {}

    record Delete(String name, ActorRef<Reply> replyTo) implements Change {}

    /** Takes over what a node has from before the catalogue knew of it, with their ids: topics and internal partitions. */
    record Adopt(List<Topic> topics, List<UUID> internals, ActorRef<Reply> replyTo) implements Change {}

    /** Makes sure that there is such an internal partition. */
    record PlaceInternal(UUID id, ActorRef<Reply> replyTo) implements Command {}

    /** All there is, by somebody who was the catalogue after the question, and not one that had been succeeded. */
    record Confirm(ActorRef<Reply> replyTo) implements Command {}

    /** One node has no files of a deleted topic any more. */
    record Forget(UUID topicId, UUID nodeId) implements Command {}

    /** These nodes are to vote in that group. */
    record MoveGroup(PlacementGroup group, List<UUID> voters, ActorRef<Reply> replyTo) implements Change {}

    /** A node is to have nothing any more but what is bound to it, or may have something again. */
    record DrainNode(UUID nodeId, boolean drained, ActorRef<Reply> replyTo) implements Change {}

    /** Each node is to get its share. */
    record Rebalance(ActorRef<Reply> replyTo) implements Change {}

    /** Somebody may do so much from now on; as much as it likes where that limits nothing. */
    record SetQuota(Quota quota, ActorRef<Reply> replyTo) implements Change {}

    /** A node cannot lead a group, though it is to: another voter is to be preferred. */
    record YieldLead(PlacementGroup group, UUID nodeId) implements Command {}

    /** How far partitions have followed the moves of their groups; also with nothing to say, since a group may be empty. */
    record ReportMoves(List<MoveReport> reports) implements Command {
        /** Takes a copy. */
        ReportMoves {
            reports = List.copyOf(reports);
        }
    }

    /** Follow: answered with all there is if the sender's version is another, and with each event from then on. */
    record Follow(long knownVersion, ActorRef<Update> follower) implements Command {}

    private record Unfollow(ActorRef<Update> follower) implements Command {}

    /** Its node stops: nothing more is to be stored here. Answered when nothing is under way. */
    private record Rest(ActorRef<Done> replyTo) implements Command {}

    /** Replicas of a topic, or of an internal partition, are all there, or why not. */
    private record CreationEnded(UUID id, @Nullable TailraceException failure) implements Command {}

    /** An answer to who asked. */
    sealed interface Reply {}

    record One(Topic topic) implements Reply {}

    record Many(List<Topic> topics) implements Reply {}

    /** The internal partition is there, on so many nodes. */
    record Placed(UUID id, int replicas) implements Reply {}

    record Whole(Catalog catalog) implements Reply {}

    record Refused(ErrorCode code, String message) implements Reply {}

    /** What a follower hears. */
    sealed interface Update {
        /** Grows by one with each event. */
        long version();
    }

    record Everything(long version, Catalog catalog) implements Update {}

    record Changed(long version, CatalogEvent event) implements Update {}

    private TopicCatalog(
            ActorContext<Command> context, CatalogEnvironment environment, Consumer<ActorRef<Command>> onRecovered) {
        super(
                PersistenceId.ofUniqueId(InternalPartition.CATALOG),
                SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(5), 0.1));
        this.context = context;
        this.onRecovered = onRecovered;
        this.rules = new CatalogRules(environment);
        this.moveRules = new MoveRules(environment);
        this.creations = new Creations(
                context, environment, (id, failure) -> context.getSelf().tell(new CreationEnded(id, failure)));
    }

    /** The catalogue's behaviour. */
    public static Behavior<Command> create(CatalogEnvironment environment) {
        return create(environment, recovered -> {});
    }

    /** The same; {@code onRecovered} hears on the actor's thread when it can answer. */
    public static Behavior<Command> create(CatalogEnvironment environment, Consumer<ActorRef<Command>> onRecovered) {
        return Behaviors.setup(context -> new TopicCatalog(context, environment, onRecovered));
    }

    /** Its node stops: what is told that stores nothing more, so that no persist fails on a log that is being closed. */
    public static Command rest(ActorRef<Done> replyTo) {
        return new Rest(replyTo);
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
    public SignalHandler<Catalog> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(RecoveryCompleted.instance(), all -> {
                    creations.carryOn(all);
                    onRecovered.accept(context.getSelf());
                })
                .build();
    }

    @Override
    public CommandHandler<Command, CatalogEvent, Catalog> commandHandler() {
        CommandHandler<Command, CatalogEvent, Catalog> working = working();
        return (all, command) -> resting ? atRest(working, all, command) : working.apply(all, command);
    }

    /** What only reads is answered; who does not hear that a question was not asks again. */
    private Effect<CatalogEvent, Catalog> atRest(
            CommandHandler<Command, CatalogEvent, Catalog> working, Catalog all, Command command) {
        if (command instanceof Describe
                || command instanceof Find
                || command instanceof ListTopics
                || command instanceof Unfollow
                || command instanceof Rest) {
            return working.apply(all, command);
        }
        return command instanceof Change change
                ? Effect()
                        .reply(
                                change.replyTo(),
                                new Refused(
                                        ErrorCode.CATALOG_UNAVAILABLE,
                                        "The catalogue of topics is about to be on another node, and nothing was changed: try again."))
                : Effect().none();
    }

    private CommandHandler<Command, CatalogEvent, Catalog> working() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(Create.class, this::create)
                .onCommand(
                        Describe.class,
                        (all, describe) -> answering(describe.replyTo, () -> Effect()
                                .reply(describe.replyTo, new One(CatalogRules.found(all, describe.name)))))
                .onCommand(
                        Find.class,
                        (all, find) -> answering(find.replyTo, () -> Effect()
                                .reply(find.replyTo, new One(CatalogRules.found(all, find.topicId)))))
                .onCommand(ListTopics.class, (all, list) -> Effect()
                        .reply(list.replyTo, new Many(List.copyOf(all.byName().values()))))
                .onCommand(Alter.class, this::alter)
                .onCommand(Delete.class, this::delete)
                .onCommand(Adopt.class, this::adopt)
                .onCommand(PlaceInternal.class, this::placeInternal)
                .onCommand(
                        Confirm.class,
                        (all, confirm) ->
                                store(all, List.of(new Confirmed()), after -> confirm.replyTo.tell(new Whole(after))))
                .onCommand(CreationEnded.class, this::creationEnded)
                .onCommand(Rest.class, (all, rest) -> {
                    resting = true;
                    return Effect().reply(rest.replyTo, Done.getInstance());
                })
                .onCommand(
                        MoveGroup.class,
                        (all, move) ->
                                changePlaces(all, move.replyTo, () -> moveRules.moved(all, move.group, move.voters)))
                .onCommand(
                        DrainNode.class,
                        (all, node) -> changePlaces(
                                all,
                                node.replyTo,
                                () -> node.drained
                                        ? moveRules.drained(all, node.nodeId)
                                        : moveRules.undrained(all, node.nodeId)))
                .onCommand(
                        Rebalance.class,
                        (all, asked) -> changePlaces(all, asked.replyTo, () -> moveRules.rebalanced(all)))
                .onCommand(
                        SetQuota.class,
                        (all, set) -> answering(set.replyTo, () -> {
                            CatalogRules.checkQuota(all, set.quota);
                            return store(
                                    all, List.of(new QuotaSet(set.quota)), after -> set.replyTo.tell(new Whole(after)));
                        }))
                .onCommand(
                        YieldLead.class,
                        (all, unfit) -> store(all, MoveRules.yielded(all, unfit.group, unfit.nodeId), after -> {}))
                .onCommand(ReportMoves.class, (all, reported) -> {
                    moves.hear(all, reported.reports);
                    return store(all, moves.events(all), after -> {});
                })
                .onCommand(
                        Forget.class,
                        (all, forget) ->
                                store(all, CatalogRules.filesGone(all, forget.topicId, forget.nodeId), after -> {}))
                .onCommand(Follow.class, this::follow)
                .onCommand(Unfollow.class, (all, gone) -> {
                    followers.remove(gone.follower);
                    return Effect().none();
                })
                .build();
    }

    private interface Decision {
        Effect<CatalogEvent, Catalog> decide();
    }

    private Effect<CatalogEvent, Catalog> answering(ActorRef<Reply> replyTo, Decision decision) {
        try {
            return decision.decide();
        } catch (TailraceException e) {
            return Effect().reply(replyTo, refused(e));
        }
    }

    private Effect<CatalogEvent, Catalog> create(Catalog all, Create create) {
        Topic present = all.byId().get(create.id);
        if (present != null) {
            return Effect().reply(create.replyTo, new One(present));
        }
        if (all.planned().containsKey(create.id)) {
            creations.join(create.id, create.replyTo);
            return Effect().none();
        }
        return answering(create.replyTo, () -> {
            Topic topic = rules.created(all, create.topic, create.id);
            List<CatalogEvent> events = new ArrayList<>(rules.groupsFor(all, topic.replicas()));
            events.add(new TopicPlanned(topic));
            creations.join(create.id, create.replyTo);
            return store(all, events, after -> creations.begin(after, topic));
        });
    }

    private Effect<CatalogEvent, Catalog> alter(Catalog all, Alter alter) {
        return answering(alter.replyTo, () -> {
            Topic before = CatalogRules.found(all, alter.name);
            Topic after = rules.altered(all, alter.name, alter.change);
            if (after.equals(before)) {
                return Effect().reply(alter.replyTo, new One(after));
            }
            if (after.partitions() == before.partitions()) {
                return store(all, List.of(new TopicAltered(after)), done -> alter.replyTo.tell(new One(after)));
            }
            List<CatalogEvent> events = new ArrayList<>(rules.groupsFor(all, after.replicas()));
            events.add(new TopicPlanned(after));
            creations.join(after.id(), alter.replyTo);
            return store(all, events, planned -> creations.begin(planned, after));
        });
    }

    private Effect<CatalogEvent, Catalog> placeInternal(Catalog all, PlaceInternal wanted) {
        InternalPlace place = all.internals().get(wanted.id);
        if (place != null && place.placed()) {
            return Effect().reply(wanted.replyTo, new Placed(wanted.id, place.replicas()));
        }
        return answering(wanted.replyTo, () -> {
            rules.checkInternal(all, wanted.id);
            int replicas = place == null ? rules.replicas(all, NewTopic.DEFAULT_REPLICAS) : place.replicas();
            creations.join(wanted.id, wanted.replyTo);
            if (creations.underWay(wanted.id)) {
                return Effect().none();
            }
            List<CatalogEvent> events = new ArrayList<>();
            if (place == null) {
                events.addAll(rules.groupsFor(all, replicas));
                events.add(new InternalPlanned(wanted.id, replicas));
            }
            return store(all, events, after -> creations.beginInternal(after, wanted.id, replicas));
        });
    }

    private Effect<CatalogEvent, Catalog> creationEnded(Catalog all, CreationEnded ended) {
        InternalPlace internal = all.internals().get(ended.id);
        if (internal != null) {
            return internalEnded(all, ended, internal);
        }
        Topic planned = all.planned().get(ended.id);
        if (planned == null) {
            creations.end(ended.id, new Refused(ErrorCode.UNKNOWN_TOPIC, "The topic is gone again."));
            return Effect().none();
        }
        if (ended.failure != null) {
            context.getLog().warn("Topic {} is not made as planned: {}", planned.name(), ended.failure.getMessage());
            return store(
                    all, List.of(new PlanDropped(ended.id)), after -> creations.end(ended.id, refused(ended.failure)));
        }
        boolean added = all.byId().containsKey(ended.id);
        return store(
                all,
                List.of(added ? new TopicAltered(planned) : new TopicCreated(planned)),
                after -> creations.end(ended.id, new One(planned)));
    }

    /** One that failed stays planned: whoever wants it next has it tried again, with as many replicas. */
    private Effect<CatalogEvent, Catalog> internalEnded(Catalog all, CreationEnded ended, InternalPlace place) {
        if (ended.failure != null) {
            creations.end(ended.id, refused(ended.failure));
            return Effect().none();
        }
        return store(
                all,
                List.of(new InternalPlaced(List.of(ended.id), place.replicas())),
                after -> creations.end(ended.id, new Placed(ended.id, place.replicas())));
    }

    private Effect<CatalogEvent, Catalog> delete(Catalog all, Delete delete) {
        return answering(delete.replyTo, () -> {
            Topic topic = rules.deletable(all, delete.name);
            return store(all, List.of(new TopicDeleted(topic.id())), after -> delete.replyTo.tell(new One(topic)));
        });
    }

    /** What is here already has its one replica here; groups of one replica are placed if that takes this. */
    private Effect<CatalogEvent, Catalog> adopt(Catalog all, Adopt adopt) {
        List<CatalogEvent> events = new ArrayList<>(rules.groupsFor(all, 1));
        adopt.topics.stream()
                .filter(topic -> all.find(topic.name()) == null && !all.knows(topic.id()))
                .forEach(topic -> events.add(new TopicCreated(topic)));
        List<UUID> internals = adopt.internals.stream()
                .filter(id -> !all.internals().containsKey(id))
                .toList();
        if (!internals.isEmpty()) {
            events.add(new InternalPlaced(internals, 1));
        }
        return store(
                all,
                events,
                after -> adopt.replyTo.tell(new Many(List.copyOf(after.byName().values()))));
    }

    /** Answered with all there is then. A group without partitions has moved at once. */
    private Effect<CatalogEvent, Catalog> changePlaces(
            Catalog all, ActorRef<Reply> replyTo, Supplier<List<CatalogEvent>> change) {
        return answering(replyTo, () -> {
            List<CatalogEvent> events = new ArrayList<>(change.get());
            Catalog moving = all;
            for (CatalogEvent event : events) {
                moving = moving.apply(event);
            }
            events.addAll(moves.events(moving));
            return store(all, events, after -> replyTo.tell(new Whole(after)));
        });
    }

    /** A state from before there were groups gets them first: nobody finds a partition without. */
    private Effect<CatalogEvent, Catalog> follow(Catalog all, Follow follow) {
        return store(all, rules.missingGroups(all), after -> {
            if (followers.add(follow.follower)) {
                context.watchWith(follow.follower, new Unfollow(follow.follower));
            }
            long version = lastSequenceNumber(context);
            if (follow.knownVersion != version) {
                follow.follower.tell(new Everything(version, after));
            }
        });
    }

    /** Stores the events, if there are any, and tells the followers before whatever comes then. */
    private Effect<CatalogEvent, Catalog> store(Catalog all, List<CatalogEvent> events, Consumer<Catalog> then) {
        if (events.isEmpty()) {
            then.accept(all);
            return Effect().none();
        }
        return Effect().persist(events).thenRun((Catalog after) -> {
            long version = lastSequenceNumber(context) - events.size();
            for (CatalogEvent event : events) {
                version++;
                Changed changed = new Changed(version, event);
                followers.forEach(follower -> follower.tell(changed));
            }
            then.accept(after);
        });
    }

    private static Refused refused(TailraceException why) {
        return new Refused(why.code(), String.valueOf(why.getMessage()));
    }
}
